"""MQTT: bobae to durable acknowledgement beside gmqtt's client alone, 100 values a message."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from _anomaly.rows import row
from _live.bench import Child

from _connect.mqtt_publisher import VALUES
from _connect.mqtt_reader import wishes
from bobae.historian import open_store
from bobae.testing.mqtt_broker import Broker

_START_S = 300.0
SIDES = ("bobae", "decoding", "bare")


def rows(quick: bool) -> list[dict[str, Any]]:
    """Values a CPU second beside gmqtt's client that decodes JSON, and one that does not."""
    return compared("json", "MQTT, JSON of 100 values at QoS 1", "orjson.loads", quick)


def compared(kind: str, title: str, decoder: str, quick: bool) -> list[dict[str, Any]]:
    """The figures of one kind of message; all sides read one broker in turn."""
    rounds, messages = (2, 1_000) if quick else (5, 10_000)
    cost: dict[str, list[float]] = {side: [] for side in SIDES}
    with Broker(settings=["max_queued_messages 0", "max_inflight_messages 0"], log="information") as broker:
        for _ in range(rounds):
            for side, found in cost.items():
                found.append(_cost(broker.port, side, kind, messages))
    figure = f"{title}, connector to durable acknowledgement"
    what = f"{messages * VALUES:,} values a round, medians of {rounds} rounds in turn, mosquitto"
    return [
        _share(
            f"{figure}: values a CPU second, as a share of the bare client library's that decodes",
            np.array(cost["decoding"]) / np.array(cost["bobae"]),
            f"gmqtt's client with a handler that does {decoder} and nothing with it; {what}",
        ),
        _share(
            f"{figure}: values a CPU second, as a share of the bare client library's that does not decode",
            np.array(cost["bare"]) / np.array(cost["bobae"]),
            f"gmqtt's client with a handler that counts messages, without a look into them; {what}",
        ),
        *(row(f"{title}, {side}: CPU time a value", float(np.median(cost[side])) * 1e6, "us") for side in SIDES),
    ]


def _share(figure: str, ratios: Any, reference: str) -> dict[str, Any]:
    return {
        "figure": figure,
        "value": float(np.median(ratios)),
        "low": float(ratios.min()),
        "high": float(ratios.max()),
        "unit": "x",
        "reference": reference,
        "target": ">= 0.8",
        "met": bool(np.median(ratios) >= 0.8),
    }


def _cost(port: int, side: str, kind: str, messages: int) -> float:
    """CPU seconds a value of one reader."""
    with tempfile.TemporaryDirectory() as folder:
        publisher = Child("_connect.mqtt_publisher", [kind, str(port)])
        publisher.heard(_START_S)
        reader = Child("_connect.mqtt_reader", [side, kind, str(port), folder])
        try:
            reader.heard(_START_S)
            before, cpu_s = _read(publisher, reader, messages // 4, 0)
            after, cpu_after_s = _read(publisher, reader, messages, before)
        finally:
            reader.end()
            publisher.end()
        if side == "bobae":
            _none_lost(Path(folder), kind, messages + messages // 4)
        return (cpu_after_s - cpu_s) / (after - before)


def _read(publisher: Child, reader: Child, messages: int, before: int) -> tuple[int, float]:
    publisher.say(str(messages))
    reader.say(str(before + messages * VALUES))
    publisher.heard(_START_S)
    had, cpu_s = json.loads(reader.heard(_START_S))
    return had, cpu_s


def _none_lost(folder: Path, kind: str, messages: int) -> None:
    """The first value of each topic counts its messages."""
    first = [wish.path for wish in wishes(kind)][::VALUES]
    with open_store(folder) as store:
        for path in first:
            counted = store.raw([path], 0, 2**62).value
            counted = counted[np.isfinite(counted)]
            wanted = messages // len(first)
            if counted.tolist() != list(range(1, wanted + 1)):
                raise RuntimeError(f"{path}: {len(counted)} of {wanted} values are there")
