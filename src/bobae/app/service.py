"""bobae as a service of systemd: the unit for this installation and one plant folder, hardened."""

import getpass
import os
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from bobae.app.plant_store import checked_plant
from bobae.core import Refused

UNITS = Path("/etc/systemd/system")
_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))


@dataclass(frozen=True)
class Service:
    """One plant as a service.

    Attributes:
        plant: its folder.
        user: who it runs as.
        python: the interpreter of this installation.
    """

    plant: Path
    user: str = "bobae"
    python: Path = Path(sys.executable)

    @property
    def name(self) -> str:
        """Of the unit."""
        return f"bobae-{self.plant.name}.service" if self.plant != Path("/var/lib/bobae") else "bobae.service"

    def unit(self) -> str:
        """The unit file."""
        at_home = any(place.is_relative_to(home) for place in (self.plant, self.python) for home in _HOMES)
        template = resources.files("bobae.app").joinpath("service.template").read_text("utf-8")
        return Template(template).substitute(
            plant=self.plant, user=self.user, python=self.python, home="read-only" if at_home else "yes"
        )


def service_for(plant: Path, user: str | None) -> Service:
    """The service for a plant folder; `user` None: who owns the folder.

    Raises:
        BadInput: there is no plant file.
    """
    folder = checked_plant(plant).resolve()
    return Service(folder, user or _owner(folder))


def install_service(service: Service, units: Path = UNITS) -> Path:
    """Write the unit where systemd looks for it; what is to be typed next starts it.

    Raises:
        Refused: this user may not write there.
    """
    path = units / service.name
    try:
        path.write_text(service.unit(), "utf-8")
    except OSError as error:
        raise Refused(
            "{path} cannot be written ({why}); use sudo, or bobae service print", path=path, why=error.strerror
        ) from error
    return path


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except (KeyError, NotImplementedError):
        return os.environ.get("USER") or getpass.getuser()
