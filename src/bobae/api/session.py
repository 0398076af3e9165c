"""Signing in and out, and who one is."""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, model_validator

from bobae.api.gate import COOKIE, Who, cookie_of, gated_router, needs, place_of
from bobae.api.problems import NOT_SIGNED_IN, TOO_MANY, problem
from bobae.api.questions import Nothing
from bobae.api.times import rfc3339
from bobae.app.access import COOKIE_S, Actor, Door, SignedIn, Users
from bobae.core import BadInput, current_language, text
from bobae.core.access import Permission, UserRole, role_in_words
from bobae.write import TooManyTries, WrongSecret

router = gated_router("session")


class Credentials(Nothing):
    """Name and password; or, in place of both, what a link has that `bobae user link` made."""

    name: str = Field(default="", max_length=100)
    password: str = Field(default="", max_length=300)
    link: str = Field(default="", max_length=100)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Credentials":
        if bool(self.link) == bool(self.name):
            raise BadInput("say name and password, or a link")
        return self


class NewPassword(Nothing):
    """Another password for oneself."""

    password: str = Field(max_length=300, description="the one until now")
    new: str = Field(max_length=300)


class Session(BaseModel):
    """Who one is, and what one may do."""

    name: str | None = Field(description="null: nobody has a login yet, and whoever sits here may do all")
    role: UserRole | None = Field(description="null: a person who only asks for writes and approves them")
    role_text: str = Field(description="the same in words")
    may: list[Permission]
    csrf: str | None = Field(description="for the header X-CSRF-Token of all that changes something; null: not needed")
    language: str
    expires: str | None = Field(description="when one has to sign in again; sooner after 12 hours without a request")

    @classmethod
    def of(cls, actor: Actor) -> "Session":
        """As it is told."""
        return cls(
            name=actor.name or None,
            role=actor.role,
            role_text=str(role_in_words(actor.role)),
            may=sorted(actor.may),
            csrf=actor.csrf,
            language=current_language(),
            expires=rfc3339(actor.expires_ns),
        )


@router.post("/session", response_model=Session)
@needs("nothing")
def sign_in(request: Request, response: Response, said: Credentials, _: Annotated[Nothing, Query()]) -> object:
    """Sign in; the cookie that is set is for browsers, programs take a token."""
    door, place = _door(request), place_of(request)
    try:
        if said.link:
            signed_in = door.sign_in_once(said.link, place=place)
        else:
            signed_in = door.sign_in(said.name, said.password, place=place)
    except WrongSecret as error:
        return _refused(error, link=bool(said.link))
    return _let_in(response, signed_in)


@router.get("/session")
@needs("session.own")
def session(who: Who, _: Annotated[Nothing, Query()]) -> Session:
    """Who one is, and what one may do."""
    return Session.of(who)


@router.delete("/session", status_code=204)
@needs("session.own")
def sign_out(request: Request, response: Response, _: Annotated[Nothing, Query()]) -> None:
    """Sign out."""
    shown = cookie_of(request.headers)
    if shown is not None:
        _door(request).sign_out(shown, place=place_of(request))
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


@router.put("/session/password", response_model=Session)
@needs("session.own")
def change_password(
    request: Request, response: Response, who: Who, said: NewPassword, _: Annotated[Nothing, Query()]
) -> object:
    """Change one's own password; all other sessions of one's own end."""
    if who.person is None:
        raise BadInput("nobody has a login yet; `bobae user add` makes the first")
    door, place = _door(request), place_of(request)
    try:
        door.by_secret(who.name, said.password, place=place)
    except WrongSecret as error:
        return _refused(error)
    Users(request.app.state.plant.writing.book).password(who.name, said.new, by=who.name)
    return _let_in(response, door.sign_in(who.name, said.new, place=place))


def _refused(error: WrongSecret, *, link: bool = False) -> Response:
    """No, without a challenge that has the browser ask for name and password by itself."""
    if isinstance(error, TooManyTries):
        return problem(TOO_MANY, str(error))
    return problem(NOT_SIGNED_IN, str(error) if link else text("the name or the password is not right"))


def _let_in(response: Response, signed_in: SignedIn) -> Session:
    response.set_cookie(COOKIE, signed_in.shown, max_age=COOKIE_S, path="/", secure=True, httponly=True, samesite="lax")
    response.headers["Cache-Control"] = "no-store"
    return Session.of(signed_in.actor)


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door
