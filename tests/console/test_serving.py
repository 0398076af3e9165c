"""How the console is served: packed, kept where it never changes, for its own pages only, and out of the wheel."""

import asyncio
import contextlib
import gzip
import http.client
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.applications import Starlette
from tests.console.small_plant import served

from bobae.api.console import BUILT, HEADERS, console_routes
from bobae.testing.served import free_port

POLICY = "default-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'"
SCRIPT = b"let line = 1;" * 100


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Answer]


@contextlib.contextmanager
def asking(built: Path) -> Iterator[Ask]:
    """Asks a server of the console that was built there."""
    app, port = Starlette(routes=console_routes(built)), free_port()
    app.state.stopping = asyncio.Event()
    with served(app, port):
        yield lambda path, **headers: asked(port, path, **headers)


def asked(port: int, path: str, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={name.replace("_", "-"): said for name, said in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): said for name, said in answer.headers.items()}, answer.read())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A console of three files."""
    folder: Path = tmp_path_factory.mktemp("console")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "pages.json").write_text('["plant"]')
    (folder / "assets/index-abc.js").write_bytes(SCRIPT)
    (folder / "assets/index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    with asking(folder) as ask:
        yield ask


def test_what_has_its_hash_in_its_name_is_kept_for_good_and_sent_packed(small: Ask) -> None:
    packed = small("/assets/index-abc.js", Accept_Encoding="br, gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == SCRIPT
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-type"].startswith("text/javascript")
    plain = small("/assets/index-abc.js")
    assert "content-encoding" not in plain.headers
    assert plain.body == SCRIPT
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


def test_the_page_itself_is_asked_for_anew_and_not_sent_twice(small: Ask) -> None:
    first = small("/plant")
    again = small("/plant", If_None_Match=first.headers["etag"])
    assert (first.headers["cache-control"], again.status, again.body) == ("no-cache", 304, b"")


@pytest.mark.parametrize("path", ["/", "/plant", "/plant/12", "/plant/12/and/more"])
def test_a_path_of_a_page_leads_to_the_page(small: Ask, path: str) -> None:
    answer = small(path)
    assert (answer.status, answer.body) == (200, b"<!doctype html>")
    assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
    assert answer.headers["content-security-policy"] == POLICY
    assert (answer.headers["x-content-type-options"], answer.headers["referrer-policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize("path", ["/planty", "/pages.json", "/assets/index-abc.js.gz", "/assets/../pages.json", "/no"])
def test_any_other_path_does_not(small: Ask, path: str) -> None:
    assert small(path).status == 404


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/v2/nothing", "/metrics/x", "/healthz/x", "/nothing"])
def test_the_interface_answers_for_itself_beside_the_console(console: Any, path: str) -> None:
    answer = asked(int(console.address.rsplit(":", 1)[1]), path, Accept="text/html")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_where_nothing_was_built_a_page_in_both_languages_says_what_to_do(tmp_path: Path) -> None:
    with asking(tmp_path) as ask:
        page = ask("/")
    said = page.body.decode()
    assert page.status == 200
    assert "make web" in said
    assert 'lang="ko"><h1>콘솔' in said
    assert 'lang="en"><h1>The console was not built' in said
    assert page.headers["content-security-policy"] == POLICY


def test_the_wheel_carries_the_console_and_nothing_of_its_sources(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is not installed; pip install 'bobae[dev]'")
    if not (BUILT / "index.html").exists():
        pytest.skip("the console is not built: make web")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(built, cwd=repository, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        packed.extractall(tmp_path / "unzipped")
    assert [name for name in names if name.startswith("web/") or "node_modules" in name] == []
    with asking(tmp_path / "unzipped/bobae/api/console") as ask:
        page = ask("/alarms/3").body.decode()
        scripts = [part.split('"')[0] for part in page.split('src="')[1:]]
        assert scripts
        assert [ask(script).status for script in scripts] == [200] * len(scripts)
