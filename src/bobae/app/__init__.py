"""Wiring: settings, discovery, and the one place that knows concrete names."""

from bobae.app.assess import assess
from bobae.app.bench import bench, benchmark_names
from bobae.app.check import Checked, check
from bobae.app.data import chosen_roles, read
from bobae.app.doctor import Examined, doctor
from bobae.app.init import init
from bobae.app.plant_file import PlantFile, PlantMistakes
from bobae.app.reports import report_path, write_report
from bobae.app.settings import Settings, settings_for

__all__ = [
    "Checked",
    "Examined",
    "PlantFile",
    "PlantMistakes",
    "Settings",
    "assess",
    "bench",
    "benchmark_names",
    "check",
    "chosen_roles",
    "doctor",
    "init",
    "read",
    "report_path",
    "settings_for",
    "write_report",
]
