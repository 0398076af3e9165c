"""VictoriaMetrics: the same samples by its import API, the same grid by MetricsQL, or exported rows and a kernel."""

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from _historian import server
from _historian.data import MS
from _historian.influx import Kernel, sorted_samples
from _historian.peers import AGGREGATES, Query
from bobae.core import Floats, Samples

PROGRAM, NAME = "victoria-metrics", "VictoriaMetrics"
RELATIVE = 1e-9  # it keeps a block of values as decimals of one scale: some come back changed in their last digits
FUNCTIONS = {"mean": "avg_over_time", "min": "min_over_time", "max": "max_over_time", "last": "last_over_time"}


class Victoria(server.Server):
    """A server of its own. Whole milliseconds, no status, no receipt time, so load good rows.

    Args:
        program: the server's.
        folder: an empty one for its data.
    """

    def __init__(self, program: str, folder: Path) -> None:
        (port,) = server.free_ports(1)
        command = [
            program,
            f"-storageDataPath={folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-retentionPeriod=100y",
            "-search.maxPointsPerTimeseries=1000000",  # a day by the second is more than its default allows
            "-selfScrapeInterval=0",
        ]
        super().__init__(command, port, folder, "/health")

    def load(self, blocks: Iterable[Samples]) -> int:
        """Write samples block by block, a line a tag; returns how many."""
        rows = 0
        for block in blocks:
            self.ask("POST", "/api/v1/import", _lines(block))
            rows += len(block)
        self.ask("GET", "/internal/force_flush")
        return rows

    def bytes_on_disk(self) -> int:
        """Of all its files, merged."""
        self.ask("GET", "/internal/force_merge")
        return self.settled_bytes(self.folder / "data")

    def grid(self, query: Query) -> Floats:
        """Aggregated by the server: (tags, 4, rows)."""
        frame = np.full((len(query.tags), len(AGGREGATES), query.rows), np.nan)
        step_ms, t0_ms = query.step_ns // MS, query.t0_ns // MS
        place = {str(tag): number for number, tag in enumerate(query.tags)}
        for number, name in enumerate(AGGREGATES):
            asked = {
                "query": f"{FUNCTIONS[name]}({_series(query)}[{step_ms}ms])",
                "start": (t0_ms + step_ms) / 1000,
                "end": (t0_ms + query.rows * step_ms) / 1000,
                "step": f"{step_ms}ms",
                "nocache": 1,
            }
            found = json.loads(self._post("/api/v1/query_range", asked))
            for series in found["data"]["result"]:
                at, values = zip(*series["values"], strict=True)
                row = np.round((np.array(at) * 1000 - t0_ms) / step_ms).astype(np.int64) - 1
                frame[place[series["metric"]["tag"]], number, row] = np.array(values, dtype=np.float64)
        return frame

    def raw(self, query: Query, kernel: Kernel) -> Floats:
        """The rows themselves, given to `kernel` by tag and time; a tag's number is its place in the query."""
        place = {str(tag): number for number, tag in enumerate(query.tags)}
        t0_ms = query.t0_ns // MS
        # its times are inclusive on both sides, ours are not at the start
        span = {"start": (t0_ms + 1) / 1000, "end": (t0_ms + query.rows * query.step_ns // MS) / 1000}
        said = self._post("/api/v1/export", {"match[]": _series(query), **span})
        series = sorted((json.loads(line) for line in said.splitlines()), key=lambda one: place[one["metric"]["tag"]])
        places = np.repeat([place[one["metric"]["tag"]] for one in series], [len(one["values"]) for one in series])
        time_ms = np.concatenate([np.array(one["timestamps"], dtype=np.int64) for one in series])
        value = np.concatenate([np.array(one["values"], dtype=np.float64) for one in series])
        return kernel(sorted_samples(places, time_ms * MS, value))

    def _post(self, path: str, asked: dict[str, object]) -> bytes:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(asked).encode(), headers)


def _series(query: Query) -> str:
    return 's{tag=~"' + "|".join(map(str, query.tags)) + '"}'


def _lines(rows: Samples) -> bytes:
    """A line a tag with its values and times."""
    order = np.argsort(rows.tag, kind="stable")
    tags, starts = np.unique(rows.tag[order], return_index=True)
    columns = [np.split(column[order], starts[1:]) for column in (rows.value, rows.time_ns // MS)]
    lines = [
        json.dumps(
            {"metric": {"__name__": "s", "tag": str(tag)}, "values": value.tolist(), "timestamps": time_ms.tolist()}
        )
        for tag, value, time_ms in zip(tags, *columns, strict=True)
    ]
    return "\n".join(lines).encode()
