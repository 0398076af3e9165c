"""What has moved since models learned, in words; and a look that a person asks for."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bobae.app.drifting import DAY_NS, Drifting
from bobae.app.kept import kept_of
from bobae.app.plant_file import find
from bobae.app.promoting import model_desk, name_of
from bobae.app.settings import Settings
from bobae.core import Text, local_time, text
from bobae.core.gauge import number, unit
from bobae.historian import open_store
from bobae.registry.catalogue import Drift, DriftCheck


def model_drift(
    place: Path, settings: Settings, *, name: str | None = None, days: float = 1.0, now_ns: int | None = None
) -> Sequence[DriftCheck]:
    """What has moved since each model of the plant learned (or that one), looked at now; nothing is kept.

    Args:
        place: a plant's folder; bobae may be running there.
        settings: those that hold there.
        name: of one model, or the path of its machine; None: all, and what a laboratory measures.
        days: the rows of how many days are looked at.
        now_ns: ns UTC; None: now.

    Raises:
        BadInput: no plant file is there, or a model cannot be looked at.
        UnknownName: no model is called that.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    file = find(place)
    with model_desk(place, settings, now_ns=now_ns) as desk:
        assert file is not None
        wanted = None if name is None else desk.named(name)
        with open_store(kept_of(place)) as store:
            drifting = Drifting.of(file.parent, settings, store, desk.catalogue)
            looks = [
                drifting.look(monitor, now_ns, window_ns=round(days * DAY_NS))
                for monitor in desk.plant.monitors
                if wanted in (None, name_of(monitor))
            ]
            found = [check for check in looks if check is not None]
            return found if name is not None else [*found, *drifting.laboratory(now_ns)]


def drift_said(check: DriftCheck) -> Text:
    """What a look came to, in one sentence."""
    return text("{model}: {said}", model=check.subject, said=Text.from_json(check.found["said"]))


def drift_lines(check: DriftCheck) -> Iterator[Text]:
    """What a look came to: the sentence, what else breaks the contract, then signal by signal."""
    yield drift_said(check)
    for one in check.found.get("violations", [])[1:]:
        yield text("  {said}", said=Text.from_json(one["said"]))
    if check.answer in (Drift.MOVED, Drift.MATTERS):
        yield text("  so since {time}", time=local_time(check.since_ns).strftime("%Y-%m-%d %H:%M"))
    for one in check.found.get("inputs", []):
        if one["effect"] is not None:
            yield text(
                "  {name}  {before} → {now} {unit}  {effect} spreads  {mark}",
                name=one["name"],
                before=number(one["before"]),
                now=number(one["now"]),
                unit=unit(one["unit"]),
                effect=number(one["effect"], 2),
                mark=text("moved") if one["answer"] == "moved" else "",
            )
    if (effect := check.found.get("influence")) is not None:
        yield text(
            "  {share} % of the rows alarm only because of it; the score is {factor} times what it would be",
            share=number(100 * effect["alarming"], 2),
            factor="-" if effect["factor"] is None else number(effect["factor"], 2),
        )


def drift_as_json(check: DriftCheck) -> dict[str, Any]:
    """Plain JSON values in the current language."""
    found = dict(check.found) | {"said": str(Text.from_json(check.found["said"]))}
    if "violations" in found:
        found["violations"] = [one | {"said": str(Text.from_json(one["said"]))} for one in found["violations"]]
    if "from_ns" in found:
        found["from"] = local_time(found.pop("from_ns")).isoformat()
    times = {name: local_time(getattr(check, f"{name}_ns")).isoformat() for name in ("since", "checked")}
    return {"subject": check.subject, "version": check.version, "answer": str(check.answer)} | times | found
