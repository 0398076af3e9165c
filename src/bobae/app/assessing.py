"""What a folder of files can answer."""

from collections.abc import Sequence
from pathlib import Path

from bobae.app.data import Chosen, as_read, read
from bobae.app.settings import Settings
from bobae.core import Progress, silent
from bobae.train.assess import Assessment
from bobae.train.assess import assess as assess_dataset


def assess(
    data: Sequence[Path], settings: Settings, *, chosen: Chosen | None = None, progress: Progress = silent
) -> Assessment:
    """Read the files and say in plain words what they can answer.

    Raises:
        BadInput: nothing is there, or it cannot be read, or a column that was named does not exist.
    """
    dataset = read(data, settings, progress=progress)
    return assess_dataset(dataset, chosen=as_read(dataset, chosen))
