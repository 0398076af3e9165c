"""A press at one moment of the wall clock, laid down in a file so that another process can take it up."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bobae.core import BadInput
from bobae.twins.press.faults import Fault
from bobae.twins.press.press import Press

_TYPES: dict[str, Any] = {"time_ns": np.int64, "state": np.float64, "logged": np.float64, "dice": np.uint64}


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that a press needs to go on, in this process or another.

    Attributes:
        seed: of its calendar.
        ahead_ns: wall time minus the press's own time: what a plant's clock is set ahead of the press's calendar.
        arrays: what `Press.snapshot` gives.
        faults: those it has or will have, in the press's own time.
    """

    seed: int
    ahead_ns: int
    arrays: dict[str, np.ndarray]
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, press: Press, *, seed: int, ahead_ns: int) -> "Snapshot":
        """The press as it is now."""
        return cls(seed, ahead_ns, press.snapshot(), press.faults)

    def press(self) -> Press:
        """A press that goes on from here."""
        press = Press(self.seed, faults=self.faults)
        press.restore(self.arrays)
        return press

    def write(self, path: Path) -> None:
        """Into `path`, which is there whole or as it was before, also after a power cut."""
        described = {
            "seed": self.seed,
            "ahead_ns": self.ahead_ns,
            "press": {name: array.tolist() for name, array in self.arrays.items()},
            "faults": [asdict(fault) for fault in self.faults],
        }
        draft = path.with_name(f".{path.name}.draft")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(described, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> "Snapshot":
        """From a file that `write` wrote.

        Raises:
            BadInput: it is not there or holds something else.
        """
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            arrays = {name: np.array(told["press"][name], dtype=kind) for name, kind in _TYPES.items()}
            faults = tuple(Fault(**fault) for fault in told["faults"])
            return cls(int(told["seed"]), int(told["ahead_ns"]), arrays, faults)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInput(
                "{path} holds no press that could go on: {reason}; write one with write_history(..., end_ns=...)",
                path=path,
                reason=error,
            ) from error
