"""duckdb and polars on our own Parquet files: a lasting child process in the peers' environment."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from bobae.core import Floats

HERE = Path(__file__).resolve().parents[1]
PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
SCRIPT = HERE / "peers" / "frames.py"
AGGREGATES = ("mean", "min", "max", "last")


@dataclass(frozen=True)
class Query:
    """A frame asked for: row k covers (t0 + k step, t0 + (k + 1) step].

    Attributes:
        kind: 'grid': mean, min, max and last of each interval, nothing carried on, (tags, 4, rows); 'carried': the last
            value at or before each row's time, (tags, rows).
        tags: their numbers.
        t0_ns: ns UTC.
        step_ns: between rows.
        rows: of the frame.
        good_only: leave out samples that are not good; when carried, such a sample ends the value before it.
    """

    kind: Literal["grid", "carried"]
    tags: tuple[int, ...]
    t0_ns: int
    step_ns: int
    rows: int
    good_only: bool = False


@dataclass(frozen=True)
class Cost:
    """CPU seconds of all threads for the query and for the dense array of its answer; wall seconds of both."""

    query_s: float
    array_s: float
    wall_s: float

    @property
    def cpu_s(self) -> float:
        """Both together."""
        return self.query_s + self.array_s


class Peer:
    """One tool with a number of threads; use it in a `with`.

    Args:
        tool: 'duckdb' (SQL), 'duckdb reader' (columns read by duckdb, the rest by numpy) or 'polars'.
        threads: that the tool may use.
    """

    def __init__(self, tool: str, threads: int) -> None:
        self.tool, self.threads = tool, threads

    def __enter__(self) -> Self:
        command = [str(PYTHON), str(SCRIPT), self.tool, str(self.threads)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.communicate()  # the end of its input ends it

    def cost(self, files: Sequence[Path], query: Query, *, fresh: bool = False) -> Cost:
        """Run a query; its frame is thrown away.

        Args:
            files: Parquet with tag, time_ns, value, status; in order of time, no (tag, time) twice.
            query: what to ask.
            fresh: without what the tool itself keeps in memory.
        """
        return self._ask(files, query, None, fresh=fresh)

    def frame(self, files: Sequence[Path], query: Query) -> Floats:
        """What the tool finds, to be compared with ours."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "frame.npy"
            self._ask(files, query, out, fresh=False)
            return np.asarray(np.load(out))

    def _ask(self, files: Sequence[Path], query: Query, out: Path | None, *, fresh: bool) -> Cost:
        request = {
            "query": query.kind,
            "files": [str(file) for file in files],
            "tags": query.tags,
            "t0_ns": query.t0_ns,
            "step_ns": query.step_ns,
            "rows": query.rows,
            "good_only": query.good_only,
            "fresh": fresh,
            "out": None if out is None else str(out),
        }
        asking, answering = self._child.stdin, self._child.stdout
        assert asking is not None
        assert answering is not None
        asking.write(json.dumps(request) + "\n")
        asking.flush()
        line = answering.readline()
        if not line:
            raise RuntimeError(f"{self.tool} ended in the middle of a query; what it said stands above")
        return Cost(**json.loads(line))
