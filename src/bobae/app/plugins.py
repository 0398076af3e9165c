"""How far a plugin can be relied on: what its manifest says it does, has still to do, and need not do."""

import contextlib
import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bobae.app import discovery
from bobae.core import BadInput, UnknownName

Grade = Literal["reads", "dependable", "proven"]
CONNECTOR_ITEMS = ("reconnect", "back_pressure", "clock_skew", "bad_quality")


class Todo(BaseModel):
    """Still to be done, and why it is not."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    todo: str


class Exempt(BaseModel):
    """Not asked of this plugin, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    exempt: str


class PluginManifest(BaseModel):
    """`manifest.toml` of a plugin: what it is, what it can do, how far its checklist is done.

    Attributes:
        schemes: the URLs that it answers, such as mqtt for mqtt://broker; none said: its protocol's alone.
        endpoint: which of its settings takes such a URL whole, 'url' or 'path'; 'host': its host and port are settings.
        ways: first parts of an offered path that say how a variable is had, not where it is; the best first.
        one_connection: whether what it connects to is a device, which two sources of one plant must not share.
        session: settings by which a source knows one again who was there before: left away when it is browsed, with
            the source's folder, since that would end the session of whoever collects.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    title: dict[Literal["en", "ko"], str]
    protocol: str
    abilities: tuple[str, ...]
    needs: tuple[str, ...]
    checklist: dict[str, Literal["done", "todo"] | Todo | Exempt]
    schemes: tuple[str, ...] = ()
    endpoint: Literal["url", "path", "host"] = "url"
    ways: tuple[str, ...] = ()
    one_connection: bool = False
    session: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """The schemes of the URLs that it answers."""
        return self.schemes or (self.protocol,)

    @property
    def grade(self) -> Grade:
        """'proven' with all done, 'dependable' with nothing left to do, else 'reads'."""
        states = list(self.checklist.values())
        if any(state == "todo" or isinstance(state, Todo) for state in states):
            return "reads"
        return "proven" if all(state == "done" for state in states) else "dependable"


@dataclass(frozen=True)
class Checked:
    """One plugin: where it belongs, what its manifest says, and the folder it is in."""

    group: str
    manifest: PluginManifest
    folder: Path

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"group": self.group, "grade": self.manifest.grade} | self.manifest.model_dump()


def check(name: str) -> Checked:
    """Load the plugin `name` and work out its grade from its manifest.

    Raises:
        UnknownName: no plugin has that name.
        BadInput: its manifest or README is missing or wrong.
    """
    group = next((g for g in discovery.GROUPS if name in discovery.names(g)), None)
    if group is None:
        known = [n for g in discovery.GROUPS for n in discovery.names(g)]
        raise UnknownName.among("no plugin is called {name!r}; nearest: {nearest}", name=name, known=known)
    module = importlib.import_module(discovery.load(group, name).__name__)
    folder = Path(str(module.__file__)).parent
    return Checked(group, _manifest(folder, name, group), folder)


def connectors_that(ability: str) -> dict[str, PluginManifest]:
    """The manifests of all installed connectors that can do this, read without loading them.

    One whose manifest is wrong is not among them; `check` says what is wrong with it.
    """
    found = {}
    for name in discovery.names("connectors"):
        folder = discovery.folder("connectors", name)
        with contextlib.suppress(BadInput):
            if folder is not None and ability in (manifest := _manifest(folder, name, "connectors")).abilities:
                found[name] = manifest
    return found


def _manifest(folder: Path, name: str, group: str) -> PluginManifest:
    for needed in ("manifest.toml", "README.md"):
        if not (folder / needed).is_file():
            raise BadInput("the plugin {name} has no {needed} in {folder}", name=name, needed=needed, folder=folder)
    path = folder / "manifest.toml"
    try:
        manifest = PluginManifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise BadInput("{path} is wrong: {why}", path=path, why=_why(error)) from error
    if manifest.name != name:
        raise BadInput(
            "{path} names {other!r}, but the plugin is called {name!r}", path=path, other=manifest.name, name=name
        )
    live = group == "connectors" and manifest.protocol != "file"  # files neither drop a line nor press back
    missing = [item for item in CONNECTOR_ITEMS if live and item not in manifest.checklist]
    if missing:
        raise BadInput("{path}: the checklist leaves out {missing}", path=path, missing=", ".join(missing))
    return manifest


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return str(error)
