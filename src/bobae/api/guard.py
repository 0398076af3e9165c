"""The guard at the door: a web page from elsewhere can do nothing, and everybody is answered in their language.

A page that somebody opens on this computer cannot give itself a name that leads here (the host is checked), cannot
read an answer (no CORS), and cannot change anything (it must send JSON, and say that it comes from here).
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bobae.api.gate import READING
from bobae.api.problems import CROSS_SITE, FOREIGN, NOT_JSON, problem
from bobae.core import LANGUAGES, Text, current_language, speaking, text
from bobae.core.language import supported

_HERE = ("localhost", "127.0.0.1", "[::1]")
_NOT_LET_IN = 4403
_PORT = re.compile(r":\d+$")


class Guard:
    """ASGI middleware around the whole interface.

    Args:
        app: what is behind it.
        names: under which names it may be asked, besides those of this computer.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset((*_HERE, *(_as_host(name) for name in names)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        headers = Headers(raw=scope.get("headers", []))
        if scope["type"] == "websocket" and not self._lets_in(headers):
            await send({"type": "websocket.close", "code": _NOT_LET_IN})  # before it was accepted: answered with 403
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(wanted_language(headers.get("accept-language", ""))):
            if not self._is_known(host := headers.get("host", "")):
                await problem(FOREIGN, self._foreign(host))(scope, receive, send)
            elif scope["method"] not in READING and not _is_taken(scope["path"], headers):
                await problem(NOT_JSON, _SEND_JSON)(scope, receive, send)
            elif scope["method"] not in READING and not _is_from_here(headers, host):
                await problem(CROSS_SITE, _ELSEWHERE)(scope, receive, send)
            else:
                await self._app(scope, receive, send)

    def _is_known(self, host: str) -> bool:
        return _PORT.sub("", host.lower()) in self._hosts

    def _lets_in(self, headers: Headers) -> bool:
        host = headers.get("host", "")
        return self._is_known(host) and _is_from_here(headers, host)

    def _foreign(self, host: str) -> Text:
        if len(self._hosts) == len(_HERE):
            return text("the host {host!r} is not this computer; ask http://127.0.0.1 or http://localhost", host=host)
        return text("nobody said that {host!r} leads here; start bobae with --name and this name", host=host)


_SEND_JSON: Text = text("send the header Content-Type: application/json")
_ELSEWHERE: Text = text("this comes from a page of another site; open bobae's own page")


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


def _is_from_here(headers: Headers, host: str) -> bool:
    """Whether a browser says that the page is ours; programs say nothing."""
    origin = headers.get("origin")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _as_host(name: str) -> str:
    """A name or address as a Host header has it."""
    return f"[{name}]".lower() if ":" in name and not name.startswith("[") else name.lower()
