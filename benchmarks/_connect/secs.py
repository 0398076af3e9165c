"""SECS/GEM: bobae to durable acknowledgement beside secsgem's host alone, 50 F8 values an event report."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from _anomaly.rows import row

from _connect.secs_tool import VALUES

_HERE = Path(__file__).resolve().parents[1]


def rows(quick: bool) -> list[dict[str, Any]]:
    """Values a CPU second beside secsgem's host, one equipment read by both in turn."""
    rounds, messages = (2, 300) if quick else (7, 2_000)
    cost: dict[str, list[float]] = {"bobae": [], "bare": []}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tool = subprocess.Popen(_command("secs_tool", port, messages), cwd=_HERE, stdout=subprocess.PIPE, text=True)
    try:
        tool.stdout.readline()
        for _ in range(rounds):
            for side, found in cost.items():
                found.append(_cost(side, port, messages))
    finally:
        tool.kill()
        tool.wait()
        tool.stdout.close()
    ratios = np.array(cost["bare"]) / np.array(cost["bobae"])
    figure = "SECS/GEM, connector to durable acknowledgement"
    reference = (
        f"secsgem's GemHostHandler, which decodes each S6F11 (a time and {VALUES} F8 values) itself, with a handler "
        f"that only counts and acknowledges; {messages * VALUES:,} values a round, medians of {rounds} rounds in turn"
    )
    return [
        {
            "figure": f"{figure}: values a CPU second, as a share of the bare client library's",
            "value": float(np.median(ratios)),
            "low": float(ratios.min()),
            "high": float(ratios.max()),
            "unit": "x",
            "reference": reference,
            "target": ">= 0.8",
            "met": bool(np.median(ratios) >= 0.8),
        },
        row(f"{figure}: CPU time a value", float(np.median(cost["bobae"])) * 1e6, "us"),
        row("SECS/GEM, the bare client library: CPU time a value", float(np.median(cost["bare"])) * 1e6, "us"),
    ]


def _command(module: str, *arguments: Any) -> list[str]:
    return [sys.executable, "-m", f"_connect.{module}", *map(str, arguments)]


def _cost(side: str, port: int, messages: int) -> float:
    """CPU seconds a value of one host; none may be missing."""
    command = _command("secs_reader", side, port, messages)
    done = subprocess.run(command, cwd=_HERE, capture_output=True, text=True, check=True, timeout=300)
    cost_s, values = done.stdout.split()
    if int(values) != messages * VALUES:
        raise RuntimeError(f"{side}: {values} values instead of {messages * VALUES}")
    return float(cost_s)
