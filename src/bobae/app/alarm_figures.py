"""The figures of a plant's alarm system, beside what ISA-18.2 and EEMUA 191 call acceptable."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bobae.app.kept import kept_of
from bobae.app.settings import Settings
from bobae.core import Text, local_time, telling_time_of, text
from bobae.evidence.eemua import AlarmFigures, alarm_figures
from bobae.evidence.intervals import finite
from bobae.registry.catalogue import open_catalogue

_DAY_NS = 24 * 3600 * 1_000_000_000


def figures(place: Path, settings: Settings, *, days: float = 30, now_ns: int | None = None) -> AlarmFigures:
    """How the alarm system of the plant in `place` did over the last days; bobae may be running there.

    Raises:
        BadInput: no plant file is there.
        Refused, Unreachable: the catalogue cannot be opened.
    """
    now = time.time_ns() if now_ns is None else now_ns
    t0_ns = now - round(days * _DAY_NS)
    with telling_time_of(settings.timezone), open_catalogue(kept_of(place)) as catalogue:
        return alarm_figures(catalogue.calls.between(t0_ns, now + 1), t0_ns, now + 1)


def figures_as_json(found: AlarmFigures) -> dict[str, Any]:
    """Plain JSON values: each figure, and which of them the standard calls acceptable."""
    document = asdict(found) | {"kept": found.kept()}
    document["shares"] = {name: finite(share) for name, share in found.shares.items()}
    for name in ("t0_ns", "t1_ns"):
        document[name.removesuffix("_ns")] = local_time(document.pop(name)).isoformat()
    document["floods"] = [
        {
            "start": local_time(flood.start_ns).isoformat(),
            "end": local_time(flood.end_ns).isoformat(),
            "alarms": flood.alarms,
        }
        for flood in found.floods
    ]
    return document


def figures_told(found: AlarmFigures) -> Iterator[tuple[Text, bool]]:
    """Each figure in words with what is acceptable, and whether it is that."""
    kept = found.kept()
    yield (
        text("{n} calls, {rate} a day (150 are acceptable)", n=found.alarms, rate=f"{found.per_day:.1f}"),
        kept["per_day"],
    )
    yield (
        text("most in ten minutes: {n} (10 are acceptable)", n=found.most_in_ten_minutes),
        kept["most_in_ten_minutes"],
    )
    yield (
        text(
            "floods: {n}, {share} % of the time (less than 1 % is acceptable)",
            n=len(found.floods),
            share=_percent(found.in_flood),
        ),
        kept["in_flood"],
    )
    yield (
        text("alarms that chatter: {names}", names=_listed(f"{point} ({n})" for point, n in found.chattering)),
        kept["chattering"],
    )
    yield (
        text(
            "standing for more than a day: {names}; at once at the most {n} (5 are too many)",
            names=_listed(found.stale),
            n=found.most_stale,
        ),
        kept["most_stale"],
    )
    yield (
        text(
            "those that call most: {names}: {share} % of all calls",
            names=_listed(f"{point} ({n})" for point, n in found.top),
            share=_percent(found.top_share),
        ),
        kept.get("top_share", True),
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "-"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
