"""A new plant folder with a plant file that explains itself."""

import re
from importlib import resources
from pathlib import Path
from string import Template

from bobae.app.plant_file import FILE_NAME, PlantFile, parse
from bobae.app.settings import Settings
from bobae.core import BadInput, Refused

_ZONES = {"ko": "Asia/Seoul"}


def init(folder: Path, settings: Settings) -> PlantFile:
    """Make `folder` with a commented plant file in the settings' language; an existing plant is never overwritten.

    Raises:
        Refused: there is a plant file already.
        BadInput: `folder` is a file.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise Refused("{path} is there already and is not overwritten; edit it, or name another folder", path=path)
    made = parse(_from_template(folder, settings), path)
    made.save()
    return made


def empty_plant(folder: Path, settings: Settings) -> PlantFile:
    """The plant file that `init` would make, but without its example machine; nothing is written.

    Raises:
        BadInput: `folder` is a file.
    """
    head, _, _ = _from_template(folder, settings).partition("\nassets:")
    return parse(head.rpartition("\n\n")[0] + "\n", folder / FILE_NAME)


def _from_template(folder: Path, settings: Settings) -> str:
    if folder.is_file():
        raise BadInput("{folder} is a file; name a folder for the new plant", folder=folder)
    template = resources.files("bobae.app").joinpath("templates", f"plant.{settings.language}.yaml")
    return Template(template.read_text(encoding="utf-8")).substitute(
        plant=re.sub(r"\s+", "-", folder.resolve().name) or "plant",
        timezone=settings.timezone or _ZONES.get(settings.language, "UTC"),
        currency=settings.currency,
    )
