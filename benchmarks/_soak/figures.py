"""What came of the soak: what is stored, what is missing and if that is told, how soon it went on, what it took."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import theilslopes

from _soak.faults import Struck
from _soak.watched import Look, Watched
from bobae.app.plant_store import historian_folder
from bobae.core import Plant
from bobae.historian import open_store
from bobae.testing.chaos_ramp import stretches

_EVER = 2**62  # ns UTC, later than anything
_SETTLED_S = 300.0
_POLLED_S = 2.0  # shorter stretches of a source that is polled need not be told
KEEP_ALIVES_S = {"opcua": 4.0, "mqtt": 20.0, "modbus": 4.0}  # two of each source with these settings


def rows(
    folder: Path, plant: Plant, watched: Watched, struck: Sequence[Struck], values_per_s: float
) -> list[dict[str, Any]]:
    """The table."""
    return [*_stored(folder, plant, watched, values_per_s), *_resumed(struck), *_took(watched.looks)]


def _stored(folder: Path, plant: Plant, watched: Watched, values_per_s: float) -> list[dict[str, Any]]:
    told: Counter[str] = Counter()
    stored = missing = 0
    silent: list[str] = []
    with open_store(historian_folder(folder)) as store:
        for path, _ in plant.tags():
            samples = store.raw([path], 0, _EVER)
            found = stretches(samples, unnoticed_s=_POLLED_S if path.startswith("line/modbus") else 0.0)
            stored += int(np.count_nonzero(~np.isnan(samples.value)))
            missing += found.missing
            silent += [f"{path}: {one}" for one in found.silent]
            told.update(found.told)
    for one in silent[:: max(1, len(silent) // 20)]:
        print("missing without a gap row:", one)
    last = watched.looks[-1]
    dropped = sum(source["dropped"] for source in last.sources.values())
    reference = f"{values_per_s:,.0f} a second wanted, {last.at_s / 60:.1f} minutes"
    return [
        _row("values stored", stored, "", reference=reference),
        _row("values stored a second, outages included", stored / last.at_s, "1/s"),
        _row("stretches missing without a gap row", len(silent), "", target="0", met=not silent),
        _row("values missing in stretches that a gap row tells of", missing, "", reference="the machines counted on"),
        _row("gap rows", sum(told.values()), "", reference=", ".join(f"{n} {why}" for why, n in told.most_common())),
        _row("rows given up for want of room", dropped, "", target="0", met=dropped == 0),
    ]


def _resumed(struck: Sequence[Struck]) -> list[dict[str, Any]]:
    found = []
    for name in sorted({one.machine for one in struck}):
        times = [one.resume_s for one in struck if one.machine == name]
        faults = Counter(one.fault for one in struck if one.machine == name)
        most = KEEP_ALIVES_S[name]
        found.append(
            _row(
                f"{name}: from the end of a fault to the first new value stored, the longest",
                max(times),
                "s",
                low=min(times),
                high=max(times),
                reference=f"median {np.median(times):.2f} s; " + ", ".join(f"{n} {why}" for why, n in faults.items()),
                target=f"<= {most:g} (two keep-alives)",
                met=max(times) <= most,
            )
        )
    return found


def _took(looks: Sequence[Look]) -> list[dict[str, Any]]:
    """Memory, handles, threads, tasks and CPU, from when it has settled to the end."""
    settled = [look for look in looks if look.at_s >= _SETTLED_S] or list(looks[len(looks) // 2 :])
    first, last = settled[0], settled[-1]
    hours = np.array([look.at_s / 3600 for look in settled])
    slope = theilslopes([look.memory_mb for look in settled], hours) if len(settled) > 2 else (math.nan,) * 4
    cpu = (last.cpu_s - first.cpu_s) / (last.at_s - first.at_s) if last.at_s > first.at_s else math.nan
    found = [
        _row(f"resident memory after {first.at_s / 60:.0f} minutes", first.memory_mb, "MB"),
        _row("resident memory at the end", last.memory_mb, "MB"),
        _row("most resident memory", max(look.memory_mb for look in looks), "MB"),
        _row(
            "slope of the resident memory",
            slope[0],
            "MB/h",
            low=slope[2],
            high=slope[3],
            reference="Theil-Sen, with its 95 % interval",
        ),
        _row("CPU", cpu, "cores"),
        _row("longest stall of the event loop", max(look.stall_s for look in looks), "s"),
    ]
    for name in ("handles", "threads", "tasks"):
        counts = [getattr(look, name) for look in settled]
        reference = f"from {min(counts)} to {max(counts)}; at first {counts[0]}"
        found.append(_row(f"{name} at the end", counts[-1], "", reference=reference))
    return found


def _row(figure: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"figure": figure, "value": float(value), "unit": unit, **more}
