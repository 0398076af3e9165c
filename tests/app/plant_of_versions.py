"""A small plant with a history in its historian and a model that was trained on the first part of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bobae.app.plant_store import historian_folder
from bobae.core import Samples, TagRow
from bobae.historian import open_store
from bobae.testing.made_machine import SENSORS, START_NS, machine

STEP_NS = 300 * 1_000_000_000
ASSET = "line1/press1"
NAME = f"{ASSET}:anomaly"
DAY_NS = 24 * 3600 * 1_000_000_000


def made_plant(folder: Path, *, rows: int, moves_at: int | None = None, more: str = "retrain: propose") -> None:
    """A plant whose machine ran so many rows of five minutes; from row `moves_at` on its pressure is another one."""
    folder.mkdir(parents=True, exist_ok=True)
    tags = ", ".join(f"{name}: {{}}" for name in SENSORS)
    lines = [
        "plant: small",
        f"assets: {{{ASSET}: {{tags: {{{tags}}}}}}}",
        f"monitors: [{{asset: {ASSET}, alarm_budget: 2/week, {more}}}]",
    ]
    (folder / "plant.yaml").write_text("\n".join(lines), "utf-8")
    table: pa.Table = machine(rows, seed=1).table
    times = START_NS + STEP_NS * np.arange(1, rows + 1)
    with open_store(historian_folder(folder), write=True, commit_s=0.001) as store:
        for number, name in zip(
            store.writer.tag_ids([TagRow(0, f"{ASSET}.{n}") for n in SENSORS]), SENSORS, strict=True
        ):
            values = table.column(name).to_numpy().copy()
            if moves_at is not None:
                values[moves_at:] = moved(name, values[moves_at:])
            samples = Samples.of(np.full(rows, number), times, values, receipt_ns=times)
            store.writer.append(samples).durable.result(60)


def moved(name: str, value: Any) -> Any:
    """What a signal shows once the machine runs otherwise."""
    return value + {"pressure": 12.0, "temperature": 4.0}.get(name, 0.0)
