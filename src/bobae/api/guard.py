"""The guard at the door: only programs on this computer come in, and each is answered in its language.

There is no login yet, so a web page that somebody opens on this computer must be able to do nothing: it cannot give
itself a name that leads here (the host is checked), cannot read an answer (no CORS), and cannot send JSON unasked.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bobae.api.problems import FOREIGN, NOT_JSON, problem
from bobae.core import LANGUAGES, Text, current_language, speaking, text
from bobae.core.language import supported

_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)
_READING = ("GET", "HEAD", "OPTIONS")


class Guard:
    """ASGI middleware around the whole interface."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with speaking(wanted_language(headers.get("accept-language", ""))):
            if not _HOST.fullmatch(host := headers.get("host", "")):
                said = text(
                    "the host {host!r} is not this computer; ask http://127.0.0.1 or http://localhost", host=host
                )
                await problem(FOREIGN, said)(scope, receive, send)
            elif scope["method"] not in _READING and not _is_taken(scope["path"], headers):
                await problem(NOT_JSON, _SEND_JSON)(scope, receive, send)
            else:
                await self._app(scope, receive, send)


_SEND_JSON: Text = text("send the header Content-Type: application/json")


def wanted_language(accepted: str) -> str:
    """The language that an Accept-Language header likes best of those that bobae speaks; else the plant's.

    Example:
        >>> wanted_language("fr, en;q=0.4, ko-KR;q=0.8")
        'ko'
    """
    best, weight = current_language(), 0.0
    for offer in accepted.split(","):
        name, _, quality = offer.strip().partition(";q=")
        if name.split("-")[0].lower() in LANGUAGES and (liked := _number(quality)) > weight:
            best, weight = supported(name), liked
    return best


def _number(quality: str) -> float:
    return float(quality) if re.fullmatch(r"[01](\.\d*)?", quality) else 1.0


def _is_taken(path: str, headers: Headers) -> bool:
    """JSON; and for models what their clients send, whatever they call it: there is nothing that it could change."""
    said = headers.get("content-type", "").split(";")[0].strip().lower()
    return said == "application/json" or (path.startswith("/v2/") and said in ("", "application/octet-stream"))
