"""The interface put together, and served inside the event loop that collects."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from dataclasses import replace

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bobae import __version__
from bobae.api import alarms, desk, live, models, samples, state, trend, writes
from bobae.api.console import console_routes
from bobae.api.guard import Guard
from bobae.api.inference import Desk, PlantDesk, inference_routes
from bobae.api.metrics import CONTENT_TYPE
from bobae.api.plant import LivePlant
from bobae.api.problems import ANSWERS, handle_problems
from bobae.app import settings_for
from bobae.app.live_serving import LiveServing
from bobae.core import BadInput, Refused

ROOT = "/api/v1"
_LAST_ANSWERS_S = 3  # how long a request may still take when bobae stops


def create_api(plant: LivePlant) -> FastAPI:
    """The interface to one running plant, as an ASGI application."""
    app = FastAPI(
        title="bobae",
        version=__version__,
        openapi_url=f"{ROOT}/openapi.json",
        docs_url=None,  # these pages load their scripts from the internet
        redoc_url=None,
        responses=ANSWERS,
    )
    app.state.plant = plant
    app.state.stopping = asyncio.Event()
    app.add_middleware(Guard)
    handle_problems(app)
    app.state.live = live.LiveValues(plant, app.state.stopping)
    for part in (samples, trend, live, alarms, desk, writes, state, models):
        app.include_router(part.router, prefix=ROOT)
    app.include_router(state.probes)
    settings = replace(settings_for(plant.folder), plant=plant.plant)
    app.state.desk = PlantDesk(LiveServing(plant.folder, settings, plant.catalogue))
    app.router.routes += [*inference_routes(app.state.desk), *console_routes()]
    return app


def create_inference_api(desk: Desk) -> Starlette:
    """The Open Inference Protocol for some models, as an ASGI application."""

    async def metrics(_: Request) -> Response:
        return Response(desk.figures.exposed(), media_type=CONTENT_TYPE)

    routes = [*inference_routes(desk), Route("/metrics", metrics)]
    app = Starlette(routes=routes, middleware=[Middleware(Guard)])
    app.state.stopping = asyncio.Event()
    return app


async def serve_http(app: Starlette, *, host: str = "127.0.0.1", port: int) -> None:
    """Answer requests until cancelled; those that are being answered then are finished, for three seconds at most.

    Raises:
        BadInput: the port is taken, or is none that this user may have.
        Refused: the host is not this computer.
    """
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="websockets-sansio",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LAST_ANSWERS_S,
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


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    if host not in ("localhost", "127.0.0.1", "::1"):
        raise Refused(
            "bobae answers on this computer only, not on {host}: there is no login yet. Use --host 127.0.0.1 and, from"
            " elsewhere, an SSH tunnel",
            host=host,
        )
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
