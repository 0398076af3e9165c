"""The versions of models in words, and a retraining that a person asks for."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bobae.app.model_keeping import outcome_in_words, told
from bobae.app.plant_file import find
from bobae.app.promoting import ModelDesk, ModelTold, model_desk, name_of, version_as_json
from bobae.app.retraining import Retraining, outcome_of
from bobae.app.settings import Settings
from bobae.core import BobaeError, Text, local_time, text
from bobae.registry.catalogue import Alias, AliasMove, ModelVersion, Move
from bobae.registry.versions import Hand


@dataclass(frozen=True)
class Retrained:
    """What came of one training: a version, or why there is none."""

    model: str
    version: ModelVersion | None
    why: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        version = None if self.version is None else version_as_json(self.version)
        return {"model": self.model, "version": version, "why": None if self.why is None else str(self.why)}

    def told(self) -> Iterator[Text]:
        """The same in sentences."""
        if self.version is None:
            yield text("{model}: nothing came of it: {why}", model=self.model, why=self.why)
            return
        yield text(
            "{model}: version {number} was trained and is {outcome}",
            model=self.model,
            number=self.version.number,
            outcome=outcome_in_words(outcome_of(self.version)),
        )
        if self.version.comparison is not None:
            yield Text.from_json(self.version.comparison["said"])


def hand(by: str, because: str) -> Hand:
    """Who does something now, and why."""
    return Hand(by, because, time.time_ns())


def retrain(place: Path, settings: Settings, *, asset: str | None = None, seed: int = 0) -> Sequence[Retrained]:
    """Train each model of the plant anew (or that of one asset); what is better is proposed.

    Raises:
        BadInput: no plant file is there.
        Refused, Unreachable: the catalogue cannot be opened.
    """
    made = []
    with model_desk(place, settings) as desk:
        file = find(place)
        assert file is not None
        retraining = Retraining(file.parent, settings, desk.catalogue)
        for monitor in desk.plant.monitors:
            if asset is not None and not f"{monitor.asset}/".startswith(f"{asset}/"):
                continue
            try:
                made.append(Retrained(name_of(monitor), retraining.train(monitor, time.time_ns(), seed=seed)))
            except BobaeError as error:
                made.append(Retrained(name_of(monitor), None, error.text))
    return made


def model_told(desk: ModelDesk, model: ModelTold, now_ns: int) -> Iterator[Text]:
    """One model: its versions, its trial, its history."""
    yield text("{model}:", model=model.name)
    for version in model.versions:
        at = [alias for alias, number in model.aliases.items() if number == version.number]
        marks = ", ".join(str(alias_in_words(alias)) for alias in at)
        yield text(
            "  version {number}  {digest}  {time}  {outcome}  {marks}",
            number=version.number,
            digest=version.sha256[:12],
            time=_when(version.added_ns),
            outcome=outcome_in_words(outcome_of(version)),
            marks=marks,
        )
        if Alias.SHADOW in at and (trial := desk.trial(model.name, version, now_ns)) is not None:
            yield told(trial)
    for move in model.history:
        yield text(
            "  {time}  {event}: {alias} {was} → {becomes}  {by}  {because}",
            time=_when(move.time_ns),
            event=event_in_words(move),
            alias=alias_in_words(move.alias),
            was=move.was or "-",
            becomes=move.becomes or "-",
            by=move.by,
            because=move.because,
        )


def alias_in_words(alias: Alias) -> Text:
    """What points at a version."""
    words = {
        Alias.LIVE: text("live"),
        Alias.SHADOW: text("on trial"),
        Alias.CANDIDATE: text("proposed"),
    }
    return words[alias]


def event_in_words(move: AliasMove) -> Text:
    """Why an alias was made to point elsewhere."""
    words = {
        Move.TAKEN_IN: text("taken in"),
        Move.BY_HAND: text("replaced by hand"),
        Move.PROPOSED: text("proposed"),
        Move.APPROVED: text("wanted live"),
        Move.TRIED: text("trial begun"),
        Move.REFUSED: text("not promoted"),
        Move.PROMOTED: text("promoted"),
        Move.PROMOTED_BY_RULE: text("promoted by the rule"),
        Move.ROLLED_BACK: text("rolled back"),
        Move.RETIRED: text("retired"),
    }
    return words[move.event]


def _when(time_ns: int) -> str:
    return local_time(time_ns).strftime("%Y-%m-%d %H:%M")
