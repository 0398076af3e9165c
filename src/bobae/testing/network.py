"""A network that can swallow packets: a router between this machine and a server, made of network namespaces.

Needs root on Linux and `ip` (iproute2). A server is put behind it with `prefix`, and listens at `host`. While the
network is black, packets vanish in both directions and nobody is told: no reset, no unreachable, as when a switch dies.
"""

import os
import shutil
import subprocess
import sys
from types import TracebackType
from typing import Self

_MOST = 256  # one 198.18.N.0/24 each, of the range kept for tests of networks (RFC 2544)


def unavailable() -> str | None:
    """Why no such network can be made here; None if it can."""
    if sys.platform != "linux":
        return "network namespaces are a thing of Linux"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "the command `ip` is missing: install iproute2"
    return None


class Network:
    """This machine, a router and the place of a server, in a row.

    Attributes:
        host: where the server listens.
        prefix: what stands before its command.
    """

    def __init__(self) -> None:
        self._number = _taken()
        self._router, self._far = f"bobae{self._number}r", f"bobae{self._number}s"
        self.host = f"198.18.{self._number}.6"
        self.prefix = ("ip", "netns", "exec", self._far)

    def __enter__(self) -> Self:
        near, far, net = f"bobae{self._number}n", f"bobae{self._number}f", f"198.18.{self._number}"
        try:
            _ip(f"netns add {self._far}")
            _ip(f"link add {near} type veth peer name near netns {self._router}")
            _ip(f"-n {self._router} link add far type veth peer name {far} netns {self._far}")
            for where, device, address in (
                (None, near, f"{net}.1"),
                (self._router, "near", f"{net}.2"),
                (self._router, "far", f"{net}.5"),
                (self._far, far, self.host),
            ):
                inside = f"-n {where} " if where else ""
                _ip(f"{inside}address add {address}/30 dev {device}")
                _ip(f"{inside}link set {device} up")
            _ip(f"-n {self._far} link set lo up")
            _ip(f"-n {self._far} route add default via {net}.5")
            _ip(f"route add {net}.4/30 via {net}.2")
            self.back()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def black(self) -> None:
        """From now on packets vanish."""
        self._forward("0")

    def back(self) -> None:
        """From now on they arrive."""
        self._forward("1")

    def close(self) -> None:
        """Take it away; what the two namespaces held goes with them."""
        for name in (self._router, self._far):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)

    def _forward(self, whether: str) -> None:
        write = f"echo {whether} > /proc/sys/net/ipv4/ip_forward"
        subprocess.run(["ip", "netns", "exec", self._router, "sh", "-c", write], check=True)


def _taken() -> int:
    """The number of a network that nobody else has: who makes its router first owns it.

    Raises:
        RuntimeError: all are taken, or none can be made here.
    """
    why = unavailable()
    if why is not None:
        raise RuntimeError(why)
    for number in range(_MOST):
        if subprocess.run(["ip", "netns", "add", f"bobae{number}r"], capture_output=True, check=False).returncode == 0:
            return number
    raise RuntimeError("no network namespace could be made: `ip netns list` shows those that are there")


def _ip(arguments: str) -> None:
    done = subprocess.run(["ip", *arguments.split()], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {arguments}: {done.stderr.strip()}")
