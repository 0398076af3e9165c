"""What was live, looked at afterwards: the same scores from the store as a backtest reads it, and no sample lost."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from _anomaly.rows import Row, Target, row

from _live.bench import Size
from _live.jumps import Jump
from _live.models import NS, path
from _live.plant import SAID
from _live.server import MACHINE_TAGS, readings
from bobae.app.models import run_of
from bobae.app.plant_store import historian_folder
from bobae.app.ruling import SETTLE_NS
from bobae.app.settings import settings_for
from bobae.app.watched_places import model_path
from bobae.core import Cut, Floats, Ints, Plant, StoreReader
from bobae.historian import open_store
from bobae.registry import SealedModel, TrustList, open_sealed
from bobae.serve.line import WARM_ROWS
from bobae.train.score import rows_for

NONE = Target("<=", 0)


def rows(folder: Path, size: Size, made: Sequence[Jump]) -> list[Row]:
    """Rows and values that differ, and samples that are not there."""
    plant = Plant.model_validate_json((folder / "plant.json").read_text("utf-8"))
    live = np.load(folder / "live.npz")
    trust = TrustList.read(settings_for(None).home)
    differing = compared = 0
    with open_store(historian_folder(folder)) as store:
        for monitor in plant.monitors:
            name = f"{monitor.asset}:{monitor.task}"
            sealed = open_sealed(model_path(folder, monitor), trust=trust)
            times = live[f"{name} times"]
            found = _batch(store, sealed, monitor.asset, times)
            differing += _differing(times, live[name], *found)
            compared += len(times)
        lost = _lost(store, size, made, live[f"{name} times"])
    return [
        row(
            "live scores that differ from those of the same stretch in batch, bit for bit",
            differing,
            "values",
            reference=f"{compared:,} rows, {2 + 1 + MACHINE_TAGS} values each",
            target=NONE,
        ),
        *lost,
    ]


def _batch(store: StoreReader, sealed: SealedModel, asset: str, times: Ints) -> tuple[Ints, Floats]:
    """The same rows cut from the store and run through the sealed graph, from the first row that it was warmed with."""
    tags = tuple(f"{asset}.{wanted.name}" for wanted in sealed.manifest.contract.inputs)
    t0_ns = int(times[0]) - (WARM_ROWS + 1) * NS
    cut = store.cut(Cut(tags, t0_ns, int(times[-1]), NS, settle_ns=SETTLE_NS))
    contract = sealed.manifest.contract
    found = rows_for(cut, contract)
    answers = run_of(sealed)(contract.rows(found.data), found.gap(contract.max_gap_s))
    said = np.column_stack([np.reshape(answers[name], (len(found.data), -1)) for name in SAID])
    time_ns = found.data.time_ns()
    later = time_ns >= times[0]
    return time_ns[later], said[later]


def _differing(times: Ints, said: Floats, other_times: Ints, other: Floats) -> int:
    """Values that differ in any bit; all of a row that only one of them has."""
    both, here, there = np.intersect1d(times, other_times, return_indices=True)
    alone = len(times) + len(other_times) - 2 * len(both)
    a, b = (np.ascontiguousarray(rows).view(np.int64) for rows in (said[here], other[there]))
    return int((a != b).sum()) + alone * said.shape[1]


def _lost(store: StoreReader, size: Size, made: Sequence[Jump], times: Ints) -> list[Row]:
    """Each tag changes at each whole second; from the first scored row to the last."""
    first, last = int(times[0]) // NS, int(times[-1]) // NS
    jumped = np.zeros((last + 1 - first, size.tags))
    for jump in made:
        jumped[jump.source_ns // NS - first :, jump.tag] = jump.by
    expected = np.stack([readings(second, size.tags) for second in range(first, last + 1)]) + jumped
    there = np.full(expected.shape, np.nan)
    for tag in range(size.tags):
        samples = store.raw([path(tag)], first * NS - 1, last * NS)
        there[samples.time_ns // NS - first, tag] = samples.value
    missing = there != expected
    still = missing.all(axis=1)
    return [
        row(
            "samples lost or changed on their way into the store",
            int(missing[~still].sum()),
            "samples",
            reference=f"of {expected[~still].size:,}",
            target=NONE,
        ),
        row("seconds in which the server itself changed nothing", int(still.sum()), "s"),
    ]
