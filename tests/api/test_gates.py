"""Every address says what it needs, and lets in those who may, and nobody else."""

import contextlib
import http.client
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bobae.api import create_api
from bobae.api.gate import check_gates, gated_router, permission_of
from bobae.app.access import Users
from bobae.core.access import ALLOWED, NEVER_BY_TOKEN, PERMISSIONS, UserRole

JSON = {"Content-Type": "application/json"}
FILLED = {"{number}": "1", "{name}": "press1", "{version}": "1"}


def status(client: Any, method: str, path: str, headers: dict[str, str]) -> int:
    """What is answered; streams are not read."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)) as connection:
        connection.request(method, path, None if method == "GET" else "{}", JSON | headers)
        return connection.getresponse().status


@pytest.fixture(scope="module")
def routes(client: Any) -> list[tuple[str, str, str]]:
    """Method, path and permission of every address; signing out comes last."""
    found = []
    for route in create_api(client.plant).routes:
        if isinstance(route, WebSocketRoute):  # see test_live_values_are_for_those_who_may_read
            continue
        assert isinstance(route, Route)
        path = route.path
        for name, value in FILLED.items():
            path = path.replace(name, value)
        found += [(method, path, permission_of(route)) for method in sorted(route.methods - {"HEAD"})]
    return sorted(found, key=lambda one: one[0] == "DELETE")


@pytest.fixture(scope="module")
def keys(client: Any) -> Iterator[dict[UserRole, dict[str, str]]]:
    """Role -> the headers of somebody who signed in as that."""
    users, made = Users(client.plant.writing.book), {}
    for role in reversed(UserRole):
        users.add(str(role), role, f"a sentence of the {role}")
        said = json.dumps({"name": str(role), "password": f"a sentence of the {role}"})
        answer = client.ask("POST", "/api/v1/session", body=said, headers=JSON)
        made[role] = {
            "Cookie": answer.headers["Set-Cookie"].partition(";")[0],
            "X-CSRF-Token": answer.json["csrf"],
        }
    return made


def test_every_address_says_what_it_needs(routes: list[tuple[str, str, str]]) -> None:
    assert len(routes) > 60
    assert {needed for _, _, needed in routes} == {*PERMISSIONS, "nothing"}
    free = {(method, path) for method, path, needed in routes if needed == "nothing"}
    console = {(method, path) for method, path in free if method == "GET" and not path.startswith(("/api", "/v2"))}
    assert free - console == {("POST", "/api/v1/session")}
    assert {("GET", "/healthz"), ("GET", "/")} <= console
    assert not {path for _, path in console} & {"/readyz", "/metrics"}


def test_an_address_without_a_gate_is_not_served() -> None:
    router = gated_router("test")
    with pytest.raises(TypeError, match="does not say what it needs"):
        router.get("/there")(lambda: None)
    for route in (Route("/plain", lambda _: Response()), Mount("/files", FastAPI())):
        with pytest.raises(TypeError, match="has no gate"):
            check_gates([route])


def test_nobody_comes_in_without_a_login(
    client: Any, routes: list[tuple[str, str, str]], keys: dict[UserRole, dict[str, str]]
) -> None:
    wrong = [{}, {"Cookie": "__Host-bobae=guess"}, {"Authorization": "Bearer bob_guess"}]
    for method, path, needed in routes:
        if needed != "nothing":
            for headers in wrong:
                assert status(client, method, path, headers) == 401, (method, path, headers)


@pytest.mark.parametrize("role", list(UserRole))
def test_each_role_may_what_the_table_says(
    client: Any, routes: list[tuple[str, str, str]], keys: dict[UserRole, dict[str, str]], role: UserRole
) -> None:
    for method, path, needed in routes:
        if needed == "nothing":
            continue
        answered = status(client, method, path, keys[role])
        assert (answered == 403) == (needed not in ALLOWED[role]), (method, path, answered)
        assert answered not in (401, 500), (method, path)
    assert status(client, "GET", "/api/v1/session", keys[role]) == 401  # the last one signed out


def test_the_table_is_what_was_meant() -> None:
    assert ALLOWED[UserRole.ADMINISTRATOR] == set(PERMISSIONS)
    ranks = [ALLOWED[role] for role in UserRole]
    assert all(low < high for low, high in itertools.pairwise(ranks))
    assert not NEVER_BY_TOKEN & ALLOWED[UserRole.OPERATOR]
    assert "audit.read" not in ALLOWED[UserRole.ENGINEER]
    assert "session.own" not in ALLOWED[None]


def test_live_values_are_for_those_who_may_read_and_end_with_their_session(
    client: Any,
    keys: dict[UserRole, dict[str, str]],  # there are users, so there is a door
) -> None:
    address, users = f"ws://127.0.0.1:{client.port}/api/v1/live", Users(client.plant.writing.book)
    for shown in ({}, {"Cookie": "__Host-bobae=guess"}, {"Authorization": "Bearer bob_guess"}):
        with pytest.raises(InvalidStatus) as refused:
            connect(address, additional_headers=shown)
        assert refused.value.response.status_code == 403
    said = json.dumps({"name": "operator", "password": "a sentence of the operator"})
    cookie = client.ask("POST", "/api/v1/session", body=said, headers=JSON).headers["Set-Cookie"].partition(";")[0]
    with connect(address, additional_headers={"Cookie": cookie}) as socket:
        socket.send('{"tags": []}')
        assert json.loads(socket.recv(timeout=10))["tags"] == []
        users.password("operator", "another sentence of the operator")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
