"""Schema 0009: the rationalisation record of each alarm point, revision by revision."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table of records."""
    op.create_table(
        "alarm_records",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("point", sa.String, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("number", "time_ns")),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("changed", "record")),
    )
    op.create_index("records_by_point", "alarm_records", ["point", "number"], unique=True)
