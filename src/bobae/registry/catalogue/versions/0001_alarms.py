"""Schema 0001: alarms and their journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ACTIVE = sa.column("cleared_ns").is_(None)


def upgrade() -> None:
    """Make both tables; a schema that was published is never edited, the next one is a new file."""
    op.create_table(
        "alarms",
        sa.Column("id", _NUMBER, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in "monitor asset model task priority state".split()),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("row_ns", "active_ns")),
        *(sa.Column(name, sa.BigInteger) for name in ("cleared_ns", "acknowledged_ns")),
        *(sa.Column(name, sa.String) for name in ("acknowledged_by", "comment")),
        sa.Column("peak", sa.Float, nullable=False),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("top_tags", "meaning")),
        sa.Column("stale_ns", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    for name in ("state", "asset", "monitor"):
        op.create_index(f"alarms_by_{name}", "alarms", [name, "id"])
    op.create_index("alarms_by_revision", "alarms", ["revision"])
    name = "one_active_alarm_a_monitor"
    op.create_index(name, "alarms", ["monitor"], unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
    op.create_table(
        "alarm_journal",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("alarm", _NUMBER, sa.ForeignKey("alarms.id"), nullable=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in "event was becomes by comment".split()),
    )
    op.create_index("journal_by_alarm", "alarm_journal", ["alarm", "id"])
