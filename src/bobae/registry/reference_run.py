"""The child process of the import gate: a package on standard input, one JSON line for each step on standard output.

A graph made to break the runtime breaks this process only, which has little memory and time and may write no file.
"""

import json
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


def main() -> None:
    """Check the graph and run the reference."""
    _limit()
    files = unpack(sys.stdin.buffer.read())
    manifest = read_manifest(files)
    try:
        _tell(step="operators")
        check_graph(files["model.onnx"], manifest.contract)
        _tell(step="reference")
        reference = read_reference(files["reference.parquet"], manifest.contract)
        reproduce(files["model.onnx"], manifest.contract, reference, manifest.tolerance)
        _tell(step="done")
    except Refused as refused:
        _tell(refused=refused.text.template, values=refused.text.values)


def _tell(**what: object) -> None:
    print(json.dumps(what, default=str), flush=True)


def _limit() -> None:
    if sys.platform != "win32":  # no such limits there: the parent's clock alone ends a run that does not end
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
