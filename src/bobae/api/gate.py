"""The gate of each address: who asks, whether they may, and a row in the audit where something is changed.

It stands before the address itself, so that nobody who may not ask has a body read. What has no gate is not served.
"""

import asyncio
import base64
import binascii
import functools
import hmac
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.websockets import WebSocket

from bobae.api.problems import (
    ANSWERS,
    FORBIDDEN,
    NO_CSRF,
    SIGN_IN,
    TOO_MANY,
    WRONG_SECRET,
    Kind,
    problem,
    status_of,
)
from bobae.app.access import Actor, Door
from bobae.core import Text, text
from bobae.core.access import Permission, role_in_words
from bobae.write import TooManyTries, WrongSecret

ROOT = "/api/v1"
COOKIE = "__Host-bobae"
SIGNED_OUT = 4401  # why a WebSocket closes
_STILL_IN_S = 5.0  # after which it is looked whether somebody may still look on
READING = ("GET", "HEAD", "OPTIONS")
Needed = Permission | Literal["nothing"]
_Handler = Callable[[Request], Awaitable[Response]]
_Refusing = Callable[[Kind, Text | str], Response]
_Answering = TypeVar("_Answering", bound=Callable[..., Any])


def needs(permission: Needed) -> Callable[[_Answering], _Answering]:
    """Say what one must be allowed to for an address; `nothing` lets anybody in."""

    def declared(answering: _Answering) -> _Answering:
        vars(answering)["permission"] = permission
        return answering

    return declared


class Gated(APIRoute):
    """An address with a gate; what it needs is said by `needs`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind its gate.

        Raises:
            TypeError: it does not say what it needs.
        """
        needed = permission_of(self)
        if needed is None:
            raise TypeError(f"{self.path} does not say what it needs: put @needs(...) below its address")
        return gated(needed, super().get_route_handler())


def gated_router(*tags: str, prefix: str = ROOT) -> APIRouter:
    """A router whose addresses have gates. Its routes are added to the application as they are, not included."""
    return APIRouter(prefix=prefix, tags=list(tags), responses=ANSWERS, route_class=Gated)


def permission_of(route: BaseRoute) -> Needed | None:
    """What one must be allowed to for an address, or for a mounted application; None: it does not say."""
    answering = getattr(route, "endpoint", None) or getattr(route, "app", None)
    found: Needed | None = getattr(answering, "permission", None)
    return found


def check_gates(routes: Iterable[BaseRoute]) -> None:
    """Raise TypeError for an address that anybody could ask without its saying so."""
    for route in routes:
        has_gate = isinstance(route, Gated) or hasattr(getattr(route, "endpoint", None), "gate")
        if not has_gate and permission_of(route) != "nothing":
            raise TypeError(f"{route} has no gate: make it with gated_router() or gated()")


def gated(
    needed: Needed, handler: _Handler, refuse: _Refusing = problem
) -> Callable[..., Coroutine[Any, Any, Response]]:
    """A handler behind a gate.

    Args:
        needed: what one must be allowed to.
        handler: answers those who may.
        refuse: makes the answer for those who may not.
    """

    async def answering(request: Request) -> Response:
        if needed == "nothing":
            return await handler(request)
        state = request.app.state
        try:
            actor = await who_asks(request.headers, place_of(request), state.door, may_be_open=state.may_be_open)
        except WrongSecret as error:
            return refuse(TOO_MANY if isinstance(error, TooManyTries) else WRONG_SECRET, str(error))
        if actor is None:
            return refuse(SIGN_IN, _SIGN_IN)
        request.state.actor = actor
        if (why := _objection(request, actor, needed)) is not None:
            return await _noted(request, actor, needed, lambda _: _at_once(refuse(*why)))
        return await _noted(request, actor, needed, handler)

    vars(answering).update(permission=needed, gate=True)
    return answering


_Socketing = Callable[[WebSocket], Coroutine[Any, Any, None]]


def gated_socket(needed: Permission) -> Callable[[_Socketing], _Socketing]:
    """A WebSocket behind a gate: nobody is accepted who may not, and it closes once they would not be let in again."""

    def declared(serving: _Socketing) -> _Socketing:
        @functools.wraps(serving)
        async def answering(socket: WebSocket) -> None:
            state = socket.app.state
            try:
                actor = await who_asks(socket.headers, place_of(socket), state.door, may_be_open=state.may_be_open)
            except WrongSecret:
                actor = None
            if actor is None or needed not in actor.may:
                await socket.close(SIGNED_OUT)
                return
            at_work = asyncio.create_task(serving(socket))
            try:
                while not (await asyncio.wait({at_work}, timeout=_STILL_IN_S))[0]:
                    if not await asyncio.to_thread(state.door.is_still_in, actor):
                        at_work.cancel()
                        await asyncio.wait({at_work})
                        await socket.close(SIGNED_OUT)
                        return
            finally:
                at_work.cancel()
            await at_work

        vars(answering).update(permission=needed, gate=True)
        return answering

    return declared


async def who_asks(headers: Headers, place: str, door: Door | None, *, may_be_open: bool) -> Actor | None:
    """Who asks; None: nobody that is known.

    Args:
        headers: what they sent.
        place: from which address.
        door: who comes in; None: nobody ever has a login here.
        may_be_open: whether anybody may do all as long as nobody has a login.

    Raises:
        WrongSecret: they are not who they say.
    """
    if door is None:
        return Actor.anybody()
    return await asyncio.to_thread(_known, door, headers, place, may_be_open)


def name_and_secret(said: str) -> tuple[str, str]:
    """What `Authorization: Basic` says after that word (RFC 7617).

    Raises:
        WrongSecret: it is not name:secret in base64.
    """
    try:
        name, colon, secret = base64.b64decode(said.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, colon, secret = "", "", ""
    if not colon:
        raise WrongSecret("say who you are: the header Authorization: Basic with name:secret in base64")
    return name, secret


def cookie_of(headers: Headers) -> str | None:
    """The cookie of a session, if one is sent."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


def place_of(request: HTTPConnection) -> str:
    """From which address somebody asks."""
    return "-" if request.client is None else request.client.host


def _actor_of(request: Request) -> Actor:
    actor: Actor = request.state.actor
    return actor


Who = Annotated[Actor, Depends(_actor_of)]
_SIGN_IN = text("sign in, or send Authorization: Bearer with a token; `bobae user` makes both")
_SHOW_CSRF = text("send the header X-CSRF-Token as GET /api/v1/session tells it")


def _known(door: Door, headers: Headers, place: str, may_be_open: bool) -> Actor | None:
    if may_be_open and door.is_open():
        return Actor.anybody()
    scheme, _, said = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return door.by_token(said.strip())
    if scheme.lower() == "basic":
        return door.by_secret(*name_and_secret(said), place=place)
    shown = cookie_of(headers)
    return None if shown is None else door.by_session(shown)


def _objection(request: Request, actor: Actor, needed: Permission) -> tuple[Kind, Text] | None:
    """Why somebody who is known may not; None: they may."""
    if request.method not in READING and actor.csrf is not None:
        shown = request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(shown.encode(), actor.csrf.encode()):
            return NO_CSRF, _SHOW_CSRF
    if needed not in actor.may:
        role = role_in_words(actor.role)
        return FORBIDDEN, text("{name} ({role}) may not do that: {needed}", name=actor.name, role=role, needed=needed)
    return None


async def _noted(request: Request, actor: Actor, needed: Permission, handler: _Handler) -> Response:
    """Answer, and write down what came of what changes something."""
    # asking a model changes nothing, and happens many times a second
    if request.method in READING or actor.person is None or needed == "model.ask":
        return await handler(request)
    status = 500
    try:
        response = await handler(request)
        status = response.status_code
    except Exception as error:
        status = status_of(error)
        raise
    finally:
        said = {"method": request.method, "path": request.url.path, "place": place_of(request)}
        await asyncio.shield(asyncio.to_thread(request.app.state.door.note, actor, status=status, **said))
    return response


async def _at_once(response: Response) -> Response:
    return response
