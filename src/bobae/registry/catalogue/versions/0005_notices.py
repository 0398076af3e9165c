"""Schema 0005: who was told of which alarm, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the notices."""
    op.create_table(
        "notices",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("receiver", sa.String, nullable=False),
        sa.Column("alarm", _NUMBER, sa.ForeignKey("alarms.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("message", "sent_ns")),
    )
    op.create_index("a_notice_once", "notices", ["receiver", "alarm", "kind"], unique=True)
    op.create_index("notices_by_time", "notices", ["receiver", "sent_ns"])
