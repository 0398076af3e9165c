"""Break a live press: `python -m bobae.twins.press.inject lube_blockage --url opc.tcp://127.0.0.1:4840/press`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime

from asyncua import Client, ua

from bobae.core import LANGUAGES, BobaeError, UnknownName, Unreachable, say, speaking
from bobae.twins.press.kinds import KINDS
from bobae.twins.press.nodes import INJECT
from bobae.twins.press.plant import SOURCE


async def inject(url: str, kind: str, *, after_s: float, grows_s: float) -> datetime:
    """Begin a fault of the machine on the live press at `url`.

    Args:
        url: where the press answers.
        kind: a name in `KINDS`.
        after_s: from now to its beginning.
        grows_s: from its beginning until it is fully grown.

    Returns:
        When it begins, UTC.

    Raises:
        UnknownName: the press has no such fault.
        Unreachable: nobody answers at `url`.
    """
    machine = [name for name, known in KINDS.items() if known.machine]
    if kind not in machine:
        raise UnknownName.among(
            "the press knows no fault called {name!r}; nearest: {nearest}", name=kind, known=machine
        )
    try:
        async with Client(url) as client:
            press = client.get_node(f"ns=2;s={SOURCE}")
            begins: datetime = await press.call_method(ua.NodeId.from_string(INJECT), kind, after_s, grows_s)
            return begins
    except (OSError, TimeoutError) as error:
        raise Unreachable("no press answers at {url}: {reason}", url=url, reason=error) from error


def main(given: Sequence[str] | None = None) -> int:
    """The command line; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bobae.twins.press.inject")
    parser.add_argument("kind", nargs="?", default="lube_blockage")
    parser.add_argument("--url", default="opc.tcp://127.0.0.1:4840/press")
    parser.add_argument("--after", type=float, default=0.0)
    parser.add_argument("--grows", type=float, default=60.0)
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    asked = parser.parse_args(given)
    with speaking(asked.language):
        try:
            begins = asyncio.run(inject(asked.url, asked.kind, after_s=asked.after, grows_s=asked.grows))
        except BobaeError as error:
            print(error, file=sys.stderr)
            return 1
        print(say("{what}, from {begins} UTC on", what=KINDS[asked.kind].what, begins=f"{begins:%H:%M:%S}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
