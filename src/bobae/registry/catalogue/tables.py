"""The catalogue's tables, as the newest schema has them; `versions/` holds the steps that lead there."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    false,
)

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
    Column("latching", Boolean, nullable=False, server_default=false()),
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

POINTS = Table(
    "alarm_points",
    METADATA,
    Column("name", String, primary_key=True),
    Column("asset", String, nullable=False),
    Column("shelved", JSON(none_as_null=True)),
    Column("by_design", JSON(none_as_null=True)),
    Column("out_of_service", JSON(none_as_null=True)),
    Column("revision", BigInteger, nullable=False),
)
Index("points_by_revision", POINTS.c.revision)

POINT_JOURNAL = Table(
    "point_journal",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("point", String, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("event", String, nullable=False),
    Column("by", String, nullable=False),
    Column("because", String, nullable=False),
    Column("until_ns", BigInteger),
)
Index("point_journal_by_point", POINT_JOURNAL.c.point, POINT_JOURNAL.c.id)

WRITE_PERSONS = Table(
    "write_persons",
    METADATA,
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("secret", String, nullable=False),
    Column("added_ns", BigInteger, nullable=False),
    Column("removed_ns", BigInteger),
    Column("wrong", Integer, nullable=False),
    Column("wrong_ns", BigInteger, nullable=False),
    Column("role", String),
)

PASSES = Table(
    "passes",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("person", String, nullable=False),
    Column("label", String, nullable=False),
    Column("role", String),
    Column("made_ns", BigInteger, nullable=False),
    Column("used_ns", BigInteger, nullable=False),
    Column("expires_ns", BigInteger, nullable=False),
)
Index("passes_by_person", PASSES.c.person)

_VALUE = JSON(none_as_null=True)
WRITE_ORDERS = Table(
    "write_orders",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("tag", String, nullable=False),
    Column("value", _VALUE, nullable=False),
    Column("because", String, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("asked_ns", BigInteger, nullable=False),
    Column("expires_ns", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("approved_by", JSON, nullable=False),
    Column("before", _VALUE),
    Column("shown", _VALUE),
    Column("sent_ns", BigInteger),
    Column("revert_ns", BigInteger),
    Column("safe", _VALUE),
    Column("tolerance", Float, nullable=False),
    Column("why", _VALUE),
)
Index("orders_by_state", WRITE_ORDERS.c.state, WRITE_ORDERS.c.id)
Index("orders_by_tag", WRITE_ORDERS.c.tag, WRITE_ORDERS.c.id)
_ASKED = WRITE_ORDERS.c.state.in_(("waiting", "approved", "writing", "unknown"))
Index("one_order_at_a_time", WRITE_ORDERS.c.tag, unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED)

WRITE_AUDIT = Table(
    "write_audit",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("event", String, nullable=False),
    Column("order", BigInteger),
    Column("by", String, nullable=False),
    Column("said", JSON, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)

WRITE_DESK = Table(
    "write_desk",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("stopped_ns", BigInteger),
    Column("by", String, nullable=False),
    Column("because", String, nullable=False),
    Column("allow_by", String),
    Column("allow_ns", BigInteger),
    Column("entries", BigInteger, nullable=False),
    Column("head", String, nullable=False),
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("alarm", _NUMBER, ForeignKey("alarms.id")),
    Column("asset", String, nullable=False),
    Column("monitor", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("by", String, nullable=False),
    Column("comment", String, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger, nullable=False),
)
Index("feedback_by_alarm", FEEDBACK.c.alarm, FEEDBACK.c.id)
Index("feedback_by_asset", FEEDBACK.c.asset, FEEDBACK.c.id)

LIMIT_MOVES = Table(
    "limit_moves",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("monitor", String, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("factor", Float, nullable=False),
    Column("why", JSON, nullable=False),
    Column("by", String, nullable=False),
)
Index("limit_moves_by_monitor", LIMIT_MOVES.c.monitor, LIMIT_MOVES.c.id)

CASES = Table(
    "cases",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("asset", String, nullable=False),
    Column("opened_ns", BigInteger, nullable=False),
    Column("over_ns", BigInteger),
    Column("closed_ns", BigInteger),
    Column("closed_by", String, nullable=False),
    Column("found", String, nullable=False),
    Column("done", String, nullable=False),
)
_OPEN_CASE = CASES.c.closed_ns.is_(None)
Index("one_open_case_an_asset", CASES.c.asset, unique=True, sqlite_where=_OPEN_CASE, postgresql_where=_OPEN_CASE)
Index("cases_by_asset", CASES.c.asset, CASES.c.id)

CASE_ALARMS = Table(
    "case_alarms",
    METADATA,
    Column("alarm", _NUMBER, ForeignKey("alarms.id"), primary_key=True, autoincrement=False),
    Column("case", _NUMBER, ForeignKey("cases.id"), nullable=False),
)
Index("case_alarms_by_case", CASE_ALARMS.c.case)

FOLLOWED = Table(
    "followed",
    METADATA,
    Column("name", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

NOTICES = Table(
    "notices",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("receiver", String, nullable=False),
    Column("alarm", _NUMBER, ForeignKey("alarms.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("sent_ns", BigInteger, nullable=False),
)
Index("a_notice_once", NOTICES.c.receiver, NOTICES.c.alarm, NOTICES.c.kind, unique=True)
Index("notices_by_time", NOTICES.c.receiver, NOTICES.c.sent_ns)

LEDGER = Table(
    "ledger",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("subject", String, nullable=False),
    Column("asset", String, nullable=False),
    Column("monitor", String, nullable=False),
    Column("model", String, nullable=False),
    Column("version", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("by", String, nullable=False),
    Column("saved", Float, nullable=False),
    Column("cost", Float, nullable=False),
    Column("would_save", Float, nullable=False),
    Column("would_cost", Float, nullable=False),
    Column("assumed", Boolean, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("written_ns", BigInteger, nullable=False),
)
Index("ledger_by_subject", LEDGER.c.subject, LEDGER.c.id)
Index("ledger_by_time", LEDGER.c.time_ns, LEDGER.c.id)

MODEL_VERSIONS = Table(
    "model_versions",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("model", "sha256", "name", "verdict", "origin", "by")),
    *(Column(name, BigInteger, nullable=False) for name in ("number", "added_ns", "learned_until_ns")),
    Column("cut", JSON(none_as_null=True)),
    Column("comparison", JSON(none_as_null=True)),
)
Index("version_by_number", MODEL_VERSIONS.c.model, MODEL_VERSIONS.c.number, unique=True)
Index("version_by_digest", MODEL_VERSIONS.c.model, MODEL_VERSIONS.c.sha256, unique=True)

MODEL_ALIASES = Table(
    "model_aliases",
    METADATA,
    Column("model", String, primary_key=True),
    Column("alias", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("since_ns", BigInteger, nullable=False),
    Column("placed", String, nullable=False),
)

MODEL_HISTORY = Table(
    "model_history",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("model", "alias", "event", "by", "because")),
    Column("time_ns", BigInteger, nullable=False),
    Column("was", BigInteger),
    Column("becomes", BigInteger),
)
Index("history_by_model", MODEL_HISTORY.c.model, MODEL_HISTORY.c.id)

SHADOW_RUNS = Table(
    "shadow_runs",
    METADATA,
    Column("model", String, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in ("begun_ns", "until_ns", "scored_ns")),
)

SHADOW_ALARMS = Table(
    "shadow_alarms",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("model", String, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("begun_ns", BigInteger, nullable=False),
    Column("over_ns", BigInteger),
    Column("peak", Float, nullable=False),
)
Index("shadow_by_version", SHADOW_ALARMS.c.model, SHADOW_ALARMS.c.version, SHADOW_ALARMS.c.id)

DRIFT_CHECKS = Table(
    "drift_checks",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("subject", "version", "answer")),
    *(Column(name, BigInteger, nullable=False) for name in ("since_ns", "first_ns", "checked_ns")),
    Column("found", JSON, nullable=False),
)
Index("drift_by_subject", DRIFT_CHECKS.c.subject, DRIFT_CHECKS.c.id)

ALARM_RECORDS = Table(
    "alarm_records",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("point", String, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("number", "time_ns")),
    *(Column(name, JSON, nullable=False) for name in ("changed", "record")),
)
Index("records_by_point", ALARM_RECORDS.c.point, ALARM_RECORDS.c.number, unique=True)
