"""A machine that writes files, for tests, in a process of its own: `python -m bobae.testing.folder_server FOLDER`.

It works inside the folder, so it goes on writing while that is moved away, as a machine does while its share is
unmounted. It writes one row when it is ready, then answers each JSON order on its standard input with one row.
"""

import asyncio
import csv
import datetime
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

Order = dict[str, Any]


class Machine:
    """Writes a file of two columns for each signal, a row a value."""

    def __init__(self) -> None:
        self._counting: asyncio.Task[None] | None = None
        self._count = 0
        self._counted = "number"

    def append(self, name: str, time_ns: int, value: Any) -> None:
        """One row more; the file is begun if need be."""
        path = Path(f"{name}.csv")
        new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["time", name])
            writer.writerow([_written(time_ns), _cell(value)])

    def obey(self, order: Order) -> None:
        """Do one order: write, ramp, rotate, rename or keep on as before."""
        match order.pop("do"):
            case "write":
                self.append(**order)
            case "ramp":
                self._ramp(order["every_ms"])
            case "rotate":
                _rotate(order["name"])
            case "rename":
                self._rename(order["name"], order["to"])

    def _ramp(self, every_ms: int) -> None:
        if self._counting is not None:
            self._counting.cancel()
        self._counting = asyncio.create_task(self._keep_counting(every_ms / 1000)) if every_ms else None

    async def _keep_counting(self, every_s: float) -> None:
        while True:
            self._count += 1
            self.append(self._counted, time.time_ns(), self._count)
            await asyncio.sleep(every_s)

    def _rename(self, name: str, to: str) -> None:
        self._counted = to if self._counted == name else self._counted
        old = Path(f"{name}.csv")
        text = old.read_text(encoding="utf-8").replace(f"time,{name}\n", f"time,{to}\n", 1)
        Path(f"{to}.csv").write_text(text, encoding="utf-8")
        old.unlink()


def _rotate(name: str) -> None:
    """name.csv becomes name.1.csv, that name.2.csv, and so on."""
    number = 1
    while Path(f"{name}.{number}.csv").exists():
        number += 1
    for n in range(number, 1, -1):
        Path(f"{name}.{n - 1}.csv").rename(f"{name}.{n}.csv")
    Path(f"{name}.csv").rename(f"{name}.1.csv")


def _written(time_ns: int) -> str:
    whole = datetime.datetime.fromtimestamp(time_ns // 10**9, datetime.UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{time_ns % 10**9:09d}Z"


def _cell(value: Any) -> Any:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


async def serve() -> None:
    """Obey until the standard input ends."""
    machine = Machine()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("done", flush=True)
    while order := await reader.readline():
        machine.obey(json.loads(order))
        print("done", flush=True)


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    asyncio.run(serve())
