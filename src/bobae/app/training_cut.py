"""What was known of a machine at a time, cut so that the same cut gives the same rows, bit for bit, later on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bobae.app.data import as_read
from bobae.app.plant_data import contexts_in, machines_in
from bobae.app.plant_store import historian_folder
from bobae.core import BadInput, Cut, Dataset
from bobae.historian import open_store
from bobae.historian.context import cut_in_context
from bobae.historian.rhythm import rhythm_of
from bobae.train.assess import find_roles

_MS = 1_000_000


@dataclass(frozen=True)
class TrainingCut:
    """What a training learns from; kept with the version that came of it.

    Attributes:
        asset: path of the machine.
        tags: paths.
        t0_ns, t1_ns: rows after t0 up to t1, ns UTC.
        step_ns: between rows; None: as they were recorded.
        known_at_ns: only what had been received by then.
    """

    asset: str
    tags: tuple[str, ...]
    t0_ns: int
    t1_ns: int
    step_ns: int | None
    known_at_ns: int

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return vars(self) | {"tags": list(self.tags)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "TrainingCut":
        """What `as_json` gave; what else is there is left out."""
        names = ("asset", "t0_ns", "t1_ns", "step_ns", "known_at_ns")
        return cls(tags=tuple(kept["tags"]), **{name: kept[name] for name in names})


def cut_as_of(plant: Path, asset: str, known_at_ns: int, *, since_ns: int | None = None) -> TrainingCut:
    """All that was known of one machine at a time.

    Args:
        plant: the plant's folder.
        asset: path of the machine.
        known_at_ns: only what had been received by then, ns UTC.
        since_ns: only rows later than this; None: all.

    Raises:
        BadInput: nothing of it was kept by then.
    """
    tags = tuple(f"{machine}.{name}" for machine, names in machines_in(plant, asset)[0].tags.items() for name in names)
    known_at_ns = known_at_ns // _MS * _MS  # receipt times are whole milliseconds
    with open_store(historian_folder(plant)) as store:
        rhythm = rhythm_of(store, tags)
    step = rhythm.step_ns or 1
    begin, end = max(rhythm.first_ns - 1, since_ns or 0), min(rhythm.last_ns, known_at_ns)
    t0, t1 = begin // step * step, end // step * step
    if t1 <= t0:
        raise BadInput("nothing was known of {asset} at that time, so there is nothing to learn from", asset=asset)
    return TrainingCut(asset, tags, t0, t1, rhythm.step_ns, known_at_ns)


def rows_of(plant: Path, cut: TrainingCut) -> Dataset:
    """Its rows, every column's role found."""
    query = Cut(cut.tags, cut.t0_ns, cut.t1_ns, cut.step_ns, known_at_ns=cut.known_at_ns)
    contexts = contexts_in(plant, machines_in(plant, cut.asset)[0])
    with open_store(historian_folder(plant)) as store:
        dataset = cut_in_context(store, query, contexts) if contexts else store.cut(query)
    dataset = replace(dataset, origin=cut.asset)
    return find_roles(dataset, chosen=as_read(dataset, None))
