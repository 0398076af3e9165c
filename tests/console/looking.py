"""Looking at a page in a browser, and noting what goes wrong in it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WIDTHS = {"desk": (1280, 800), "phone": (390, 780)}


@dataclass
class Seen:
    """A page in a browser, and what went wrong in it."""

    page: Any
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def looking(browser: Any, language: str, *, width: str = "desk") -> Iterator[Seen]:
    """A page that notes errors of its scripts and every address that it asks."""
    wide, high = WIDTHS[width]
    locale = {"ko": "ko-KR", "en": "en-US"}[language]
    context = browser.new_context(locale=locale, viewport={"width": wide, "height": high}, timezone_id="Asia/Seoul")
    seen = Seen(context.new_page())
    seen.page.on("pageerror", lambda error: seen.wrong.append(str(error)))
    seen.page.on("dialog", lambda dialog: (seen.wrong.append(dialog.message), dialog.dismiss()))
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    seen.page.on("console", lambda said: _noted(seen, said))
    try:
        yield seen
    finally:
        context.close()


def _noted(seen: Seen, said: Any) -> None:
    # one answer is no mistake, though the browser notes it: 503 of a plant that is not ready
    expected = said.location["url"].endswith("/readyz")
    if said.type in ("error", "warning") and not expected:
        seen.wrong.append(said.text)
