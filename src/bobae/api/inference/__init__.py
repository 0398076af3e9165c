"""The Open Inference Protocol, version 2: sealed models asked over REST and gRPC, as Triton, KServe and others are."""

from contextlib import AbstractAsyncContextManager

from bobae.api.inference.desk import Desk
from bobae.api.inference.plant_desk import PlantDesk
from bobae.api.inference.rest import inference_routes
from bobae.core import LazyModule, Missing

__all__ = ["Desk", "PlantDesk", "inference_routes", "serving_grpc"]
_LATE = {"grpc": LazyModule("bobae.api.inference.over_grpc")}


def serving_grpc(desk: Desk, port: int) -> AbstractAsyncContextManager[int]:
    """Answer over gRPC on this computer as long as the block; its port comes back (0 takes any that is free).

    Raises:
        Missing: gRPC is not installed.
        BadInput: the port is taken.
    """
    try:
        serving: AbstractAsyncContextManager[int] = _LATE["grpc"].serving(desk, port)
    except ModuleNotFoundError as error:
        raise Missing("answering over gRPC needs {package}: pip install 'bobae[grpc]'", package=error.name) from error
    return serving
