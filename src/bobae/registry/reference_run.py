"""The process that proves packages: each on standard input after its length, a JSON line a step on standard output."""

import json
import os
import signal
import struct
import sys

from bobae.core import Refused
from bobae.registry.container import unpack
from bobae.registry.contents import read_manifest, read_reference
from bobae.registry.operators import check_graph
from bobae.registry.reproduce import reproduce

if sys.platform != "win32":
    import resource

_MEMORY_BYTES = 4 * 2**30
_CPU_S = 60
_LONGEST_S = 120
_LENGTH = struct.Struct("<Q")
_LATE = [getattr(signal, name) for name in ("SIGALRM", "SIGXCPU") if hasattr(signal, name)]


def main() -> None:
    """Prove one package after the other until standard input ends."""
    while header := sys.stdin.buffer.read(_LENGTH.size):
        package = sys.stdin.buffer.read(_LENGTH.unpack(header)[0])
        if hasattr(os, "fork"):
            _in_child(package)
        else:
            _prove(package)


def _in_child(package: bytes) -> None:
    """Prove it in a child that shares what is loaded and nothing else; says what ended it if it did not end itself."""
    child = os.fork()
    if child == 0:
        _limit()
        _prove(package)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if -code in _LATE:
        _tell(late=_LONGEST_S)
    elif code:
        _tell(broke=f"signal {-code}" if code < 0 else f"exit {code}")


def _prove(package: bytes) -> None:
    """Check the graph and run the reference."""
    try:
        files = unpack(package)
        manifest = read_manifest(files)
        _tell(step="operators")
        check_graph(files["model.onnx"], manifest.contract)
        _tell(step="reference")
        reference = read_reference(files["reference.parquet"], manifest.contract)
        reproduce(files["model.onnx"], manifest.contract, reference, manifest.tolerance)
        _tell(step="done", proved=True)
    except Refused as refused:
        _tell(refused=refused.text.template, values=refused.text.values)
    except Exception as error:  # noqa: BLE001 - whatever the runtime raises is why it is not proved
        _tell(broke=f"{type(error).__name__}: {error}"[:300])


def _tell(**what: object) -> None:
    print(json.dumps(what, default=str), flush=True)


def _limit() -> None:
    if sys.platform != "win32":  # no such limits there: the parent's clock alone ends a run that does not end
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(_LONGEST_S)


if __name__ == "__main__":
    main()
