"""A real Modbus server in a process of its own, which a test writes to, breaks, kills, freezes and starts again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from bobae.connectors.modbus import ModbusConnector, connector
from bobae.connectors.modbus.address import Place, parsed
from bobae.connectors.modbus.writing import registers
from bobae.testing.served import ServerProcess, free_port

_AREA_SIZE = 1000
_FAILED, _UNKNOWN = 4, 2  # exception codes
Held = tuple[int, str, int, list[int]]  # unit, area, first number, what it and the following hold


class ModbusSource:
    """Modbus devices on this machine, or on a serial line, in a process of their own.

    Args:
        host: where it listens.
        port: of TCP; None: a free one, kept over restarts.
        prefix: what stands before the server's command.
        serial: the device file that it listens on, in place of TCP; `line` is the other end, for the connector.
        line: see `serial`.
        rtu: whether TCP is framed as a serial line is.
        units: number of each device -> how many registers and flags each of its areas has.

    Example:
        >>> ModbusSource().url.startswith("tcp://127.0.0.1:")
        True
    """

    number = "1/holding/100?type=float64"
    flag = "1/coil/5"
    text = "1/holding/200?type=string&length=40&encoding=cp949"
    unknown = "1/holding/60000"
    says = frozenset({"text"})

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int | None = None,
        prefix: Sequence[str] = (),
        *,
        serial: str | None = None,
        line: str | None = None,
        rtu: bool = False,
        units: Mapping[int, int] | None = None,
    ) -> None:
        port = port or free_port()
        self.url = f"serial://{line}" if serial else f"{'rtu+tcp' if rtu else 'tcp'}://{host}:{port}"
        self._plan: dict[str, Any] = {
            "host": host,
            "port": port,
            "serial": serial,
            "rtu": rtu,
            "units": dict(units or {1: _AREA_SIZE}),
            "forbidden": [],
        }
        self._server = ServerProcess("bobae.testing.modbus_server", prefix=prefix)
        self.kill, self.freeze, self.thaw = self._server.kill, self._server.freeze, self._server.thaw

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def connector(self, folder: Path | None = None, **settings: Any) -> ModbusConnector:
        """A fresh connector to it, which finds a silent source out within two seconds."""
        timeout_s = 1.0 if self.url.startswith("tcp") else 0.5  # serial framing listens for one before it asks
        hasty = {"poll_s": 0.02, "timeout_s": timeout_s, "requests_per_s": 200, "url": self.url}
        return connector(hasty | settings, folder)

    def write(self, address: str, value: float | bool | str | None, *, time_ns: int = 0, status: int = 0) -> None:  # noqa: ARG002
        """Have it show a value; None: it answers with an exception there. It has neither time nor status."""
        place = parsed(address)
        held = [] if value is None else [int(value)] if place.flags else registers(place, value)
        self.order(
            hold=[(place.unit, place.area, place.number, held)],
            forbid=[(place.unit, place.area, place.number, _FAILED if value is None else 0)],
        )

    def hold(self, *held: Held) -> None:
        """Have registers or flags hold something."""
        self.order(hold=held)

    def forbid(self, address: str, code: int = _UNKNOWN) -> None:
        """Answer with an exception wherever this address is read along; 0: no more."""
        place = parsed(address)
        self.order(forbid=[(place.unit, place.area, place.number, code)])

    def silence(self, units: Iterable[int]) -> None:
        """Let these devices, and no others, answer nothing."""
        self.order(silent=list(units))

    def ramp(self, every_ms: int) -> None:
        """Count 1, 2, 3, ... up on `number` from now on, one each `every_ms`; 0: no more."""
        place = parsed(self.number)
        self.order(ramp=(place.unit, place.number, every_ms))

    def counts(self) -> tuple[int, int]:
        """Connections accepted and requests served since it was started."""
        counted = self.order()
        return counted["connections"], sum(counted["asked"].values())

    def replace(self) -> None:
        """Come back as another, which has no `number` any more."""
        self._come_back(parsed(self.number))

    def restore(self) -> None:
        """Come back as it was."""
        self._come_back()

    def clear(self) -> None:
        """Hold zeros, behave well and have counted nothing, as after a start."""
        self.order(begin=True)

    def order(self, **order: Any) -> dict[str, Any]:
        """Have the server do something (see `Memory.obey`); back when it is done, with what it has counted."""
        return cast(dict[str, Any], json.loads(self._server.tell(order)))

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self._server.pid

    def start(self) -> None:
        """Serve, at the same place each time; back when it does."""
        self._server.start(json.dumps(self._plan))

    def _come_back(self, without: Place | None = None) -> None:
        missing = [] if without is None else range(without.number, without.number + without.count)
        self._plan["forbidden"] = [(without.unit, without.area, n, _UNKNOWN) for n in missing if without]
        self.kill()
        self.start()
