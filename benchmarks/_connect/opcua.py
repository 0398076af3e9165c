"""OPC UA: bobae to durable acknowledgement beside asyncua alone; many nodes at 1 Hz, and browsed, on node-opcua."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from _anomaly.rows import Target, row
from _live.bench import Child

from bobae.connectors.opcua import connector
from bobae.historian import open_store
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

NODES = 200
PEERS = Path(__file__).parents[2] / ".venv-peers" / "node" / "node_modules"
SERVER = Path(__file__).parents[1] / "peers" / "opcua_node.js"
_START_S, _SETTLES_S = 300.0, 5.0


def rows(quick: bool) -> list[dict[str, Any]]:
    """Values a CPU second beside asyncua's own subscription, and what a server with many nodes costs."""
    return [*_beside_asyncua(rounds=2 if quick else 7, each=25 if quick else 100), *_many_nodes(quick)]


def _beside_asyncua(rounds: int, each: int) -> list[dict[str, Any]]:
    """Both listen to one server in turn; a round is `each` changes of `NODES` nodes."""
    nodes = [Node(f"line.speed{i}", 0.0) for i in range(NODES)]
    cost: dict[str, list[float]] = {"bobae": [], "bare": []}
    with OpcUaProcess(nodes) as server:
        for _ in range(rounds):
            for side, found in cost.items():
                found.append(_cost(server, side, each))
    ratios = np.array(cost["bare"]) / np.array(cost["bobae"])
    figure = "OPC UA, connector to durable acknowledgement"
    said = f"asyncua's subscription with a handler that only counts, {NODES} nodes, medians of {rounds} rounds in turn"
    return [
        {
            "figure": f"{figure}: values a CPU second, as a share of the bare client library's",
            "value": float(np.median(ratios)),
            "low": float(ratios.min()),
            "high": float(ratios.max()),
            "unit": "x",
            "reference": said,
            "target": ">= 0.8",
            "met": bool(np.median(ratios) >= 0.8),
        },
        row(f"{figure}: CPU time a value", float(np.median(cost["bobae"])) * 1e6, "us"),
        row("OPC UA, the bare client library: CPU time a value", float(np.median(cost["bare"])) * 1e6, "us"),
    ]


def _cost(server: OpcUaProcess, side: str, each: int) -> float:
    """CPU seconds a value of one reader; a value that does not come is waited for in vain."""
    with tempfile.TemporaryDirectory() as folder:
        reader = Child("_connect.opcua_reader", [side, server.url, folder, *(node.address for node in server.nodes)])
        try:
            values, cpu_s = _read(reader, NODES)
            for _ in range(each):
                # a value that never was before, so that each is a change
                server.write(*(Write(node.name, time.monotonic() + i) for i, node in enumerate(server.nodes)))
            after, cpu_after_s = _read(reader, values + each * NODES)
            if after != values + each * NODES:
                raise RuntimeError(f"{side} had {after - values} of {each * NODES} values")
            return (cpu_after_s - cpu_s) / (after - values)
        finally:
            reader.end()


def _read(reader: Child, enough: int) -> tuple[int, float]:
    reader.say(str(enough))
    values, cpu_s = json.loads(reader.heard(_START_S))
    return values, cpu_s


def _many_nodes(quick: bool) -> list[dict[str, Any]]:
    counting, browsed, seconds = (1_000, 3_000, 10) if quick else (10_000, 30_000, 60)
    if not PEERS.is_dir() or shutil.which("node") is None:
        print("node-opcua is not installed (make bench-peers): its figures are left out")
        return []
    with tempfile.TemporaryDirectory() as folder, _node_opcua(browsed, counting, folder) as (url, server):
        found, cpu_s, requests = asyncio.run(_browsed(url))
        if found != browsed:
            raise RuntimeError(f"{found} of {browsed} nodes were found")
        share, lost, values = _counted(url, server, counting, seconds)
    figure = f"OPC UA, {counting:,} nodes at 1 Hz from node-opcua"
    return [
        row(
            f"{figure}: share of one core",
            share,
            "core",
            reference=f"over {seconds} s; sampling_ms: 0, each change is told",
            target=Target("<=", 1.0),
        ),
        row(f"{figure}: values lost", lost, "values", reference=f"of {values:,}", target=Target("<=", 0)),
        row(f"OPC UA, {browsed:,} nodes browsed at node-opcua: CPU time", cpu_s, "s"),
        row(f"OPC UA, {browsed:,} nodes browsed at node-opcua: requests", requests, "requests"),
    ]


@contextmanager
def _node_opcua(nodes: int, counting: int, folder: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    port = int(OpcUaProcess([]).url.rpartition(":")[2])
    server = subprocess.Popen(
        ["node", str(SERVER), str(port), str(nodes), str(counting), folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "NODE_PATH": str(PEERS)},
    )
    try:
        _said(server, "serving")
        yield f"opc.tcp://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.wait()
        for pipe in (server.stdin, server.stdout):
            cast(IO[str], pipe).close()


def _said(server: "subprocess.Popen[str]", begins: str) -> str:
    for said in cast(IO[str], server.stdout):
        if said.startswith(begins):
            return said
    raise RuntimeError("node-opcua has ended")


async def _browsed(url: str) -> tuple[int, float, int]:
    """Nodes found, CPU seconds, requests."""
    source = connector({"url": url, "requests_per_s": 1_000})
    try:
        await source.open()
        protocol, began = source._protocol(), time.process_time()
        before = protocol._request_id  # asyncua numbers them one by one
        return len(await source.browse()), time.process_time() - began, protocol._request_id - before
    finally:
        await source.close()


def _counted(url: str, server: "subprocess.Popen[str]", counting: int, seconds: int) -> tuple[float, int, int]:
    """Share of a core while each node counts up, the numbers that are missing in the historian, and all that were."""
    stdin = cast(IO[str], server.stdin)
    with tempfile.TemporaryDirectory() as folder:
        addresses = [f"ns=1;s=speed{i}" for i in range(counting)]
        reader = Child("_connect.opcua_reader", ["changes", url, folder, *addresses])
        try:
            _read(reader, counting)
            stdin.write("go\n")
            stdin.flush()
            time.sleep(_SETTLES_S)
            (_, cpu_s), began = _read(reader, 0), time.monotonic()
            time.sleep(seconds)
            (_, after_s), wall_s = _read(reader, 0), time.monotonic() - began
            stdin.write("stop\n")
            stdin.flush()
            last = int(_said(server, "ticks").split()[1])
            time.sleep(_SETTLES_S)
        finally:
            reader.end()
        with open_store(Path(folder)) as store:
            kept = store.raw([f"area/line/m.t{i:05d}" for i in range(counting)], 0, 2**62)
    numbered = np.isfinite(kept.value) & (kept.value > 0)
    had = np.unique(np.stack([kept.tag[numbered], kept.value[numbered]]), axis=1).shape[1]
    return (after_s - cpu_s) / wall_s, counting * last - had, counting * last
