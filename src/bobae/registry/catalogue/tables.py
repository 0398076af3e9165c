"""The catalogue's tables, as the newest schema has them; `versions/` holds the steps that lead there."""

from sqlalchemy import JSON, BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table

METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only where it says INTEGER

ALARMS = Table(
    "alarms",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("monitor", String, nullable=False),
    Column("asset", String, nullable=False),
    Column("model", String, nullable=False),
    Column("task", String, nullable=False),
    Column("priority", String, nullable=False),
    Column("state", String, nullable=False),
    Column("row_ns", BigInteger, nullable=False),
    Column("active_ns", BigInteger, nullable=False),
    Column("cleared_ns", BigInteger),
    Column("acknowledged_ns", BigInteger),
    Column("acknowledged_by", String),
    Column("comment", String),
    Column("peak", Float, nullable=False),
    Column("top_tags", JSON, nullable=False),
    Column("meaning", JSON, nullable=False),
    Column("stale_ns", BigInteger),
    Column("revision", BigInteger, nullable=False),
)
Index("alarms_by_state", ALARMS.c.state, ALARMS.c.id)
Index("alarms_by_asset", ALARMS.c.asset, ALARMS.c.id)
Index("alarms_by_monitor", ALARMS.c.monitor, ALARMS.c.id)
Index("alarms_by_revision", ALARMS.c.revision)
_ACTIVE = ALARMS.c.cleared_ns.is_(None)
Index("one_active_alarm_a_monitor", ALARMS.c.monitor, unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)

JOURNAL = Table(
    "alarm_journal",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("alarm", _NUMBER, ForeignKey("alarms.id"), nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("event", String, nullable=False),
    Column("was", String, nullable=False),
    Column("becomes", String, nullable=False),
    Column("by", String, nullable=False),
    Column("comment", String, nullable=False),
)
Index("journal_by_alarm", JOURNAL.c.alarm, JOURNAL.c.id)
