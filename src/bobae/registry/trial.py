"""Reference runs in child processes: a graph made to break the runtime breaks the child only."""

import hashlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from bobae.core import Refused, Text

_LENGTH = struct.Struct("<Q")


class Proving:
    """A process that has loaded the runtime once and forks for each package, so that many models open quickly.

    Each package is run in a child of its own that has little memory and time and may write no file. Where there is no
    fork (Windows), each package has a fresh process. A package that was proved is not run again: machines of one kind
    often share a model.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._proved: dict[str, list[dict[str, Any]]] = {}  # digest of a package -> what was said of it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def trial(self, package: bytes, passed: Callable[[str], None]) -> None:
        """Run the package's reference; `passed` is told each step that went well.

        Raises:
            Refused: the graph may not run here, does not give the expected answers, or took its child down.
        """
        digest = hashlib.sha256(package).hexdigest()
        told = self._proved.get(digest) or self._told(package)
        steps = [row["step"] for row in told if "step" in row]
        for step in steps[:-1]:
            passed(step)
        last = told[-1]
        if "proved" in last:
            self._proved[digest] = told
        if "refused" in last:
            raise Refused("{reason}", reason=Text(template=last["refused"], values=last["values"]))
        if "late" in last:
            raise Refused("the reference run took longer than {seconds} s", seconds=last["late"])
        if "broke" in last:
            raise Refused("the model cannot be run here: {reason}", reason=last["broke"])

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _told(self, package: bytes) -> list[dict[str, Any]]:
        """What was said of the package, the verdict last."""
        if self._process is None:
            self._process = _started()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told: list[dict[str, Any]] = []
        try:
            self._process.stdin.write(_LENGTH.pack(len(package)) + package)
            self._process.stdin.flush()
            while not told or told[-1].keys().isdisjoint(("refused", "late", "broke", "proved")):
                told.append(json.loads(self._process.stdout.readline()))
        except (OSError, ValueError):  # no fork there, and the process itself is gone
            told.append({"broke": f"exit {self._process.wait()}"})
        if not hasattr(os, "fork") or "broke" in told[-1]:
            self.close()
        return told


def _started() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-I", "-m", "bobae.registry.reference_run"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
