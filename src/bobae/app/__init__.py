"""Wiring: settings, discovery, and the one place that knows concrete names."""

from bobae.app.bench import bench, benchmark_names
from bobae.app.doctor import Examined, doctor
from bobae.app.init import init
from bobae.app.plant_file import PlantFile, PlantMistakes
from bobae.app.settings import Settings, settings_for

__all__ = [
    "Examined",
    "PlantFile",
    "PlantMistakes",
    "Settings",
    "bench",
    "benchmark_names",
    "doctor",
    "init",
    "settings_for",
]
