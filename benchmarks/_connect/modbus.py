"""Modbus: bobae to durable acknowledgement beside pymodbus alone, 125 registers a read."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from _anomaly.rows import row
from _live.bench import Child

from _connect.modbus_reader import REGISTERS, path
from bobae.historian import open_store
from bobae.testing.modbus_process import ModbusSource

BLOCKS = 16
_START_S = 300.0


def rows(quick: bool) -> list[dict[str, Any]]:
    """Values a CPU second beside pymodbus's own client, one server read by both in turn."""
    rounds, values = (2, 50_000) if quick else (7, 250_000)
    cost: dict[str, list[float]] = {"bobae": [], "bare": []}
    with ModbusSource(units={1: BLOCKS * REGISTERS}) as server:
        for _ in range(rounds):
            for side, found in cost.items():
                server.clear()
                server.order(moving=True)  # each read finds each register one higher
                found.append(_cost(server, side, values))
    ratios = np.array(cost["bare"]) / np.array(cost["bobae"])
    figure = "Modbus TCP, connector to durable acknowledgement"
    reference = (
        f"pymodbus's asyncio client: {BLOCKS} reads of {REGISTERS} registers one after the other, made float64 by "
        f"numpy, a handler that only counts; {values:,} values a round, medians of {rounds} rounds in turn"
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
        row("Modbus TCP, the bare client library: CPU time a value", float(np.median(cost["bare"])) * 1e6, "us"),
    ]


def _cost(server: ModbusSource, side: str, values: int) -> float:
    """CPU seconds a value of one reader."""
    with tempfile.TemporaryDirectory() as folder:
        reader = Child("_connect.modbus_reader", [side, server.url, folder, str(BLOCKS)])
        try:
            before, cpu_s = _read(reader, values // 4)
            after, cpu_after_s = _read(reader, before + values)
        finally:
            reader.end()
        if side == "bobae":
            _none_lost(Path(folder))
        return (cpu_after_s - cpu_s) / (after - before)


def _read(reader: Child, enough: int) -> tuple[int, float]:
    reader.say(str(enough))
    had, cpu_s = json.loads(reader.heard(_START_S))
    return had, cpu_s


def _none_lost(folder: Path) -> None:
    """Every register was counted up by one from read to read, so what is stored must be too."""
    with open_store(folder) as store:
        for register in range(0, BLOCKS * REGISTERS, 97):
            kept = store.raw([path(register)], 0, 2**62).value
            steps = np.diff(kept[np.isfinite(kept)])
            if len(steps) < 10 or (steps != 1).any():
                raise RuntimeError(f"register {register}: {(steps != 1).sum()} of {len(steps)} values do not follow")
