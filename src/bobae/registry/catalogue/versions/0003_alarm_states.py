"""Schema 0003: alarms that latch, and points that are shelved, suppressed by design or out of service."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Say of each alarm whether it latches; make the points and their journal."""
    op.add_column("alarms", sa.Column("latching", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "alarm_points",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("asset", sa.String, nullable=False),
        *(sa.Column(name, sa.JSON(none_as_null=True)) for name in ("shelved", "by_design", "out_of_service")),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("points_by_revision", "alarm_points", ["revision"])
    op.create_table(
        "point_journal",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("point", sa.String, nullable=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("event", "by", "because")),
        sa.Column("until_ns", sa.BigInteger),
    )
    op.create_index("point_journal_by_point", "point_journal", ["point", "id"])
