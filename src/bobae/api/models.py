"""Models: what is at work, the versions of each, how those on trial do, and who makes which live."""

import time
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from bobae.api.gate import Who, gated_router, needs
from bobae.api.plant import LivePlant, ThePlant
from bobae.api.questions import By, Nothing
from bobae.app import settings_for
from bobae.app.drift_told import drift_as_json
from bobae.app.promoting import ModelDesk, move_as_json, version_as_json
from bobae.registry.versions import Hand

router = gated_router("models")
_MOST_LOOKS = 50
Model = Annotated[str, Field(description="path of the machine, or the name of its monitor")]


class ToldModel(BaseModel):
    """One model at work."""

    monitor: str
    asset: str
    task: str
    name: str
    version: str


class Models(BaseModel):
    """All that is watched."""

    items: list[ToldModel]


class ToldVersions(BaseModel):
    """The versions of one model."""

    name: str
    aliases: dict[str, int] = Field(description="live, shadow, candidate -> number of the version")
    versions: list[dict[str, Any]] = Field(description="oldest first, each with how it did against the live one")


class History(BaseModel):
    """Every time that an alias was made to point elsewhere, or that a look came to another answer."""

    items: list[dict[str, Any]]


class Trial(BaseModel):
    """How the version on trial agrees with the live one; nulls where there is none."""

    version: int | None
    agreement: dict[str, Any] | None


class Live(BaseModel):
    """Which version is live now."""

    model: str
    live: int | None


class Wanted(BaseModel):
    """What came of the wish to have a version live."""

    model: str
    version: int
    waits_for: int = Field(description="how many more persons must want it; 0: it is live")


class WhichModel(Nothing):
    """Parameters of /models/versions, /models/history, /models/trial and /models/drift."""

    model: Model


class Asked(Nothing):
    """Who asks for it, of which model, and why."""

    model: Model
    by: By = None
    because: str = Field(min_length=1, max_length=2000, description="why")


class Promotion(Asked):
    """A version that is to be live."""

    version: str | None = Field(default=None, description="number or digest; null: the candidate")
    anyway: bool = Field(default=False, description="although it is not shown to be better")


@router.get("/models")
@needs("plant.read")
def models(plant: ThePlant, _: Annotated[Nothing, Query()]) -> Models:
    """What is watched, and by which model."""
    return Models(items=[ToldModel.model_validate(model, from_attributes=True) for model in plant.models()])


@router.get("/models/versions")
@needs("plant.read")
def versions(plant: ThePlant, which: Annotated[WhichModel, Query()]) -> ToldVersions:
    """All versions of a model, oldest first."""
    desk = _desk(plant)
    told = desk.told(desk.named(which.model))
    aliases = {str(alias): number for alias, number in told.aliases.items()}
    return ToldVersions(name=told.name, aliases=aliases, versions=[version_as_json(one) for one in told.versions])


@router.get("/models/history")
@needs("plant.read")
def history(plant: ThePlant, which: Annotated[WhichModel, Query()]) -> History:
    """Who made which version live, proposed, tried, refused, and why; oldest first."""
    desk = _desk(plant)
    return History(items=[move_as_json(move) for move in desk.told(desk.named(which.model)).history])


@router.get("/models/trial")
@needs("plant.read")
def trial(plant: ThePlant, which: Annotated[WhichModel, Query()]) -> Trial:
    """How the version on trial, or the one that was proposed last, does beside the live one."""
    desk = _desk(plant)
    told = desk.told(desk.named(which.model))
    number = next((told.aliases[alias] for alias in told.aliases if alias in ("shadow", "candidate")), None)
    if number is None:
        return Trial(version=None, agreement=None)
    found = desk.trial(told.name, desk.catalogue.versions.version(told.name, number), time.time_ns())
    return Trial(version=number, agreement=None if found is None else found.as_json())


@router.get("/models/drift")
@needs("plant.read")
def drift(plant: ThePlant, which: Annotated[WhichModel, Query()]) -> History:
    """What has moved since a model learned, as it was found from time to time, newest first."""
    found = plant.catalogue.drift.history(_desk(plant).named(which.model), limit=_MOST_LOOKS)
    return History(items=[drift_as_json(check) for check in found])


@router.post("/models/promote")
@needs("model.change")
def promote(plant: ThePlant, who: Who, asked: Promotion) -> Wanted:
    """Make a version live: the candidate, or the one that is named; where several persons must, each says so."""
    desk = _desk(plant)
    model = desk.named(asked.model)
    came = desk.promote(model, _hand(who, asked), version=asked.version, anyway=asked.anyway)
    return Wanted(model=model, version=came.version.number, waits_for=came.waits_for)


@router.post("/models/rollback")
@needs("model.change")
def rollback(plant: ThePlant, who: Who, asked: Asked) -> Live:
    """Make the version live again that was live before."""
    desk = _desk(plant)
    model = desk.named(asked.model)
    return Live(model=model, live=desk.shelf.rollback(model, _hand(who, asked)).number)


@router.post("/models/retire")
@needs("model.change")
def retire(plant: ThePlant, who: Who, asked: Asked) -> Live:
    """Let a model raise no alarms any more."""
    desk = _desk(plant)
    model = desk.named(asked.model)
    desk.shelf.retire(model, _hand(who, asked))
    return Live(model=model, live=None)


def _hand(who: Who, asked: Asked) -> Hand:
    return Hand(who.hand(asked.by), asked.because, time.time_ns())


def _desk(plant: LivePlant) -> ModelDesk:
    settings = replace(settings_for(plant.folder), plant=plant.plant)
    return ModelDesk(plant.folder, settings, plant.catalogue)
