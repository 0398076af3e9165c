"""Plugins, ours and yours, found by one door: Python entry points."""

import functools
import importlib.util
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from bobae.core import Missing, UnknownName

GROUPS = ("connectors", "learners", "twins")


@functools.cache
def _found(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=f"bobae.{group}")}


def names(group: str) -> list[str]:
    """The names of all installed plugins of one group: 'connectors', 'learners' or 'twins'."""
    return sorted(_found(group))


def folder(group: str, name: str) -> Path | None:
    """Where the plugin called `name` lies, found without loading it; None where its place cannot be told."""
    try:
        spec = importlib.util.find_spec(_found(group)[name].module)
    except ModuleNotFoundError:  # it lies within a package that needs another
        return None
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def load(group: str, name: str) -> ModuleType:
    """The plugin called `name`, imported.

    Raises:
        UnknownName: no installed plugin has that name; the nearest are given.
        Missing: it needs a package that is not installed.
    """
    if name not in _found(group):
        raise UnknownName.among(
            "no plugin among the {group} is called {name!r}; nearest: {nearest}",
            name=name,
            known=names(group),
            group=group,
        )
    point = _found(group)[name]
    try:
        plugin: ModuleType = point.load()
    except ModuleNotFoundError as error:
        raise Missing(
            "{name} needs the package {package}, which is not installed; try: pip install 'bobae[{name}]'",
            name=name,
            package=error.name,
        ) from error
    return plugin


def learner_for(task: str) -> Any:
    """The installed learner that answers `task`, with its usual settings: a `Learner`, or a `Predictor`.

    One of the task's own name is taken first, so that no other needs to load.

    Raises:
        UnknownName: no installed learner does.
    """
    own = task.replace("-", "_")
    tasks = []
    for name in sorted(names("learners"), key=lambda one: one != own):
        learner = load("learners", name).LEARNER()
        if learner.task == task:
            return learner
        tasks.append(learner.task)
    raise UnknownName.among("no learner answers the task {name!r}; installed: {nearest}", name=task, known=tasks)
