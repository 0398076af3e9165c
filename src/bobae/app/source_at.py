"""Which source a person means: one of the plant, a URL, a folder of files, or a connector with its settings."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bobae.app import discovery
from bobae.app.plugins import PluginManifest, connectors_that
from bobae.core import BadInput, BobaeError, Plant, UnknownName


@dataclass(frozen=True)
class SourceAt:
    """A source and how it is reached.

    Attributes:
        name: as in plant.yaml; None: it has none yet.
        connector: which reads it.
        settings: the connector's own.
    """

    name: str | None
    connector: str
    settings: Mapping[str, Any]


def source_at(what: str, plant: Plant | None, connector: str | None, given: Mapping[str, Any]) -> SourceAt:
    """The source that is meant.

    Args:
        what: the name of a source of the plant, a URL, a folder of files, or the name of a connector.
        plant: whose sources are looked among.
        connector: which is to read it, where a URL or folder alone does not tell.
        given: settings besides.

    Raises:
        BadInput: it is none of these, or a password stands in the URL.
    """
    if plant is not None and what in plant.sources:
        source = plant.sources[what]
        return SourceAt(what, source.connector, source.settings | dict(given))
    able = connectors_that("browse")
    if connector is not None and connector not in able:
        raise UnknownName.among(
            "no connector called {name!r} can say what is there; nearest: {nearest}", name=connector, known=able
        )
    if "://" in what:
        if urlsplit(what).password is not None:
            raise BadInput(
                "a password does not belong in an address; write --set user=NAME --set password_env=VARIABLE"
            )
        chosen = connector or _answering(what, able)
        return SourceAt(None, chosen, _reached_at(what, able[chosen].endpoint) | dict(given))
    if what in able:
        return SourceAt(None, what, dict(given))
    if Path(what).is_dir():
        return SourceAt(None, connector or _of_folders(able), {"path": str(Path(what).absolute())} | dict(given))
    raise UnknownName.among(
        "{name!r} is neither a source of the plant nor a URL, a folder or a connector; nearest: {nearest}",
        name=what,
        known=[*(plant.sources if plant else ()), *able],
    )


def known_source(source: SourceAt, plant: Plant) -> SourceAt:
    """The source of the plant that reaches the same thing, with its own settings; else as it was given."""
    if source.name is not None:
        return source
    if (endpoint := _endpoint(source.connector, source.settings)) is None:
        return source
    for name, one in plant.sources.items():
        if one.connector == source.connector and endpoint == _endpoint(one.connector, one.settings):
            return SourceAt(name, one.connector, one.settings)
    return source


def new_name(source: SourceAt, plant: Plant) -> str:
    """Its host's name, where that is a word; else that of its connector; with a number where that is taken."""
    url = str(source.settings.get("url") or f"//{source.settings.get('host', '')}")
    host = (urlsplit(url).hostname or "").partition(".")[0]
    try:
        ipaddress.ip_address(urlsplit(url).hostname or "")
        host = ""
    except ValueError:
        pass
    word = host if host and host != "localhost" else source.connector
    names = chain((word,), (f"{word}{n}" for n in count(2)))
    return next(name for name in names if name not in plant.sources)


def _answering(url: str, able: Mapping[str, PluginManifest]) -> str:
    """The connector for a URL's scheme; where several answer it, the one whose own protocol it is."""
    scheme = url.split("://", 1)[0].lower()
    kinds = (scheme, scheme.partition("+")[0])  # mysql+pymysql: a database and its driver
    found = sorted(
        (name for name, one in able.items() if not {*kinds}.isdisjoint(one.answers)),
        key=lambda name: able[name].protocol not in kinds,
    )
    if not found:
        schemes = sorted({scheme for one in able.values() for scheme in one.answers})
        raise UnknownName.among(
            "no connector answers {name}:// ({url}); nearest: {nearest}", name=scheme, known=schemes, url=url
        )
    return found[0]


def _reached_at(url: str, endpoint: str) -> dict[str, Any]:
    """The settings that a URL stands for."""
    parts = urlsplit(url)
    if endpoint == "url":
        return {"url": url}
    if endpoint == "path":
        return {"path": parts.netloc + parts.path}
    try:
        port = parts.port
    except ValueError as error:
        raise BadInput("the port in {url} is no number", url=url) from error
    return {"host": parts.hostname or ""} | ({} if port is None else {"port": port})


def _of_folders(able: Mapping[str, PluginManifest]) -> str:
    """The connector whose sources are folders."""
    found = next((name for name, one in able.items() if one.endpoint == "path"), None)
    if found is None:
        raise BadInput("no installed connector reads a folder; name one with --connector")
    return found


def _endpoint(connector: str, settings: Mapping[str, Any]) -> str | None:
    """What the source connects to; None where its settings cannot be, which is told when it is asked."""
    try:
        return str(discovery.load("connectors", connector).connector(settings).endpoint)
    except BobaeError:
        return None
