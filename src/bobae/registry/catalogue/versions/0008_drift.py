"""Schema 0008: what has moved since the models of a plant learned."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table of what was found."""
    op.create_table(
        "drift_checks",
        sa.Column("id", _NUMBER, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("subject", "version", "answer")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("since_ns", "first_ns", "checked_ns")),
        sa.Column("found", sa.JSON, nullable=False),
    )
    op.create_index("drift_by_subject", "drift_checks", ["subject", "id"])
