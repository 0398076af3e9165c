"""The protocol over gRPC, for the same models as over REST."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import numpy as np
from starlette.datastructures import Headers

from bobae import __version__
from bobae.api.gate import who_asks
from bobae.api.inference.desk import Desk
from bobae.api.inference.messages import METHODS, PACKAGE, SERVICE, messages
from bobae.api.inference.rest import EXTENSIONS, MOST_BYTES, metadata
from bobae.api.inference.tensors import asked_of, values_of
from bobae.app.access import Door
from bobae.core import BadInput, BobaeError, Floats, UnknownName, Unreachable, text
from bobae.serve.inference import Answers
from bobae.write import WrongSecret

_CONTENTS = {
    "FP64": "fp64_contents",
    "FP32": "fp32_contents",
    "INT64": "int64_contents",
    "INT32": "int_contents",
    "INT16": "int_contents",
    "INT8": "int_contents",
    "UINT8": "uint_contents",
    "BOOL": "bool_contents",
}
_log = logging.getLogger("bobae.api")


@contextlib.asynccontextmanager
async def serving(desk: Desk, port: int, door: Door | None = None) -> AsyncIterator[int]:
    """Answer over gRPC on this computer as long as the block; its port comes back (0 takes any that is free).

    Who comes in is for `door` to know; with None, whoever is at this computer.

    Raises:
        BadInput: the port is taken.
    """
    service = _Service(desk, door)
    limits = [("grpc.max_receive_message_length", MOST_BYTES), ("grpc.so_reuseport", 0)]
    server = grpc.aio.server(options=limits)
    server.add_generic_rpc_handlers((service.handlers(),))
    try:
        taken = server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError:
        taken = 0
    if not taken:
        raise BadInput("port {port} is taken by another program; choose another with --grpc-port", port=port)
    await server.start()
    try:
        yield taken
    finally:
        await server.stop(grace=1.0)


class _Service:
    def __init__(self, desk: Desk, door: Door | None) -> None:
        self._desk, self._door = desk, door
        self._of = messages()

    def handlers(self) -> Any:
        """All methods, as grpc wants them."""
        answering = {
            "ServerLive": self._live,
            "ServerReady": self._ready,
            "ModelReady": self._model_ready,
            "ServerMetadata": self._server,
            "ModelMetadata": self._metadata,
            "ModelInfer": self._infer,
        }
        made = {
            name: grpc.unary_unary_rpc_method_handler(
                _told(answering[name], self._door),
                request_deserializer=self._of[f"{name}Request"].FromString,
                response_serializer=self._of[f"{name}Response"].SerializeToString,
            )
            for name in METHODS
        }
        return grpc.method_handlers_generic_handler(f"{PACKAGE}.{SERVICE}", made)

    async def _live(self, _: Any) -> Any:
        return self._of["ServerLiveResponse"](live=True)

    async def _ready(self, _: Any) -> Any:
        return self._of["ServerReadyResponse"](ready=any(offer.wrong is None for offer in self._desk.offers()))

    async def _model_ready(self, asked: Any) -> Any:
        await self._desk.model(asked.name, asked.version)
        return self._of["ModelReadyResponse"](ready=True)

    async def _server(self, _: Any) -> Any:
        return self._of["ServerMetadataResponse"](name="bobae", version=__version__, extensions=EXTENSIONS)

    async def _metadata(self, asked: Any) -> Any:
        told = metadata(await self._desk.model(asked.name, asked.version))
        tensors = {
            side: [self._of["TensorMetadata"](**tensor) for tensor in told[side]] for side in ("inputs", "outputs")
        }
        return self._of["ModelMetadataResponse"](
            name=told["name"], versions=told["versions"], platform=told["platform"], **tensors
        )

    async def _infer(self, asked: Any) -> Any:
        model = await self._desk.model(asked.model_name, asked.model_version)
        parameters = {name: getattr(v, v.WhichOneof("parameter_choice")) for name, v in asked.parameters.items()}
        answers = await self._desk.infer(model, asked_of(_tensors(asked), parameters))
        wanted = [output.name for output in asked.outputs] or list(answers)
        if unknown := [name for name in wanted if name not in answers]:
            raise BadInput("there is no output {name!r}; there are {known}", name=unknown[0], known=", ".join(answers))
        return self._response(model.name, model.version, asked.id, {name: answers[name] for name in wanted})

    def _response(self, name: str, version: str, number: str, answers: Answers) -> Any:
        tensors = [
            self._of["InferOutputTensor"](name=output, datatype="FP64", shape=values.shape)
            for output, values in answers.items()
        ]
        raw = [np.ascontiguousarray(values, dtype="<f8").tobytes() for values in answers.values()]
        return self._of["ModelInferResponse"](
            model_name=name, model_version=version, id=number, outputs=tensors, raw_output_contents=raw
        )


def _tensors(asked: Any) -> dict[str, Floats]:
    raw = list(asked.raw_input_contents)
    if raw and len(raw) != len(asked.inputs):
        raise BadInput("{n} raw inputs for {inputs} inputs", n=len(raw), inputs=len(asked.inputs))
    found = {}
    for i, tensor in enumerate(asked.inputs):
        told: dict[str, Any] = {"name": tensor.name, "datatype": tensor.datatype, "shape": list(tensor.shape)}
        if not raw and tensor.datatype in _CONTENTS:
            told["data"] = list(getattr(tensor.contents, _CONTENTS[tensor.datatype]))
        found[tensor.name] = values_of(told, raw[i] if raw else None)
    return found


def _told(answer: Callable[[Any], Awaitable[Any]], door: Door | None) -> Callable[[Any, Any], Awaitable[Any]]:
    """Errors as gRPC has them: a status, and what is wrong in words."""

    async def answering(asked: Any, context: Any) -> Any:
        await _let_in(context, door)
        try:
            return await answer(asked)
        except BobaeError as error:
            kinds = {UnknownName: grpc.StatusCode.NOT_FOUND, Unreachable: grpc.StatusCode.UNAVAILABLE}
            status = kinds.get(type(error), grpc.StatusCode.INVALID_ARGUMENT)
            await context.abort(status, str(error))
        except Exception:  # noqa: BLE001 - a client is to learn that it failed, and the log why
            _log.exception(SERVICE)
            await context.abort(grpc.StatusCode.INTERNAL, str(text("it failed; the log of bobae says why")))

    return answering


async def _let_in(context: Any, door: Door | None) -> None:
    """Abort for whoever may not ask models."""
    headers = Headers({name: value for name, value in context.invocation_metadata() if isinstance(value, str)})
    try:
        actor = await who_asks(headers, context.peer().rpartition(":")[0], door, may_be_open=True)
    except WrongSecret as error:
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
    if actor is None:
        said = text("send the metadata authorization: Bearer with a token; `bobae user token` makes one")
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, str(said))
    elif "model.ask" not in actor.may:
        await context.abort(grpc.StatusCode.PERMISSION_DENIED, str(text("{name} may not ask models", name=actor.name)))
