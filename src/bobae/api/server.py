"""The interface put together, and served inside the event loop that collects."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bobae import __version__
from bobae.api import alarms, audit, desk, live, models, people, samples, session, state, trend, writes
from bobae.api.console import console_routes
from bobae.api.gate import ROOT, check_gates, gated
from bobae.api.guard import Guard
from bobae.api.inference import Desk, PlantDesk, inference_routes
from bobae.api.metrics import CONTENT_TYPE
from bobae.api.plant import LivePlant
from bobae.api.problems import handle_problems
from bobae.app import settings_for
from bobae.app.access import Door
from bobae.app.live_serving import LiveServing
from bobae.core import BadInput, Refused

_HERE = ("localhost", "127.0.0.1", "::1")
_WHOLE = ("0.0.0.0", "::")
_LAST_ANSWERS_S = 3  # how long a request may still take when bobae stops


@dataclass(frozen=True)
class Tls:
    """Files that hold a certificate with those above it, and its key, in PEM."""

    certificate: Path
    key: Path


def create_api(plant: LivePlant, *, host: str = "127.0.0.1", names: Sequence[str] = ()) -> FastAPI:
    """The interface to one running plant, as an ASGI application.

    Args:
        plant: the plant.
        host: where it will listen; other than on this computer, nobody comes in without a login.
        names: under which names it may be asked there.
    """
    app = FastAPI(
        title="bobae",
        version=__version__,
        openapi_url=None,  # ours has a gate
        docs_url=None,  # these pages load their scripts from the internet
        redoc_url=None,
    )
    app.state.plant = plant
    app.state.door = Door(plant.writing.book, plant.writing.persons)
    app.state.may_be_open = host in _HERE and not names
    app.state.stopping = asyncio.Event()
    app.add_middleware(Guard, names=[*names, *((host,) if host not in _HERE + _WHOLE else ())])
    handle_problems(app)
    app.state.live = live.LiveValues(plant, app.state.stopping)
    for part in (samples, trend, live, alarms, desk, audit, writes, state, models, session, people):
        app.router.routes += part.router.routes
    settings = replace(settings_for(plant.folder), plant=plant.plant)
    app.state.desk = PlantDesk(LiveServing(plant.folder, settings, plant.catalogue))
    app.router.routes += [*state.probes.routes, _description(app), *inference_routes(app.state.desk), *console_routes()]
    check_gates(app.routes)
    return app


def create_inference_api(desk: Desk, door: Door | None = None) -> Starlette:
    """The Open Inference Protocol for some models, as an ASGI application.

    Args:
        desk: the models.
        door: who comes in; None: whoever is at this computer.
    """

    async def metrics(_: Request) -> Response:
        return Response(desk.figures.exposed(), media_type=CONTENT_TYPE)

    routes = [*inference_routes(desk), Route("/metrics", gated("plant.read", metrics))]
    app = Starlette(routes=routes, middleware=[Middleware(Guard)])
    app.state.stopping, app.state.door, app.state.may_be_open = asyncio.Event(), door, True
    check_gates(app.routes)
    return app


def _description(app: FastAPI) -> Route:
    async def described(_: Request) -> Response:
        return JSONResponse(app.openapi())

    return Route(f"{ROOT}/openapi.json", gated("plant.read", described))


async def serve_http(
    app: Starlette, *, host: str = "127.0.0.1", port: int, names: Sequence[str] = (), tls: Tls | None = None
) -> None:
    """Answer requests until cancelled; those that are being answered then are finished, for three seconds at most.

    Args:
        app: what answers.
        host: the address to listen at.
        port: the port.
        names: under which names it is asked; with any, somebody in front is believed from where a request comes.
        tls: what it proves its name with; None: nothing is encrypted.

    Raises:
        BadInput: the port is taken, or is none that this user may have; or nobody knows under which name it is asked.
        Refused: the host is not this computer, and nobody has a login yet.
    """
    _check_host(app, host, names)
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="websockets-sansio",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LAST_ANSWERS_S,
            proxy_headers=bool(names),
            ssl_certfile=None if tls is None else tls.certificate,
            ssl_keyfile=None if tls is None else tls.key,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(serving)
        finally:
            app.state.stopping.set()  # streams end by themselves
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave Ctrl-C to whoever runs the event loop."""
        yield


def _check_host(app: Starlette, host: str, names: Sequence[str]) -> None:
    if host in _HERE and not names:
        return
    if app.state.door is None or app.state.door.is_open():
        raise Refused(
            "bobae answers on this computer only, not on {host}, as long as nobody has a login: type"
            " bobae user add NAME --role administrator",
            host=names[0] if names else host,
        )
    if host in _WHOLE and not names:
        raise BadInput("say under which name it is asked: --name, such as --name plant.example or --name 10.0.0.7")


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named asyncio sends what is small at once; else each answer waits 40 ms for an acknowledgement
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                raise BadInput(
                    "port {port} is taken by another program; choose another with --port", port=port
                ) from error
            raise BadInput(
                "port {port} cannot be used ({reason}); choose another with --port", port=port, reason=error
            ) from error
        yield listener
