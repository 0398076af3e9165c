"""Wiring: settings, discovery, and the one place that knows concrete names.

Each name loads when it is first asked for: `bobae version` needs no numpy.
"""

from typing import TYPE_CHECKING, Any

from bobae.core import LazyModule

if TYPE_CHECKING:
    from bobae.app.assessing import TableFound, assess, assess_tables
    from bobae.app.at_work import PlantAtWork
    from bobae.app.benchmarks import bench, benchmark_names
    from bobae.app.connecting import Browsed, Connection, browse, connect
    from bobae.app.data import chosen_roles, read, read_with_roles
    from bobae.app.demo_plant import demo
    from bobae.app.exporting import export
    from bobae.app.health import Examined, doctor
    from bobae.app.judging import Judged, Wanted, backtest, train
    from bobae.app.live_run import Ran, Wishes, live, stopping
    from bobae.app.loading import load
    from bobae.app.main_job import Tell, Up, up
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
        verdict_in_words,
    )
    from bobae.app.new_plant import init
    from bobae.app.orders_told import entry_as_json, order_as_json, order_in_words
    from bobae.app.plant_file import PlantFile, PlantMistakes
    from bobae.app.plugins import Checked, check
    from bobae.app.proposing import ProposedAsset, by_reason
    from bobae.app.reports import report_of, report_path, write_report
    from bobae.app.settings import Settings, settings_for
    from bobae.app.sources import live_plant
    from bobae.app.writing import carried_out, writing_at
    from bobae.write import Writing

__all__ = [
    "Alarm",
    "Browsed",
    "Checked",
    "Connection",
    "Examined",
    "Judged",
    "PlantAtWork",
    "PlantFile",
    "PlantMistakes",
    "ProposedAsset",
    "Ran",
    "Scored",
    "Settings",
    "TableFound",
    "Tell",
    "Up",
    "Wanted",
    "Wishes",
    "Writing",
    "assess",
    "assess_tables",
    "backtest",
    "bench",
    "benchmark_names",
    "browse",
    "by_reason",
    "carried_out",
    "check",
    "chosen_roles",
    "connect",
    "demo",
    "doctor",
    "entry_as_json",
    "export",
    "init",
    "live",
    "live_plant",
    "load",
    "model_distrust",
    "model_export",
    "model_show",
    "model_sign",
    "model_trust",
    "model_verify",
    "order_as_json",
    "order_in_words",
    "read",
    "read_with_roles",
    "report_of",
    "report_path",
    "score",
    "settings_for",
    "stopping",
    "train",
    "up",
    "verdict_in_words",
    "write_report",
    "writing_at",
]

_WHERE = {
    "assessing": (
        "TableFound",
        "assess",
        "assess_tables",
    ),
    "at_work": ("PlantAtWork",),
    "benchmarks": (
        "bench",
        "benchmark_names",
    ),
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
    "demo_plant": ("demo",),
    "exporting": ("export",),
    "health": (
        "Examined",
        "doctor",
    ),
    "judging": (
        "Judged",
        "Wanted",
        "backtest",
        "train",
    ),
    "live_run": (
        "Ran",
        "Wishes",
        "live",
        "stopping",
    ),
    "loading": ("load",),
    "main_job": (
        "Tell",
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
        "verdict_in_words",
    ),
    "new_plant": ("init",),
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
    "proposing": (
        "ProposedAsset",
        "by_reason",
    ),
    "reports": (
        "report_of",
        "report_path",
        "write_report",
    ),
    "settings": (
        "Settings",
        "settings_for",
    ),
    "sources": ("live_plant",),
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
