"""How a plant produces: machines, routes, releases, and all that stands in the way: `production` in a plant file.

Times are written with their units, constant or as a distribution (see `bobae.flow.times`).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bobae.core import BadInput

Name = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
TimeText = Annotated[str, Field(description="such as 3 min, 3 min +- 5 %, uniform(5 min, 10 min), exponential(7 d)")]
Rule = Literal["fifo", "edd", "cr", "spt", "lwr", "lifo", "weights", "network"]


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Failure(_Described):
    """Something that breaks: how long until, how long it takes to mend."""

    apart: TimeText = Field(description="from the last repair (or the start) to the next failure")
    lasts: TimeText = Field(description="until it runs again")
    counts: Literal["calendar", "work"] = Field(
        default="calendar", description="whether it comes by the clock, or only while the machine works"
    )
    first: TimeText | None = Field(default=None, description="until the first failure; None: as `apart`")


class Maintenance(_Described):
    """Maintenance that is planned: by time or by pieces. It begins once the machine is empty."""

    every: str = Field(description="such as 30 d, from beginning to beginning, or 5000 pieces of one machine")
    lasts: TimeText = Field(description="how long it takes")
    first: str | None = Field(
        default=None,
        description="when it is first due on the last machine of the group; the others have it spread evenly before. "
        "None: as `every`",
    )


class Machines(_Described):
    """A group of machines that can stand in for each other, and the buffer in front of them."""

    count: int = Field(default=1, ge=1, strict=True)
    load: TimeText = Field(default="0 s", description="before a job, a constant time")
    unload: TimeText = Field(default="0 s", description="after it")
    speed: float = Field(default=1.0, gt=0, description="that the times of its steps are divided by")
    cascade: bool = Field(default=False, description="whether the next lot may enter while the last one leaves")
    rule: Rule = Field(
        default="fifo",
        description="which lot first: first come, earliest due date, critical ratio, shortest step, least work left, "
        "last come, by `weights`, or by a learned network",
    )
    by_priority: bool = Field(default=True, description="whether lots of a higher priority go first, whatever the rule")
    by_setup: bool = Field(
        default=False, description="whether, then, the lot goes first that needs the least setting up"
    )
    wake: Literal["longest idle", "least setup"] = Field(
        default="longest idle", description="which idle machine takes a lot that comes"
    )
    weights: tuple[float, ...] = Field(
        default=(),
        description="for the rule `weights`: of an hour waited, of slack, of the step, of work left, of setting up, "
        "and of priority; the largest sum goes first",
    )
    shortest_runs: bool = Field(default=False, description="whether a setup stays for its shortest run here")
    buffer: int | None = Field(
        default=None, ge=0, strict=True, description="lots that can wait in front of the machines. None: no limit"
    )
    calendar: Name | None = Field(default=None, description="one of `calendars`. None: around the clock")
    crew: Name | None = Field(default=None, description="one of `crews`, of which every job here takes one")
    failures: tuple[Failure, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    location: Name | None = Field(default=None, description="where it stands, for `moves`")
    area: Name | None = Field(default=None, description="what reports sum it up under")
    asset: str | None = Field(default=None, description="the path of the asset that it is in the plant file")
    at: tuple[float, float, float, float] | None = Field(
        default=None, description="x, y, z in metres and rotation in degrees, of the first machine"
    )
    cost_per_hour: float = Field(default=0.0, ge=0, description="in the plant's currency, for each machine there is")
    power: float = Field(default=0.0, ge=0, description="kW while it works")
    power_idle: float = Field(default=0.0, ge=0, description="kW while it does not")


class Step(_Described):
    """One step of a route."""

    name: Name | None = None
    machines: Name = Field(description="one of `machines`")
    time: TimeText = Field(description="for a lot, a piece or a batch")
    per: Literal["lot", "piece", "batch"] = "lot"
    batch: tuple[int, int] | None = Field(default=None, description="fewest and most pieces of a batch")
    setup: Name | None = Field(default=None, description="what the machine must be set up for")
    setup_time: TimeText | None = Field(default=None, description="None: by `setups`")
    setup_always: bool = Field(default=False, description="whether it is set up anew for each job")
    setup_ranked: bool = Field(default=True, description="whether this setup counts where lots are ranked by setup")
    interval: TimeText | None = Field(
        default=None, description="after which the next piece (or lot) may enter, where the machine works as a cascade"
    )
    interval_per: Literal["piece", "lot"] = "piece"
    share: float = Field(default=1.0, ge=0, le=1, description="of lots that it is done for; the others skip it")
    scrap: float = Field(default=0.0, ge=0, lt=1, description="of lots that are lost here")
    rework: float = Field(default=0.0, ge=0, lt=1, description="of lots that go back")
    rework_to: Name | int | None = Field(
        default=None, description="the step, by name or number from 1, they go back to"
    )
    same_machine_for: Name | int | None = Field(
        default=None, description="a later step that must be done by the machine that did this one"
    )
    limit: TimeText | None = Field(default=None, description="the longest time from the end of this step")
    limit_to: Name | int | None = Field(default=None, description="to the beginning of this later one")
    crew: Name | None = Field(default=None, description="one of `crews`, of which the job takes one")


class Product(_Described):
    """What is made, and how."""

    route: Name | None = Field(default=None, description="one of `routes`. None: the route of the same name")
    price: float = Field(default=0.0, ge=0, description="of a good piece, in the plant's currency")
    material: float = Field(default=0.0, ge=0, description="of a piece that is begun")


class Release(_Described):
    """Lots that come again and again."""

    product: Name
    every: TimeText | None = Field(default=None, description="None: whenever the first machine has room for one")
    pieces: int = Field(default=1, ge=1, strict=True)
    lots: int = Field(default=1, ge=1, strict=True, description="at once")
    priority: int = Field(default=0, strict=True)
    start: str = Field(default="0 s", description="when the first comes, from the start")
    due: str | None = Field(default=None, description="how long after its release. None: three times its work")
    count: int | None = Field(default=None, ge=1, strict=True, description="how often. None: for ever")


class Order(_Described):
    """One lot, once: an order, or what is in the plant at the start."""

    product: Name
    pieces: int = Field(default=1, ge=1, strict=True)
    at: str = Field(default="0 s", description="when it is released, from the start")
    due: str | None = Field(default=None, description="from the start. None: its release and three times its work")
    priority: int = Field(default=0, strict=True)
    step: Name | int | None = Field(default=None, description="the step that it stands in front of. None: the first")


class Setup(_Described):
    """How long it takes to set a machine up."""

    to: Name
    after: Name | None = Field(default=None, description="the setup before. None: any that has no line of its own")
    time: TimeText
    shortest_run: int = Field(default=0, ge=0, strict=True, description="lots, once it is set up")


class Calendar(_Described):
    """When machines run: stretches that come round again."""

    open: tuple[tuple[str, str], ...] = Field(
        description="from and to, after the beginning of the round, such as 8 h, 17 h"
    )
    round: str = Field(default="1 d", description="after which it begins again")


class Move(_Described):
    """The way from one location to another."""

    origin: Name
    to: Name
    time: TimeText


class Production(_Described):
    """All of it."""

    machines: dict[Name, Machines]
    routes: dict[Name, tuple[Step, ...]]
    products: dict[Name, Product] = Field(default={}, description="None named: each route is a product")
    releases: tuple[Release, ...] = ()
    orders: tuple[Order, ...] = ()
    setups: tuple[Setup, ...] = ()
    crews: dict[Name, int] = {}
    calendars: dict[Name, Calendar] = {}
    moves: tuple[Move, ...] = ()
    vehicles: int | None = Field(default=None, ge=1, strict=True, description="that lots are moved by. None: enough")
    energy_price: float = Field(default=0.0, ge=0, description="of a kWh, in the plant's currency")


def production_of(document: Any) -> Production:
    """The production that plain values describe, such as those of a YAML file.

    Raises:
        BadInput: a value cannot stand where it stands.
    """
    try:
        return Production.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(
            "'{value}' cannot stand at {place} ({why})",
            value=first["input"],
            place=".".join(str(part) for part in first["loc"] if part != "[key]"),
            why=first["msg"],
        ) from error
