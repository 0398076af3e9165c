"""Schema 0002: orders to write to the plant, who may give them, their audit, and the switch that stops them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_VALUE = sa.JSON(none_as_null=True)
_ASKED = sa.column("state").in_(("waiting", "approved", "writing", "unknown"))


def upgrade() -> None:
    """Make the four tables; the audit refuses to be changed."""
    op.create_table(
        "write_persons",
        sa.Column("key", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "secret")),
        sa.Column("added_ns", sa.BigInteger, nullable=False),
        sa.Column("removed_ns", sa.BigInteger),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("wrong_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "write_orders",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("value", _VALUE, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("tag", "because", "asked_by", "state")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("asked_ns", "expires_ns")),
        sa.Column("approved_by", sa.JSON, nullable=False),
        *(sa.Column(name, _VALUE) for name in ("before", "shown", "safe", "why")),
        *(sa.Column(name, sa.BigInteger) for name in ("sent_ns", "revert_ns")),
        sa.Column("tolerance", sa.Float, nullable=False),
    )
    for name in ("state", "tag"):
        op.create_index(f"orders_by_{name}", "write_orders", [name, "id"])
    name = "one_order_at_a_time"
    op.create_index(name, "write_orders", ["tag"], unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED)
    op.create_table(
        "write_audit",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False),
        sa.Column("order", sa.BigInteger),
        sa.Column("said", sa.JSON, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("event", "by", "previous", "hash")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER write_audit_no_{act.lower()} BEFORE {act} ON write_audit"
                " BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END"
            )
    desk = op.create_table(
        "write_desk",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("by", "because", "head")),
        *(sa.Column(name, sa.BigInteger) for name in ("stopped_ns", "allow_ns")),
        sa.Column("allow_by", sa.String),
        sa.Column("entries", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(desk, [{"id": 1, "by": "", "because": "", "head": "0" * 64, "entries": 0}])
