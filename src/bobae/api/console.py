"""The console: the pages that a browser shows, as `make web` built them from web/ and as the wheel carries them.

Nothing in them comes from elsewhere, and the browser is told so: a script, a style or a picture of another address is
refused by it. What has its own hash in its name never changes and is kept for good; the page itself is asked for anew.
"""

import hashlib
import html
import json
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bobae.core import LANGUAGES, speaking, text

BUILT = Path(__file__).parent / "console"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_KEPT, _ASKED_ANEW = "public, max-age=31536000, immutable", "no-cache"
_INDEX, _PAGES = "index.html", "pages.json"


@dataclass(frozen=True)
class Asset:
    """One file of the console.

    Attributes:
        body: as it is.
        packed: the same by gzip; None where that is no shorter.
        kind: its media type.
        tag: what changes with it (RFC 9110, ETag).
        kept: whether the browser may keep it for good.
    """

    body: bytes
    packed: bytes | None
    kind: str
    tag: str
    kept: bool

    @classmethod
    def read(cls, file: Path, *, kept: bool) -> "Asset":
        """The file, with the `.gz` that was made beside it."""
        beside = file.with_name(f"{file.name}.gz")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return cls.of(file.read_bytes(), beside.read_bytes() if beside.exists() else None, kind, kept=kept)

    @classmethod
    def of(cls, body: bytes, packed: bytes | None, kind: str, *, kept: bool) -> "Asset":
        """What is held in memory already."""
        return cls(body, packed, kind, f'"{hashlib.sha256(body).hexdigest()[:20]}"', kept)

    def answer(self, asked: Headers) -> Response:
        """To a browser that may have it already and may take it packed."""
        said = HEADERS | {"ETag": self.tag, "Cache-Control": _KEPT if self.kept else _ASKED_ANEW}
        if self.packed is not None:
            said["Vary"] = "Accept-Encoding"
        if self.tag in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=said)
        if self.packed is None or "gzip" not in asked.get("accept-encoding", ""):
            return Response(self.body, media_type=self.kind, headers=said)
        return Response(self.packed, media_type=self.kind, headers=said | {"Content-Encoding": "gzip"})


def console_routes(built: Path = BUILT) -> list[BaseRoute]:
    """A route for each page and each file of the console in `built`; a plain page where it was not built."""
    if not (built / _INDEX).exists():
        return [_at("/", Asset.of(_not_built(), None, "text/html; charset=utf-8", kept=False))]
    index = Asset.read(built / _INDEX, kept=False)
    routes: list[BaseRoute] = [_at("/", index)]
    for page in json.loads((built / _PAGES).read_text("utf-8")):
        routes += [_at(f"/{page}", index), _at(f"/{page}/{{rest:path}}", index)]
    for file in sorted(built.rglob("*")):
        if file.is_file() and file.suffix != ".gz" and file.name not in (_INDEX, _PAGES):
            place = file.relative_to(built)
            routes.append(_at(f"/{place.as_posix()}", Asset.read(file, kept=place.parts[0] == "assets")))
    return routes


def _at(path: str, asset: Asset) -> Route:
    def answer(request: Request) -> Response:
        return asset.answer(request.headers)

    vars(answer)["permission"] = "nothing"  # pages and pictures are no secret: what they show is asked for
    endpoint: Callable[[Request], Response] = answer
    return Route(path, endpoint, include_in_schema=False)


def _not_built() -> bytes:
    """A page in both languages that says how to get the console, and what answers without it."""
    parts = []
    for language in LANGUAGES:
        with speaking(language):
            title = text("The console was not built")
            how = text(
                "Its pages are built with Node.js: install Node 20.19 or newer, type `make web` where bobae's sources"
                " are, and start bobae again. All else works without it; /api/v1/openapi.json lists what can be asked."
            )
            parts.append(f'<section lang="{language}"><h1>{html.escape(str(title))}</h1>')
            parts.append(f"<p>{html.escape(str(how))}</p></section>")
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>bobae</title>{"".join(parts)}</html>'
    return page.encode()
