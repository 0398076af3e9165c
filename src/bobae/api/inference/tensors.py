"""Requests and answers as the protocol writes them: tensors in JSON or as raw bytes behind it.

Source: Open Inference Protocol, version 2 (REST), and Triton's extensions for binary tensor data and sequences.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import BadInput, Floats
from bobae.serve.inference import Answers, Asked, Stretch

NUMBERS = {
    "FP64": "<f8",
    "FP32": "<f4",
    "INT64": "<i8",
    "INT32": "<i4",
    "INT16": "<i2",
    "INT8": "i1",
    "UINT8": "u1",
    "BOOL": "?",
}
LENGTH = "Inference-Header-Content-Length"


@dataclass(frozen=True, eq=False)
class Request:
    """What somebody asks.

    Attributes:
        asked: rows, gaps and sequence.
        id: comes back with the answer.
        outputs: which are wanted, each with whether as raw bytes; empty: all.
        binary: whether those that say nothing of it come as raw bytes.
    """

    asked: Asked
    id: str | None = None
    outputs: tuple[tuple[str, bool], ...] = ()
    binary: bool = False


def request_of(body: bytes, length: str | None) -> Request:
    """A request out of a body: JSON, and behind it raw tensors where a header says how long the JSON is.

    Raises:
        BadInput: it is not such a request.
    """
    end = _length(length, len(body))
    try:
        told = json.loads(body[:end])
        if not isinstance(told, dict):
            raise ValueError
    except ValueError:
        raise BadInput(
            "the body is not a request: a JSON object with 'inputs' is expected, as in the Open Inference Protocol"
        ) from None
    raw = memoryview(body)[end:]
    tensors, at = {}, 0
    for tensor in _list(told, "inputs"):
        size = _parameters(tensor).get("binary_data_size")
        data = None
        if size is not None:
            if not isinstance(size, int) or size < 0 or at + size > len(raw):
                raise BadInput("binary_data_size is {size!r}, but {n} bytes are left", size=size, n=len(raw) - at)
            data, at = raw[at : at + size], at + size
        tensors[str(tensor.get("name"))] = values_of(tensor, data)
    if at != len(raw):
        raise BadInput("{n} bytes behind the JSON belong to no input", n=len(raw) - at)
    given = _parameters(told)
    wanted = tuple((str(o.get("name")), bool(_parameters(o).get("binary_data"))) for o in _list(told, "outputs", []))
    number = told.get("id")
    binary = bool(given.get("binary_data_output"))
    return Request(asked_of(tensors, given), None if number is None else str(number), wanted, binary)


def asked_of(tensors: Mapping[str, Floats], parameters: Mapping[str, Any]) -> Asked:
    """Tensors and parameters as one request.

    Raises:
        BadInput: x is missing, another tensor is there that nobody knows, or the sequence has no name.
    """
    if unknown := sorted(set(tensors) - {"x", "gap"}):
        raise BadInput("nothing takes the input {name!r}; inputs are x and, if need be, gap", name=unknown[0])
    if "x" not in tensors:
        raise BadInput("the input x is missing: [rows, inputs], in the order of the model's inputs")
    x = tensors["x"]
    gap = tensors.get("gap")
    name = parameters.get("sequence_id", 0)
    stretch = None
    if name not in (0, ""):
        stretch = Stretch(str(name), bool(parameters.get("sequence_start")), bool(parameters.get("sequence_end")))
    return Asked(x[None] if x.ndim == 1 else x, None if gap is None else gap.reshape(-1), stretch)


def values_of(tensor: Mapping[str, Any], raw: Any = None) -> Floats:
    """The numbers of one tensor, as float64 in its shape.

    Raises:
        BadInput: data type, shape or data are not right.
    """
    name, kind, shape = tensor.get("name"), tensor.get("datatype"), tensor.get("shape")
    if kind not in NUMBERS:
        raise BadInput(
            "the data type of {name!r} is {kind!r}; the numbers that are taken are {known}",
            name=name,
            kind=kind,
            known=", ".join(NUMBERS),
        )
    if not isinstance(shape, list) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise BadInput("the shape of {name!r} is {shape!r}; write it like [1, 15]", name=name, shape=shape)
    try:
        if raw is not None:
            values = np.frombuffer(raw, dtype=NUMBERS[kind]).astype(np.float64)
        else:
            values = np.array(tensor["data"], dtype=np.float64).ravel()
        return values.reshape(shape)
    except KeyError:
        raise BadInput("the input {name!r} has no data", name=name) from None
    except (ValueError, TypeError):
        raise BadInput(
            "the data of {name!r} are not the {n} numbers that its shape {shape} wants; a missing value is null",
            name=name,
            n=int(np.prod(shape)),
            shape=shape,
        ) from None


def answer_of(request: Request, answers: Answers, told: Mapping[str, Any]) -> tuple[bytes, int | None]:
    """The body of an answer, and how long its JSON is where raw tensors stand behind it.

    Args:
        request: what was asked.
        answers: output name -> (rows, *shape).
        told: what stands at the top: model name, version.

    Raises:
        BadInput: an output is wanted that the model does not have.
    """
    wanted = request.outputs or tuple((name, request.binary) for name in answers)
    outputs, raw = [], []
    for name, binary in wanted:
        if name not in answers:
            raise BadInput("there is no output {name!r}; there are {known}", name=name, known=", ".join(answers))
        values = np.ascontiguousarray(answers[name], dtype="<f8")
        tensor: dict[str, Any] = {"name": name, "datatype": "FP64", "shape": list(values.shape)}
        if binary or request.binary:
            raw.append(values.tobytes())
            tensor["parameters"] = {"binary_data_size": len(raw[-1])}
        else:
            tensor["data"] = [None if number != number else number for number in values.ravel().tolist()]
        outputs.append(tensor)
    document = dict(told) | ({} if request.id is None else {"id": request.id}) | {"outputs": outputs}
    written = json.dumps(document, allow_nan=False).encode()
    return b"".join([written, *raw]), len(written) if raw else None


def _length(length: str | None, size: int) -> int:
    if length is None:
        return size
    if not length.isdecimal() or int(length) > size:
        raise BadInput(
            "the header {name} is {length!r}, but the body has {n} bytes", name=LENGTH, length=length, n=size
        )
    return int(length)


def _list(told: Mapping[str, Any], name: str, without: Any = None) -> list[dict[str, Any]]:
    found = told.get(name, without)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadInput("'{name}' must be a list of tensors, each an object with name, datatype and shape", name=name)
    return found


def _parameters(told: Mapping[str, Any]) -> Mapping[str, Any]:
    found = told.get("parameters") or {}
    if not isinstance(found, dict):
        raise BadInput("'parameters' is {found!r}; it must be an object", found=found)
    return found
