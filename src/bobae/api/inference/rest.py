"""The protocol over REST, at /v2: health, metadata, infer; and explain, which the protocol leaves open."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request as Http
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bobae import __version__
from bobae.api.gate import gated
from bobae.api.inference.desk import Desk
from bobae.api.inference.explaining import explained
from bobae.api.inference.tensors import LENGTH, answer_of, request_of
from bobae.api.problems import Kind
from bobae.core import BadInput, BobaeError, Text, UnknownName, text
from bobae.serve.inference import ServedModel

_log = logging.getLogger("bobae.api")
MOST_BYTES = 64 * 1024 * 1024
EXTENSIONS = ("binary_tensor_data", "sequence", "explain")
PLATFORM = "onnx_onnxv1"
_Answering = Callable[[Desk, Http], Awaitable[Response]]


def inference_routes(desk: Desk) -> list[Route]:
    """The routes of the protocol, for the models of `desk`."""
    model = "/v2/models/{name}"
    at = {
        "/v2": ("GET", _server),
        "/v2/health/live": ("GET", _live),
        "/v2/health/ready": ("GET", _ready),
        "/v2/repository/index": ("POST", _index),
    }
    for place in (model, f"{model}/versions/{{version}}"):
        at[place] = ("GET", _metadata)
        at[f"{place}/ready"] = ("GET", _model_ready)
        at[f"{place}/infer"] = ("POST", _infer)
        at[f"{place}/explain"] = ("POST", _explain)
    return [
        Route(path, gated("model.ask", _told(answer, desk), _refused), methods=[method])
        for path, (method, answer) in at.items()
    ]


def metadata(model: ServedModel) -> dict[str, Any]:
    """What a model takes and answers, in the protocol's words."""
    contract = model.manifest.contract
    inputs = [{"name": "x", "datatype": "FP64", "shape": [-1, len(contract.inputs)]}]
    if contract.states:
        inputs.append({"name": "gap", "datatype": "FP64", "shape": [-1]})
    return {
        "name": model.name,
        "versions": [model.version],
        "platform": PLATFORM,
        "inputs": inputs,
        "outputs": [{"name": o.name, "datatype": "FP64", "shape": [-1, *o.shape]} for o in contract.outputs],
        "parameters": {
            "task": model.manifest.task,
            "verdict": str(model.manifest.verdict),
            "inputs": [wanted.model_dump(exclude_none=True) for wanted in contract.inputs],
            "sampling_s": contract.sampling_s,
            "max_gap_s": contract.max_gap_s,
        },
    }


async def _server(_: Desk, __: Http) -> Response:
    return JSONResponse({"name": "bobae", "version": __version__, "extensions": list(EXTENSIONS)})


async def _live(_: Desk, __: Http) -> Response:
    return JSONResponse({"live": True})


async def _ready(desk: Desk, _: Http) -> Response:
    ready = any(offer.wrong is None for offer in desk.offers())
    return JSONResponse({"ready": ready}, 200 if ready else 503)


async def _index(desk: Desk, _: Http) -> Response:
    return JSONResponse([
        {"name": one.name, "version": one.version, "state": "READY", "reason": ""}
        | ({} if one.wrong is None else {"state": "UNAVAILABLE", "reason": str(one.wrong)})
        for one in desk.offers()
    ])  # fmt: skip


async def _metadata(desk: Desk, http: Http) -> Response:
    return JSONResponse(metadata(await _model(desk, http)))


async def _model_ready(desk: Desk, http: Http) -> Response:
    model = await _model(desk, http)
    return JSONResponse({"name": model.name, "ready": True})


async def _infer(desk: Desk, http: Http) -> Response:
    model = await _model(desk, http)
    request = request_of(await _body(http), http.headers.get(LENGTH))
    answers = await desk.infer(model, request.asked)
    body, length = answer_of(request, answers, {"model_name": model.name, "model_version": model.version})
    if length is None:
        return Response(body, media_type="application/json")
    return Response(body, media_type="application/octet-stream", headers={LENGTH: str(length)})


async def _explain(desk: Desk, http: Http) -> Response:
    model = await _model(desk, http)
    request = request_of(await _body(http), http.headers.get(LENGTH))
    answers = await desk.infer(model, request.asked)
    told = {"model_name": model.name, "model_version": model.version}
    return JSONResponse(told | {"explanations": explained(model.manifest.contract, request.asked.x, answers)})


async def _model(desk: Desk, http: Http) -> ServedModel:
    return await desk.model(http.path_params["name"], http.path_params.get("version"))


async def _body(http: Http) -> bytes:
    said = http.headers.get("content-length", "")
    if said.isdecimal() and int(said) > MOST_BYTES:
        raise BadInput("the request has {n} bytes; {most} can be taken at once", n=said, most=MOST_BYTES)
    parts, size = [], 0
    async for part in http.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise BadInput("the request has {n} bytes; {most} can be taken at once", n=size, most=MOST_BYTES)
        parts.append(part)
    return b"".join(parts)


def _refused(kind: Kind, why: Text | str) -> Response:
    challenge = None if kind.challenge is None else {"WWW-Authenticate": kind.challenge}
    return JSONResponse({"error": str(why)}, kind.status, headers=challenge)


def _told(answer: _Answering, desk: Desk) -> Callable[[Http], Awaitable[Response]]:
    """Errors as the protocol wants them: an object with `error`."""

    async def answering(http: Http) -> Response:
        try:
            return await answer(desk, http)
        except BobaeError as error:
            return JSONResponse({"error": str(error)}, 404 if isinstance(error, UnknownName) else 400)
        except Exception:  # noqa: BLE001 - the protocol's clients read `error`, whatever happened
            _log.exception(http.url.path)
            return JSONResponse(
                {"error": str(text("{path} failed; the log of bobae says why", path=http.url.path))}, 500
            )

    return answering
