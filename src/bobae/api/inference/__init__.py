"""The Open Inference Protocol, version 2: sealed models asked over REST and gRPC, as Triton, KServe and others are."""

from contextlib import AbstractAsyncContextManager

from bobae.api.inference.desk import Desk
from bobae.api.inference.plant_desk import PlantDesk
from bobae.api.inference.rest import inference_routes
from bobae.app.access import Door
from bobae.core import LazyModule, Missing

__all__ = ["Desk", "PlantDesk", "inference_routes", "serving_grpc"]
_LATE = {"grpc": LazyModule("bobae.api.inference.over_grpc")}


def serving_grpc(desk: Desk, port: int, door: Door | None = None) -> AbstractAsyncContextManager[int]:
    """Answer over gRPC on this computer as long as the block; its port comes back (0 takes any that is free).

    Who comes in is for `door` to know; with None, whoever is at this computer.

    Raises:
        Missing: gRPC is not installed.
        BadInput: the port is taken.
    """
    try:
        serving: AbstractAsyncContextManager[int] = _LATE["grpc"].serving(desk, port, door)
    except ModuleNotFoundError as error:
        raise Missing("answering over gRPC needs {package}: pip install 'bobae[grpc]'", package=error.name) from error
    return serving
