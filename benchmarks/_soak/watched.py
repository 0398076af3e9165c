"""The bobae of the soak: in a process of its own, looked at every ten seconds."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from _live.bench import START_S, Child

from _soak.machines import Machine
from bobae.core import Asset, Plant, Source, Tag

LOOK_S = 10.0
_ANSWER_S = 30.0


def plant_of(machines: Sequence[Machine]) -> Plant:
    """As a plant file would say it."""
    assets = {
        f"line/{machine.name}": Asset(
            tags={f"t{i:04d}": Tag(source=machine.name, address=address) for i, address in enumerate(machine.addresses)}
        )
        for machine in machines
    }
    sources = {machine.name: Source(connector=machine.name, **machine.settings) for machine in machines}
    return Plant(plant="soak", assets=assets, sources=sources)


def first_tag(machine: Machine) -> str:
    """The path of its first tag."""
    return f"line/{machine.name}.t0000"


@dataclass(frozen=True)
class Look:
    """bobae at one moment, `at_s` after it started: what it holds and what it has done."""

    at_s: float
    cpu_s: float
    memory_mb: float
    handles: int
    threads: int
    tasks: int
    stall_s: float
    sources: dict[str, dict[str, int]]


@dataclass
class Watched:
    """bobae at work on a plant in `folder`, from entering to leaving; `looks` are in the order of time."""

    folder: Path
    plant: Plant
    looks: list[Look] = field(default_factory=list)

    def __enter__(self) -> Self:
        (self.folder / "plant.json").write_text(self.plant.model_dump_json(by_alias=True, exclude_none=True), "utf-8")
        self._bobae = Child("_soak.plant", [str(self.folder)])
        try:
            self._bobae.heard(START_S)
        except BaseException:
            self._bobae.end()
            raise
        self._began, self._over = time.monotonic(), Event()
        self._looking = Thread(target=self._look_again_and_again)
        self._looking.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._looking.join()
        self._bobae.end()

    def _look_again_and_again(self) -> None:
        while not self._over.wait(LOOK_S):
            self.looks.append(self._look())

    def _look(self) -> Look:
        self._bobae.say("how is it")
        told: dict[str, Any] = json.loads(self._bobae.heard(_ANSWER_S))
        process = Path(f"/proc/{self._bobae.pid}")
        return Look(
            at_s=time.monotonic() - self._began,
            cpu_s=self._bobae.cpu_s(),
            memory_mb=self._bobae.memory_mb("VmRSS"),
            handles=len(list((process / "fd").iterdir())),
            threads=len(list((process / "task").iterdir())),
            tasks=told["tasks"],
            stall_s=told["stall_s"],
            sources=told["sources"],
        )
