"""Wiring: settings, discovery, and the one place that knows concrete names."""

from bobae.app.assess import assess
from bobae.app.bench import bench, benchmark_names
from bobae.app.check import Checked, check
from bobae.app.data import chosen_roles, read, read_with_roles
from bobae.app.demo import demo
from bobae.app.doctor import Examined, doctor
from bobae.app.init import init
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
from bobae.app.plant_file import PlantFile, PlantMistakes
from bobae.app.reports import report_of, report_path, write_report
from bobae.app.settings import Settings, settings_for
from bobae.app.train import Judged, Wanted, backtest, train
from bobae.app.up import Tell, Up, up

__all__ = [
    "Alarm",
    "Checked",
    "Examined",
    "Judged",
    "PlantFile",
    "PlantMistakes",
    "Scored",
    "Settings",
    "Tell",
    "Up",
    "Wanted",
    "assess",
    "backtest",
    "bench",
    "benchmark_names",
    "check",
    "chosen_roles",
    "demo",
    "doctor",
    "init",
    "model_distrust",
    "model_export",
    "model_show",
    "model_sign",
    "model_trust",
    "model_verify",
    "read",
    "read_with_roles",
    "report_of",
    "report_path",
    "score",
    "settings_for",
    "train",
    "up",
    "verdict_in_words",
    "write_report",
]
