"""Models that `bobae serve` offers beside a plant are asked with a token once people sign in, over REST and gRPC."""

import asyncio
import contextlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from bobae.api import Desk, create_inference_api, serve_http, serving_grpc
from bobae.app.access import Door, Tokens, Users
from bobae.app.plant_door import door_at
from bobae.app.plant_store import historian_folder
from bobae.core.access import UserRole
from bobae.registry.catalogue import open_catalogue
from bobae.testing.served import free_port

LIVE = "/inference.GRPCInferenceService/ServerLive"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "plant.yaml").write_text("plant: busan\n", "utf-8")
    return tmp_path


@pytest.fixture
def token(place: Path) -> Iterator[str]:
    with open_catalogue(historian_folder(place)) as catalogue:
        Users(catalogue.writes).add("kim", UserRole.ADMINISTRATOR, "a sentence of Kim")
        yield Tokens(catalogue.writes).make("kim", role=UserRole.OPERATOR, days=1)[0]


def answers(door: Door | None, token: str | None) -> tuple[int, grpc.StatusCode]:
    """Status over REST and over gRPC."""
    said = {} if token is None else {"authorization": f"Bearer {token}"}

    def over_rest(port: int) -> int:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", "/v2/health/live", headers=said)
            return connection.getresponse().status

    async def over_grpc(port: int) -> grpc.StatusCode:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            try:
                await channel.unary_unary(LIVE)(b"", metadata=tuple(said.items()))
            except grpc.aio.AioRpcError as error:
                return error.code()
            return grpc.StatusCode.OK

    async def run() -> tuple[int, grpc.StatusCode]:
        desk, port = Desk(list), free_port()
        async with serving_grpc(desk, 0, door) as taken:
            serving = asyncio.create_task(serve_http(create_inference_api(desk, door), port=port))
            await asyncio.sleep(0)
            found = await asyncio.to_thread(over_rest, port), await over_grpc(taken)
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
        return found

    return asyncio.run(run())


def test_without_a_plant_whoever_is_here_asks(tmp_path: Path) -> None:
    with door_at(tmp_path) as door:
        assert door is None
        assert answers(door, None) == (200, grpc.StatusCode.OK)


def test_before_people_sign_in_whoever_is_here_asks(place: Path) -> None:
    with open_catalogue(historian_folder(place)), door_at(place) as door:
        assert door is not None
        assert answers(door, None) == (200, grpc.StatusCode.OK)


def test_then_a_token_is_needed(place: Path, token: str) -> None:
    with door_at(place) as door:
        assert answers(door, None) == (401, grpc.StatusCode.UNAUTHENTICATED)
        assert answers(door, "bob_guess") == (401, grpc.StatusCode.UNAUTHENTICATED)
        assert answers(door, token) == (200, grpc.StatusCode.OK)
