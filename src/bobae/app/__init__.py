"""Wiring: settings, discovery, and the one place that knows concrete names.

Each name loads when it is first asked for: `bobae version` needs no numpy.
"""

from typing import TYPE_CHECKING, Any

from bobae.core import LazyModule

if TYPE_CHECKING:
    from bobae.app.access import Door, Tokens, Users
    from bobae.app.alarm_figures import figures, figures_as_json, figures_told
    from bobae.app.assessing import TableFound, assess, assess_tables
    from bobae.app.at_work import PlantAtWork
    from bobae.app.audit_file import export_audit
    from bobae.app.backups import Backup, backup, restore
    from bobae.app.benchmarks import bench, benchmark_names
    from bobae.app.connecting import Browsed, Connection, browse, connect
    from bobae.app.data import chosen_roles, read, read_with_roles
    from bobae.app.demo_lived import demo_month
    from bobae.app.demo_plant import demo
    from bobae.app.desk import OPEN, alarm_desk, case_told, moment, outcome_named, state_in_words
    from bobae.app.drift_told import drift_as_json, drift_lines, model_drift
    from bobae.app.exporting import export
    from bobae.app.health import Examined, doctor
    from bobae.app.judging import Judged, backtest, train
    from bobae.app.last_board import standing
    from bobae.app.ledger_told import ledger
    from bobae.app.live_run import live
    from bobae.app.live_sources import live_plant
    from bobae.app.live_wishes import PartPlan, Ran, Wishes, stopping
    from bobae.app.loading import load
    from bobae.app.main_job import Up, up
    from bobae.app.models import (
        Alarm,
        Scored,
        model_distrust,
        model_export,
        model_show,
        model_sign,
        model_trust,
        model_verify,
        score,
    )
    from bobae.app.new_plant import init
    from bobae.app.notifying import tell_receiver
    from bobae.app.orders_told import entry_as_json, order_as_json, order_in_words
    from bobae.app.plant_door import door_at
    from bobae.app.plant_file import PlantFile, PlantMistakes
    from bobae.app.plugins import Checked, check
    from bobae.app.processes.group import live_in_processes
    from bobae.app.processes.state import Board
    from bobae.app.processes.told_plant import ToldPlant
    from bobae.app.promoting import Promotion, model_desk
    from bobae.app.proposing import ProposedAsset, by_reason
    from bobae.app.records_told import record_as_json, record_line, record_of, record_told, write_records
    from bobae.app.reports import report_of, report_path, write_report
    from bobae.app.service import install_service, service_for
    from bobae.app.serving import served_models
    from bobae.app.settings import Settings, settings_for
    from bobae.app.telling import Tell
    from bobae.app.twin_json import (
        bottlenecks_as_json,
        comparison_as_json,
        optimum_as_json,
        promises_as_json,
        study_as_json,
    )
    from bobae.app.twinning import (
        twin_bottleneck,
        twin_check,
        twin_events,
        twin_forecast,
        twin_learn,
        twin_optimise,
        twin_page,
        twin_plan,
        twin_study,
        twin_warm,
        twin_whatif,
        write_learned,
    )
    from bobae.app.upgrading import UpgradePlan, store_in_words, upgrade, upgrade_plan
    from bobae.app.verdicts import verdict_in_words
    from bobae.app.versions_told import hand, model_told, retrain
    from bobae.app.wanted import Wanted
    from bobae.app.writing import carried_out, writing_at
    from bobae.write import Writing

__all__ = [
    "OPEN",
    "Alarm",
    "Backup",
    "Board",
    "Browsed",
    "Checked",
    "Connection",
    "Door",
    "Examined",
    "Judged",
    "PartPlan",
    "PlantAtWork",
    "PlantFile",
    "PlantMistakes",
    "Promotion",
    "ProposedAsset",
    "Ran",
    "Scored",
    "Settings",
    "TableFound",
    "Tell",
    "Tokens",
    "ToldPlant",
    "Up",
    "UpgradePlan",
    "Users",
    "Wanted",
    "Wishes",
    "Writing",
    "alarm_desk",
    "assess",
    "assess_tables",
    "backtest",
    "backup",
    "bench",
    "benchmark_names",
    "bottlenecks_as_json",
    "browse",
    "by_reason",
    "carried_out",
    "case_told",
    "check",
    "chosen_roles",
    "comparison_as_json",
    "connect",
    "demo",
    "demo_month",
    "doctor",
    "door_at",
    "drift_as_json",
    "drift_lines",
    "entry_as_json",
    "export",
    "export_audit",
    "figures",
    "figures_as_json",
    "figures_told",
    "hand",
    "init",
    "install_service",
    "ledger",
    "live",
    "live_in_processes",
    "live_plant",
    "load",
    "model_desk",
    "model_distrust",
    "model_drift",
    "model_export",
    "model_show",
    "model_sign",
    "model_told",
    "model_trust",
    "model_verify",
    "moment",
    "optimum_as_json",
    "order_as_json",
    "order_in_words",
    "outcome_named",
    "promises_as_json",
    "read",
    "read_with_roles",
    "record_as_json",
    "record_line",
    "record_of",
    "record_told",
    "report_of",
    "report_path",
    "restore",
    "retrain",
    "score",
    "served_models",
    "service_for",
    "settings_for",
    "standing",
    "state_in_words",
    "stopping",
    "store_in_words",
    "study_as_json",
    "tell_receiver",
    "train",
    "twin_bottleneck",
    "twin_check",
    "twin_events",
    "twin_forecast",
    "twin_learn",
    "twin_optimise",
    "twin_page",
    "twin_plan",
    "twin_study",
    "twin_warm",
    "twin_whatif",
    "up",
    "upgrade",
    "upgrade_plan",
    "verdict_in_words",
    "write_learned",
    "write_records",
    "write_report",
    "writing_at",
]

_WHERE = {
    "access": ("Door", "Tokens", "Users"),
    "alarm_figures": (
        "figures",
        "figures_as_json",
        "figures_told",
    ),
    "assessing": (
        "TableFound",
        "assess",
        "assess_tables",
    ),
    "at_work": ("PlantAtWork",),
    "audit_file": ("export_audit",),
    "backups": ("Backup", "backup", "restore"),
    "benchmarks": (
        "bench",
        "benchmark_names",
    ),
    "plant_door": ("door_at",),
    "connecting": (
        "Browsed",
        "Connection",
        "browse",
        "connect",
    ),
    "data": (
        "chosen_roles",
        "read",
        "read_with_roles",
    ),
    "demo_lived": ("demo_month",),
    "demo_plant": ("demo",),
    "desk": (
        "OPEN",
        "alarm_desk",
        "case_told",
        "moment",
        "outcome_named",
        "state_in_words",
    ),
    "drift_told": ("drift_as_json", "drift_lines", "model_drift"),
    "exporting": ("export",),
    "health": (
        "Examined",
        "doctor",
    ),
    "judging": (
        "Judged",
        "backtest",
        "train",
    ),
    "last_board": ("standing",),
    "ledger_told": ("ledger",),
    "live_run": ("live",),
    "live_wishes": (
        "PartPlan",
        "Ran",
        "Wishes",
        "stopping",
    ),
    "loading": ("load",),
    "main_job": (
        "Up",
        "up",
    ),
    "models": (
        "Alarm",
        "Scored",
        "model_distrust",
        "model_export",
        "model_show",
        "model_sign",
        "model_trust",
        "model_verify",
        "score",
    ),
    "new_plant": ("init",),
    "notifying": ("tell_receiver",),
    "orders_told": (
        "entry_as_json",
        "order_as_json",
        "order_in_words",
    ),
    "plant_file": (
        "PlantFile",
        "PlantMistakes",
    ),
    "plugins": (
        "Checked",
        "check",
    ),
    "promoting": ("Promotion", "model_desk"),
    "proposing": (
        "ProposedAsset",
        "by_reason",
    ),
    "processes.group": ("live_in_processes",),
    "processes.state": ("Board",),
    "processes.told_plant": ("ToldPlant",),
    "records_told": ("record_as_json", "record_line", "record_of", "record_told", "write_records"),
    "reports": (
        "report_of",
        "report_path",
        "write_report",
    ),
    "service": ("install_service", "service_for"),
    "serving": ("served_models",),
    "settings": (
        "Settings",
        "settings_for",
    ),
    "live_sources": ("live_plant",),
    "telling": ("Tell",),
    "twin_json": (
        "bottlenecks_as_json",
        "comparison_as_json",
        "optimum_as_json",
        "promises_as_json",
        "study_as_json",
    ),
    "twinning": (
        "twin_bottleneck",
        "twin_check",
        "twin_events",
        "twin_forecast",
        "twin_learn",
        "twin_optimise",
        "twin_page",
        "twin_plan",
        "twin_study",
        "twin_warm",
        "twin_whatif",
        "write_learned",
    ),
    "upgrading": ("UpgradePlan", "store_in_words", "upgrade", "upgrade_plan"),
    "verdicts": ("verdict_in_words",),
    "versions_told": ("hand", "model_told", "retrain"),
    "wanted": ("Wanted",),
    "writing": (
        "Writing",
        "carried_out",
        "writing_at",
    ),
}
_LATE = {name: LazyModule(f"bobae.app.{module}") for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_LATE[name], name)
