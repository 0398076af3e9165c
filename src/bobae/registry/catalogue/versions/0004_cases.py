"""Schema 0004: cases, what people say of alarms, and where limits were moved because of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_OPEN = sa.column("closed_ns").is_(None)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def _times(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "feedback",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("alarm", _NUMBER, sa.ForeignKey("alarms.id")),
        *_texts("asset", "monitor", "outcome", "by", "comment"),
        *_times("time_ns", "from_ns", "to_ns"),
    )
    op.create_index("feedback_by_alarm", "feedback", ["alarm", "id"])
    op.create_index("feedback_by_asset", "feedback", ["asset", "id"])
    op.create_table(
        "limit_moves",
        sa.Column("id", _NUMBER, primary_key=True),
        *_texts("monitor", "by"),
        *_times("time_ns"),
        sa.Column("factor", sa.Float, nullable=False),
        sa.Column("why", sa.JSON, nullable=False),
    )
    op.create_index("limit_moves_by_monitor", "limit_moves", ["monitor", "id"])
    op.create_table(
        "cases",
        sa.Column("id", _NUMBER, primary_key=True),
        *_texts("asset", "closed_by", "found", "done"),
        *_times("opened_ns"),
        sa.Column("over_ns", sa.BigInteger),
        sa.Column("closed_ns", sa.BigInteger),
    )
    op.create_index(
        "one_open_case_an_asset", "cases", ["asset"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("cases_by_asset", "cases", ["asset", "id"])
    op.create_table(
        "case_alarms",
        sa.Column("alarm", _NUMBER, sa.ForeignKey("alarms.id"), primary_key=True, autoincrement=False),
        sa.Column("case", _NUMBER, sa.ForeignKey("cases.id"), nullable=False),
    )
    op.create_index("case_alarms_by_case", "case_alarms", ["case"])
    op.create_table("followed", sa.Column("name", sa.String, primary_key=True), *_times("revision"))
