"""InfluxDB 1.x: the same samples by line protocol, the same grid by InfluxQL, or raw rows and the caller's kernel."""

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from _historian import server
from _historian.data import MS
from _historian.peers import AGGREGATES, Query
from bobae.core import Floats, Samples

PROGRAM, NAME, RELATIVE = "influxd", "InfluxDB", 1e-12
MINIBATCH = 10_000  # lines a request, as its documentation advises
# written out soon: its size is wanted minutes after loading. What a default keeps for itself or logs is off.
CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
  cache-snapshot-write-cold-duration = "2s"
  compact-full-write-cold-duration = "2s"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
"""

Kernel = Callable[[Samples], Floats]


class Influx(server.Server):
    """A server with one database. Values only: no status and no receipt time, so load good rows.

    Args:
        program: the server's.
        folder: an empty one for its data.
    """

    def __init__(self, program: str, folder: Path) -> None:
        rpc, port = server.free_ports(2)
        config = folder / "influxdb.conf"
        config.write_text(CONFIG.format(rpc=rpc, http=port, folder=folder), "utf-8")
        super().__init__([program, "-config", str(config)], port, folder, "/ping")

    def load(self, blocks: Iterable[Samples]) -> int:
        """Write samples in the order they come; returns how many."""
        self.ask("POST", "/query?" + urlencode({"q": "CREATE DATABASE plant WITH DURATION INF SHARD DURATION 7d"}))
        rows = 0
        for block in blocks:
            for start in range(0, len(block), MINIBATCH):
                self.ask("POST", "/write?db=plant&precision=ms", _lines(block.rows(slice(start, start + MINIBATCH))))
            rows += len(block)
        return rows

    def bytes_on_disk(self) -> int:
        """Of data, index and log."""
        return self.settled_bytes(self.folder)

    def grid(self, query: Query) -> Floats:
        """Aggregated by the server: (tags, 4, rows)."""
        aggregates = ", ".join(f"{name}(v)" for name in AGGREGATES)
        # its intervals are closed on the left: moved by 1 ns they hold what ours hold
        by = f"GROUP BY time({query.step_ns}ns, {query.t0_ns % query.step_ns + 1}ns), sensor fill(none)"
        found = self._select(query, aggregates, by)
        frame = np.full((len(query.tags), len(AGGREGATES), query.rows), np.nan)
        row = (found["time"].to_numpy() - query.t0_ns) // query.step_ns
        place = _places(found["tags"], query.tags)
        for number, name in enumerate(AGGREGATES):
            frame[place, number, row] = found[name].to_numpy()
        return frame

    def raw(self, query: Query, kernel: Kernel) -> Floats:
        """The rows themselves, given to `kernel` by tag and time; a tag's number is its place in the query."""
        found = self._select(query, "v", "GROUP BY sensor")
        place, time_ns = _places(found["tags"], query.tags), found["time"].to_numpy()
        return kernel(sorted_samples(place, time_ns, found["v"].to_numpy()))

    def _select(self, query: Query, what: str, by: str) -> dict[str, pa.ChunkedArray]:
        last_ns = query.t0_ns + query.rows * query.step_ns
        tags = "|".join(map(str, query.tags))
        text = f"SELECT {what} FROM s WHERE time > {query.t0_ns} AND time <= {last_ns} AND sensor =~ /^({tags})$/ {by}"
        path = "/query?" + urlencode({"db": "plant", "epoch": "ns", "q": text})
        said = self.ask("GET", path, headers={"Accept": "application/csv"})  # JSON takes both sides longer
        numbers = {name: pa.float64() for name in (*AGGREGATES, "v")}
        table = pa_csv.read_csv(
            io.BytesIO(said),
            convert_options=pa_csv.ConvertOptions(
                column_types={**numbers, "time": pa.int64(), "tags": pa.dictionary(pa.int32(), pa.string())}
            ),
        )
        return {name: table.column(name) for name in table.column_names}


def sorted_samples(place: np.ndarray, time_ns: np.ndarray, value: np.ndarray) -> Samples:
    """Series that came one after the other, in time order each, in the order of their places."""
    if (np.diff(place) < 0).any():
        order = np.argsort(place, kind="stable")
        place, time_ns, value = place[order], time_ns[order], value[order]
    return Samples.of(place, time_ns, value)


def _places(tags: pa.ChunkedArray, wanted: tuple[int, ...]) -> np.ndarray:
    """'sensor=7' and the like as places in what was wanted."""
    place = {f"sensor={tag}": number for number, tag in enumerate(wanted)}
    one = tags.unify_dictionaries().combine_chunks()
    known = np.array([place[name] for name in one.dictionary.to_pylist()], dtype=np.int32)
    return np.asarray(known[one.indices.to_numpy()])


def _lines(rows: Samples) -> bytes:
    """'s,sensor=7 v=21.5 1772409600123' a row, without a Python object a row."""
    columns = [pc.cast(pa.array(column), pa.string()) for column in (rows.tag, rows.value, rows.time_ns // MS)]
    tag, value, time_ms = columns
    lines = pc.binary_join_element_wise("s,sensor=", tag, " v=", value, " ", time_ms, "\n", "")
    return bytes(lines.buffers()[2])
