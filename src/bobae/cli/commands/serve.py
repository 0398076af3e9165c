"""`bobae serve`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import api, app
from bobae.cli.logs import logs_told
from bobae.cli.session import settings
from bobae.core import Text, say, seconds_of, text

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app import Door
    from bobae.serve.inference import ServedModel

Models = Annotated[list[Path], typer.Argument(metavar="MODEL...", help="sealed models, such as press.bobae")]
Port = Annotated[int, typer.Option("--port", metavar="PORT", help="where they answer over HTTP")]
Grpc = Annotated[int | None, typer.Option("--grpc-port", metavar="PORT", help="where they answer over gRPC too")]
For = Annotated[str | None, typer.Option("--for", metavar="TIME", help="stop by itself, such as after 90s or 2h")]


def serve(models: Models, *, port: Port = 8801, grpc_port: Grpc = None, lasting: For = None) -> Answer:
    """Let other programs ask sealed models over the Open Inference Protocol, with the reasons for each answer."""
    served = app.served_models(models, settings())
    for_s = None if lasting is None else seconds_of(lasting)
    with bars() as progress, logs_told(), app.door_at(models[0].parent) as door:
        asyncio.run(_serve(served, port, grpc_port, for_s, progress.tell, door))
    document = {"models": [{"name": model.name, "version": model.version} for model in served], "port": port}

    def shown(console: Console) -> None:
        console.print(say("no model answers any more"))

    return Answer(document, shown)


async def _serve(
    models: Sequence[ServedModel],
    port: int,
    grpc_port: int | None,
    for_s: float | None,
    tell: Callable[[Text], None],
    door: Door | None,
) -> None:
    desk = api.Desk(lambda: models)
    async with contextlib.AsyncExitStack() as stack:
        stop = stack.enter_context(app.stopping(for_s))
        if grpc_port is not None:
            await stack.enter_async_context(api.serving_grpc(desk, grpc_port, door))
        serving = asyncio.create_task(api.serve_http(api.create_inference_api(desk, door), port=port))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.sleep(0)  # then it listens, or has failed
        for model in models if not serving.done() else ():
            url = f"http://127.0.0.1:{port}/v2/models/{model.name}"
            tell(text("{model} answers at {url}", model=model.name, url=url))
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not serving.done():
            serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
