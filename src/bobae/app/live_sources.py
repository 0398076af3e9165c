"""The sources of a plant that send by themselves."""

from collections.abc import Sequence
from pathlib import Path

from bobae.app import plant_file
from bobae.app.plugins import connectors_that
from bobae.app.settings import Settings
from bobae.core import Plant


def live_sources(plant: Plant) -> list[str]:
    """The names of the sources that send by themselves, in the plant file's order."""
    able = connectors_that("subscribe")
    return [name for name, source in plant.sources.items() if source.connector in able]


def live_plant(data: Sequence[Path], settings: Settings) -> Path | None:
    """The plant folder that `data` is, where a source of it sends by itself."""
    if len(data) != 1 or settings.plant is None or not (data[0] / plant_file.FILE_NAME).is_file():
        return None
    return data[0] if live_sources(settings.plant) else None
