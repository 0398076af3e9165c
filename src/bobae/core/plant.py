"""A plant: one site and all below it, by ISA-95 paths; what `plant.yaml` says, checked.

The same models give the JSON Schema that editors read (`docs/reference/plant.schema.json`).
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

from bobae.core.model import Task

PATH = r"^[^/\s.]+(/[^/\s.]+){0,3}$"  # no dot: the first one in a tag's path ends the asset's
CURRENCY = r"^[A-Z]{3}$"
DURATION = r"^[0-9.]+(s|min|h|d|w)$"
Name = Annotated[str, Field(pattern=r"^\S+$")]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class WriteAllowed(_Described):
    """Within which limits bobae may change a tag; a tag without it is never written to."""

    range: tuple[Number, Number] | None = Field(
        default=None, description="[low, high]: which numbers may be written, in the tag's `unit`"
    )
    step: Number | None = Field(
        default=None, gt=0, description="the largest change at once, from the value that the device shows then"
    )
    allowed: tuple[Annotated[bool, Strict()] | Number | str, ...] = Field(
        default=(), description="the values that may be written, in place of `range` and `step`: modes, texts, flags"
    )
    per_hour: int = Field(default=4, ge=1, strict=True, description="how many orders an hour at the most")
    approvals: int = Field(
        default=2, ge=2, strict=True, description="how many persons must agree, the one who asks among them"
    )
    dead_man: str | None = Field(
        default=None, description="how long an order holds unless somebody renews it, such as 10min. None: for good"
    )
    safe: Annotated[bool, Strict()] | Number | str | None = Field(
        default=None, description="what is written once `dead_man` is over; None: what the device showed before"
    )
    tolerance: Number | None = Field(
        default=None, ge=0, description="how far what is read back may be off. None: a tenth of `step`"
    )
    read_back: str = Field(default="5s", description="how soon the device must show what was written")


class Tag(_Described):
    """One signal of one asset: its unit, the range it can have, where it comes from, what change matters."""

    unit: str | None = Field(default=None, description="UCUM code, such as Cel, bar, kW, mm/s, [g], {rev}/min")
    range: tuple[float, float] | None = Field(
        default=None, description="[low, high]: what the sensor can show, in `unit`"
    )
    source: str | None = Field(default=None, description="one of `sources`")
    address: str | int | None = Field(
        default=None, description="where the source has it: column, node id, topic or register"
    )
    deadband: float | None = Field(
        default=None, ge=0, description="the smallest change that is worth keeping, in `unit`"
    )
    context: Literal["lot", "wafer", "recipe", "step"] | None = Field(
        default=None, description="what its text says of the asset's other samples until it changes. None: nothing"
    )
    estimated_by: str | None = Field(
        default=None,
        description="the tag of the same asset that estimates it before it is measured, such as a soft sensor. None: "
        "nothing does",
    )
    write: WriteAllowed | None = Field(default=None, description="within which limits bobae may change it. None: never")


class Asset(_Described):
    """One machine or part of the plant, with its tags."""

    class_: str | None = Field(default=None, alias="class", description="kind of machine; equal machines share it")
    tags: dict[Name, Tag] = Field(default_factory=dict, description="signal name -> what it is")


class Source(BaseModel):
    """Where samples come from; the connector's own settings stand beside its name."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)
    connector: str = Field(description="which connector reads it, such as files")

    @property
    def settings(self) -> dict[str, Any]:
        """All but the connector's name, for the connector to check."""
        return dict(self.__pydantic_extra__ or {})


class Costs(_Described):
    """What mistakes cost, in the plant's currency."""

    missed: float = Field(default=0.0, ge=0, description="a fault that nobody was warned of")
    false: float = Field(default=0.0, ge=0, description="an alarm for nothing")
    late: float = Field(default=0.0, ge=0, description="each hour between the start of a fault and its alarm")


class Response(_Described):
    """What an alarm asks of people, which its priority follows from (ISA-18.2: consequence and time to respond)."""

    consequence: Literal["minor", "major", "severe"] = Field(
        default="major", description="what happens if nobody acts; major: a stop or scrap, severe: people, the machine"
    )
    respond_within: str = Field(
        default="8h",
        pattern=DURATION,
        description="how soon somebody must act for it to help, such as 10min, 1h or 8h",
    )
    latching: bool = Field(
        default=False, description="whether an alarm stands after its end until somebody has looked and resets it"
    )


class Monitor(Response):
    """Which question is asked about which asset, how many false alarms it may cost, and which model answers."""

    asset: str = Field(description="one of `assets`")
    task: Task = "anomaly"
    alarm_budget: str | float = Field(
        default="1/week", description="false alarms that one machine may raise: 1/week, 2/day"
    )
    costs: Costs = Costs()
    model: str | None = Field(default=None, description="a sealed model file; none: bobae trains one")
    retrain: Literal["never", "propose", "automatic"] = Field(
        default="propose",
        description="what becomes of a model trained anew: never made, proposed to a person, or put to work by itself "
        "if it is better",
    )
    retrain_every: str | None = Field(
        default=None, pattern=r"^[0-9.]+(h|d|w)$", description="how often a new one is trained. None: when it must be"
    )
    promoted_by: int = Field(
        default=1, ge=1, le=5, strict=True, description="how many different persons must want a new one live"
    )
    shadow_for: str = Field(
        default="7d", pattern=DURATION, description="how long a new one runs beside the live one first"
    )


class OnlyWhen(_Described):
    """When a rule means something, such as while the machine runs; otherwise it is suppressed by design."""

    tag: str = Field(description="a tag of the same asset")
    above: Number | None = Field(default=None, description="it must show more than this")
    below: Number | None = Field(default=None, description="it must show less than this")
    settled_for: str | None = Field(
        default=None, pattern=DURATION, description="for how long that must hold before the rule means something"
    )


class ControlChart(_Described):
    """A control chart by the rules of Western Electric (1956): what usual running shows."""

    centre: Number = Field(description="what the tag usually shows, in its unit")
    sigma: Number = Field(gt=0, description="the standard deviation of that, short-term")


class Rule(Response):
    """One fixed rule on one tag, beside the learned models; exactly one of the conditions is given."""

    name: Name = Field(description="its name; with the asset it names the alarm: press/line1/press3:oil_hot")
    asset: str | None = Field(default=None, description="one of `assets`; or `class`")
    class_: str | None = Field(default=None, alias="class", description="a class of assets: one rule for each of them")
    tag: str = Field(description="a tag of the asset")
    high: Number | None = Field(default=None, description="alarm above this, in the tag's unit")
    low: Number | None = Field(default=None, description="alarm below this")
    rise: Number | None = Field(
        default=None, gt=0, description="alarm where it rises by more than this within `window`"
    )
    fall: Number | None = Field(
        default=None, gt=0, description="alarm where it falls by more than this within `window`"
    )
    window: str = Field(default="1min", pattern=DURATION, description="of `rise` and `fall`")
    western_electric: ControlChart | None = Field(
        default=None, description="alarm by the four rules of Western Electric, on the last value of each minute"
    )
    stuck_for: str | None = Field(
        default=None, pattern=DURATION, description="alarm where it has not moved for so long"
    )
    silent_for: str | None = Field(
        default=None, pattern=DURATION, description="alarm where no good value has come for so long"
    )
    deadband: Number = Field(
        default=0.0, ge=0, description="how far it must come back past `high` or `low` before the alarm is over"
    )
    on_delay: str | None = Field(
        default=None, pattern=DURATION, description="how long the condition must hold before it alarms"
    )
    off_delay: str | None = Field(
        default=None, pattern=DURATION, description="how long it must be gone before it is over"
    )
    only_when: OnlyWhen | None = Field(default=None, description="when the rule means something. None: always")

    @property
    def conditions(self) -> list[str]:
        """The names of the conditions that are given."""
        names = ("high", "low", "rise", "fall", "western_electric", "stuck_for", "silent_for")
        return [name for name in names if getattr(self, name) is not None]


class Receiver(_Described):
    """Somebody who is told of alarms: by mail, by a webhook, or by a messenger."""

    url: str = Field(
        description="an address of Apprise, such as mailto:// or slack://; env:NAME or file:PATH keep it secret"
    )
    language: Literal["ko", "en"] | None = Field(default=None, description="of the messages. None: the plant's")
    assets: tuple[str, ...] = Field(default=(), description="only these assets and what is below them. None: all")
    from_priority: Literal["low", "medium", "high", "urgent"] = Field(
        default="low", description="only alarms of that priority or above"
    )
    after: str | None = Field(
        default=None, pattern=DURATION, description="told only of what nobody has acknowledged for so long: escalation"
    )
    quiet: str | None = Field(
        default=None,
        pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$",
        description="hours such as 22:00-06:00 in which only urgent alarms are told; the rest comes after",
    )
    at_most_per_hour: int = Field(
        default=20, ge=1, strict=True, description="messages; what is more comes together later"
    )


class Plant(_Described):
    """One site and all below it.

    Example:
        >>> plant = Plant(plant="busan", assets={"press/line1/press3": Asset(tags={"oil": Tag(unit="Cel")})})
        >>> [path for path, tag in plant.tags()]
        ['press/line1/press3.oil']
    """

    plant: Name = Field(description="short name of the site")
    timezone: str = Field(default="UTC", description="IANA name, such as Asia/Seoul: what local times in files mean")
    currency: str = Field(default="KRW", pattern=CURRENCY, description="ISO 4217: what costs and savings are told in")
    language: Literal["ko", "en"] | None = Field(default=None, description="what console, reports and alarms speak")
    assets: dict[Annotated[str, Field(pattern=PATH)], Asset] = Field(
        default_factory=dict, description="ISA-95 path area/line/work_unit -> asset"
    )
    sources: dict[Name, Source] = Field(default_factory=dict, description="name -> where samples come from")
    monitors: tuple[Monitor, ...] = Field(default=(), description="which questions are watched over")
    rules: tuple[Rule, ...] = Field(default=(), description="fixed rules on single tags, beside the learned models")
    notify: dict[Name, Receiver] = Field(default_factory=dict, description="name -> who is told of alarms")
    production: dict[str, Any] | None = Field(
        default=None, description="how it produces: machines, routes, releases; what `bobae twin` runs"
    )
    keep_raw: str | None = Field(
        default=None,
        pattern=r"^[0-9.]+(h|d|w|y)$",
        description="how long each sample is kept, such as 90d or 2y; then one-minute rows are. None: for ever",
    )

    def tags(self) -> list[tuple[str, Tag]]:
        """Every tag with its path 'area/line/work_unit.tag', in order."""
        return [(f"{path}.{name}", tag) for path, asset in self.assets.items() for name, tag in asset.tags.items()]

    def monitor_of(self, task: str, asset: str | None = None) -> Monitor | None:
        """The first monitor with that task (and that asset, if given)."""
        return next((m for m in self.monitors if m.task == task and asset in (None, m.asset)), None)


def is_path(written: str) -> bool:
    """Whether `written` is an ISA-95 path of one to four parts without spaces and dots."""
    return re.match(PATH, written) is not None
