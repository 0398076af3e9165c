"""Whether this machine can run bobae: each thing that must hold, and what to do where it does not."""

import importlib
import os
import shutil
import sys
import tempfile
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bobae.app import discovery
from bobae.app.plant_health import plant_examined
from bobae.app.plant_store import historian_folder
from bobae.app.plugins import check
from bobae.app.settings import Settings
from bobae.core import BadInput, BobaeError, Text, text
from bobae.historian.checking import examined

Level = Literal["good", "warning", "bad"]
_PACKAGES = ("numpy", "scipy", "pyarrow", "numba", "onnx", "onnxruntime", "pydantic", "cryptography", "python_calamine")
_GB = 1 << 30
_GRADES = {"reads": text("reads"), "dependable": text("dependable"), "proven": text("proven")}


@dataclass(frozen=True)
class Examined:
    """One thing that was looked at: how it is, and in words what was seen and what to do."""

    name: str
    level: Level
    said: Text


def doctor(settings: Settings, plant: Path | None = None) -> list[Examined]:
    """Look at everything, and at the sources and samples of `plant` where one is given; nothing is changed.

    Raises:
        BadInput: there is no such folder.
    """
    looks: tuple[Callable[[], list[Examined]], ...] = (_python, _memory, _packages, _plugins, _zones, _text)
    found = [found for look in looks for found in look()] + _home(settings) + _sources(settings) + _historian(plant)
    return found + [Examined(*one) for one in plant_examined(plant, settings)]


def _python() -> list[Examined]:
    version = ".".join(map(str, sys.version_info[:3]))
    return [Examined("python", "good", text("Python {version}", version=version))]


def _memory() -> list[Examined]:
    cores = os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GB
    except (AttributeError, ValueError, OSError):  # Windows does not say
        return [Examined("machine", "good", text("{cores} cores", cores=cores))]
    said = text("{cores} cores, {memory} GB of memory", cores=cores, memory=f"{memory:.1f}")
    return [Examined("machine", "good" if memory >= 3.5 else "warning", said)]


def _packages() -> list[Examined]:
    found = []
    for name in _PACKAGES:
        try:
            version = getattr(importlib.import_module(name), "__version__", "")
            found.append(Examined(name, "good", text("{name} {version}", name=name, version=version)))
        except ImportError as error:
            said = text("{name} does not load ({why}); try: pip install --force-reinstall {name}", name=name, why=error)
            found.append(Examined(name, "bad", said))
    return found


def _plugins() -> list[Examined]:
    found = []
    for group in discovery.GROUPS:
        for name in discovery.names(group):
            try:
                discovery.load(group, name)
                found.append(Examined(f"{group}.{name}", "good", text("the plugin {name} loads", name=name)))
            except BobaeError as error:
                found.append(Examined(f"{group}.{name}", "bad", error.text))
    return found


def _zones() -> list[Examined]:
    if zoneinfo.available_timezones():
        return [Examined("timezones", "good", text("time zones are known"))]
    return [Examined("timezones", "bad", text("no time zones are known here; try: pip install tzdata"))]


def _text() -> list[Examined]:
    encoding = (sys.stdout.encoding or "").lower()
    if encoding.replace("-", "") == "utf8":
        return [Examined("text", "good", text("the terminal shows UTF-8"))]
    said = text("the terminal shows {encoding}; Korean may look wrong: set PYTHONUTF8=1", encoding=encoding or "?")
    return [Examined("text", "warning", said)]


def _home(settings: Settings) -> list[Examined]:
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            free = shutil.disk_usage(home).free / _GB
    except OSError as error:
        said = text(
            "{home} cannot be written ({why}); set BOBAE_HOME to a folder that can", home=home, why=error.strerror
        )
        return [Examined("home", "bad", said)]
    said = text("keys and settings are kept in {home}; {free} GB free", home=home, free=f"{free:.1f}")
    return [Examined("home", "good" if free > 1 else "warning", said)]


def _sources(settings: Settings) -> list[Examined]:
    """Each source of the plant with how far its connector can be relied on; nobody is asked whether it answers."""
    found = []
    for name, source in (settings.plant.sources if settings.plant else {}).items():
        try:
            checked = check(source.connector)
            live = "subscribe" in checked.manifest.abilities
            plugin = discovery.load("connectors", source.connector)
            at = plugin.connector(source.settings).endpoint if live else source.settings.get("path", "")
        except BobaeError as error:
            said = text("the source {name} cannot be read: {why}", name=name, why=error.text)
            found.append(Examined(f"source.{name}", "bad", said))
            continue
        grade = _GRADES[checked.manifest.grade]
        said = text(
            "source {name}: {at}, connector {connector}: {grade}",
            name=name,
            at=at,
            connector=source.connector,
            grade=grade,
        )
        found.append(Examined(f"source.{name}", "good", said))
    return found


def _historian(plant: Path | None) -> list[Examined]:
    if plant is None:
        return []
    if not plant.is_dir():
        raise BadInput("there is no plant folder {folder}", folder=plant)
    root = historian_folder(plant)
    if not root.exists():
        return [Examined("historian", "good", text("no samples are kept in {folder} yet", folder=plant))]
    return [Examined(found.name, found.level, found.said) for found in examined(root)]
