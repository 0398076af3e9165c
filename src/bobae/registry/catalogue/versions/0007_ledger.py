"""Schema 0007: what each alarm was worth."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_WORDS = ("subject", "asset", "monitor", "model", "version", "outcome", "currency", "by")
_MONEY = ("saved", "cost", "would_save", "would_cost")


def upgrade() -> None:
    """Make the ledger."""
    op.create_table(
        "ledger",
        sa.Column("id", _NUMBER, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in _WORDS),
        *(sa.Column(name, sa.Float, nullable=False) for name in _MONEY),
        sa.Column("assumed", sa.Boolean, nullable=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False),
        sa.Column("written_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("ledger_by_subject", "ledger", ["subject", "id"])
    op.create_index("ledger_by_time", "ledger", ["time_ns", "id"])
