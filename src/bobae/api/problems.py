"""What went wrong, as problem+json (RFC 9457) in the reader's language."""

import dataclasses
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bobae.core import BadInput, BobaeError, Missing, Refused, Text, UnknownName, Unreachable, text
from bobae.write import TooManyTries, WrongSecret


class Problem(BaseModel):
    """Why there is no answer."""

    type: str = Field(description="what kind of problem, for programs")
    title: str = Field(description="the same in words")
    status: int
    detail: str = Field(description="what, which value, what to do")


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of problem: HTTP status, name for programs, name for people, and how to say who one is (RFC 9110)."""

    status: int
    name: str
    title: Text
    challenge: str | None = None


WRONG_SECRET = Kind(
    401, "wrong-secret", text("nobody is known by that"), challenge='Basic realm="bobae", charset="UTF-8"'
)
TOO_MANY = Kind(429, "too-many-tries", text("too many wrong tries"))
# the nearest class above an error decides
_KINDS: dict[type[BobaeError], Kind] = {
    UnknownName: Kind(404, "unknown-name", text("a name that does not exist")),
    BadInput: Kind(422, "bad-input", text("the question is not right")),
    TooManyTries: TOO_MANY,
    WrongSecret: WRONG_SECRET,
    Refused: Kind(409, "refused", text("bobae will not do it")),
    Unreachable: Kind(503, "unreachable", text("something did not answer; try again")),
    Missing: Kind(501, "missing", text("something is not installed")),
    BobaeError: Kind(500, "failed", text("bobae failed")),
}
NOT_FOUND = Kind(404, "no-such-page", text("nothing is there"))
NOT_ALLOWED = Kind(405, "not-allowed", text("that cannot be done here"))
FOREIGN = Kind(403, "foreign", text("only programs on this computer may ask"))
SIGN_IN = Kind(401, "sign-in", text("nobody is signed in"), challenge='Bearer realm="bobae"')
NOT_SIGNED_IN = Kind(401, "wrong-secret", text("nobody is known by that"), challenge='Bearer realm="bobae"')
FORBIDDEN = Kind(403, "forbidden", text("that takes another role"))
NO_CSRF = Kind(403, "no-csrf", text("the page did not show that it is bobae's"))
CROSS_SITE = Kind(403, "cross-site", text("a page from elsewhere may change nothing"))
NOT_JSON = Kind(415, "not-json", text("only JSON is taken"))

_WHY = {
    "int_parsing": text("write a whole number"),
    "greater_than_equal": text("the least is {ge}"),
    "less_than_equal": text("the most is {le}"),
    "string_too_short": text("it has fewer than {min_length} letters"),
    "string_too_long": text("it has more than {max_length} letters"),
    "string_type": text("write a text"),
    "enum": text("write one of {expected}"),
    "literal_error": text("write one of {expected}"),
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "why there is no answer",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
}


def handle_problems(app: FastAPI) -> None:
    """Have everything that goes wrong in `app` answered as problem+json."""
    app.add_exception_handler(BobaeError, _failed)
    app.add_exception_handler(RequestValidationError, _not_right)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(Exception, _broken)


def problem(kind: Kind, detail: Text | str) -> JSONResponse:
    """The answer."""
    told = Problem(type=f"urn:bobae:{kind.name}", title=str(kind.title), status=kind.status, detail=str(detail))
    ask_who = None if kind.challenge is None else {"WWW-Authenticate": kind.challenge}
    return JSONResponse(told.model_dump(), kind.status, headers=ask_who, media_type="application/problem+json")


def status_of(error: Exception) -> int:
    """The HTTP status with which an error is answered."""
    if isinstance(error, HTTPException):
        return error.status_code
    return _KINDS[BadInput].status if isinstance(error, RequestValidationError) else _kind_of(error).status


def _kind_of(error: Exception) -> Kind:
    return next((_KINDS[above] for above in type(error).__mro__ if above in _KINDS), _KINDS[BobaeError])


async def _failed(_: Request, error: Exception) -> JSONResponse:
    return problem(_kind_of(error), str(error))


async def _broken(request: Request, _: Exception) -> JSONResponse:
    return problem(_KINDS[BobaeError], text("{path} failed; the log of bobae says why", path=request.url.path))


async def _not_right(_: Request, error: Exception) -> JSONResponse:
    first: dict[str, Any] = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    return problem(_KINDS[BadInput], _why(first))


def _why(error: dict[str, Any]) -> Text:
    kind, name = error["type"], ".".join(str(part) for part in error["loc"][1:])
    if kind == "extra_forbidden":
        return text("nothing here is called {name!r}; /api/v1/openapi.json lists what is", name=name)
    if kind == "missing":
        return text("{name!r} is missing", name=name or "JSON")
    if kind == "json_invalid":
        return text("the body is not JSON: {why}", why=error["ctx"]["error"])
    why = dataclasses.replace(_WHY[kind], values=error.get("ctx", {})) if kind in _WHY else error["msg"]
    return text("{name} is {value!r}: {why}", name=name or "JSON", value=error["input"], why=why)


async def _no_page(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, HTTPException) and error.status_code == NOT_ALLOWED.status:
        return problem(NOT_ALLOWED, text("{path} does not take {method}", path=request.url.path, method=request.method))
    return problem(NOT_FOUND, text("nothing is at {path}; /api/v1/openapi.json lists what is", path=request.url.path))
