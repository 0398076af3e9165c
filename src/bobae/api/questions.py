"""What may be asked: every parameter has one meaning, and one that nobody knows is an error."""

import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from bobae.api.times import Moment
from bobae.core import Aggregate
from bobae.registry.catalogue import AlarmState

Limit = Annotated[int, Field(ge=1, le=1000, description="how many at the most")]
Tag = Annotated[str, Field(description="path of a tag: area/line/work_unit.tag")]
Tags = Annotated[list[str], Field(min_length=1, max_length=1000, description="path of a tag; may be given many times")]
From = Annotated[Moment, Field(alias="from", description="only what is later than this")]
To = Annotated[Moment, Field(alias="to", default_factory=time.time_ns, description="up to and with this; else now")]
By = Annotated[str | None, Field(min_length=1, max_length=100, description="who; once people sign in it is themselves")]


class Nothing(BaseModel):
    """No parameters at all."""

    model_config = ConfigDict(extra="forbid")


class WhichTags(Nothing):
    """Parameters of /tags."""

    q: str = Field(default="", description="only tags whose path has this in it; case does not matter")
    cursor: int | None = Field(default=None, description="`next` of the page before")
    limit: Limit = 100


class WhichLast(Nothing):
    """Parameters of /samples/last."""

    tag: Tags


class WhichSamples(Nothing):
    """Parameters of /samples."""

    tag: Tag
    t0_ns: From
    t1_ns: To
    cursor: Moment | None = Field(default=None, description="`next` of the page before")
    limit: Annotated[int, Field(ge=1, le=10_000, description="how many at the most")] = 1000


class WhichFrame(Nothing):
    """Parameters of /frame."""

    tag: Tags
    t0_ns: From
    t1_ns: To
    step: str = Field(description="distance of the rows: 10s, 5min, 1h")
    agg: list[Aggregate] = Field(
        default=["last"], min_length=1, description="how the samples of a row become one value"
    )


class WhichAlarms(Nothing):
    """Parameters of /alarms."""

    state: list[AlarmState] = Field(default=[], description="only alarms in this state; may be given many times")
    asset: str | None = Field(default=None, description="only alarms of this machine")
    cursor: int | None = Field(default=None, ge=1, description="`next` of the page before")
    limit: Limit = 100


class WhichRecords(Nothing):
    """Parameters of /alarm-records."""

    point: str | None = Field(default=None, description="this point's revisions, newest first; else of all what holds")
    cursor: str = Field(default="", description="`next` of the page before")
    limit: Limit = 100


class Acknowledgement(Nothing):
    """Somebody takes notice of an alarm."""

    by: By = None
    comment: str = Field(default="", max_length=2000, description="what they say of it")


class WhichOrders(Nothing):
    """Parameters of /writes."""

    open: bool = Field(default=False, description="only orders that are not over")
    cursor: int | None = Field(default=None, ge=1, description="`next` of the page before")
    limit: Limit = 100


class WhichEntries(Nothing):
    """Parameters of /writes/audit."""

    cursor: int = Field(default=0, ge=0, le=2**63 - 1, description="`next` of the page before")
    limit: Limit = 100


class NewOrder(Nothing):
    """A value that somebody asks for."""

    tag: Tag
    value: StrictBool | StrictFloat | StrictInt | StrictStr = Field(description="what it is to show")
    because: str = Field(min_length=1, max_length=2000, description="why")


class Reason(Nothing):
    """Why writing is stopped."""

    because: str = Field(default="", max_length=2000, description="why")


class Judgement(Nothing):
    """What somebody says of an alarm."""

    outcome: Literal["useful", "false"] = Field(description="whether it was worth the look")
    by: By = None
    comment: str = Field(default="", max_length=2000, description="what it was, or what was done")


class MissedFault(Nothing):
    """A fault that no alarm told of."""

    asset: str = Field(description="path of the machine")
    from_ns: Annotated[Moment, Field(alias="from", description="when it began")]
    to_ns: Annotated[Moment, Field(alias="to", description="when it was over")]
    what: str = Field(min_length=1, max_length=2000, description="what it was")
    by: By = None


class PointHand(Nothing):
    """Who changes an alarm point, and why."""

    point: str = Field(description="such as press/line1/press3:anomaly")
    by: By = None
    because: str = Field(default="", max_length=2000, description="why")


class Shelving(PointHand):
    """Somebody puts an alarm point away for a time."""

    hours: float = Field(gt=0, description="for how long")


class WhichCases(Nothing):
    """Parameters of /cases."""

    open: bool | None = Field(default=None, description="only those that are open, or that are closed")
    cursor: int | None = Field(default=None, ge=1, description="`next` of the page before")
    limit: Limit = 100


class Closing(Nothing):
    """Somebody closes a case."""

    by: By = None
    found: str = Field(min_length=1, max_length=2000, description="what it was; 'nothing' is an answer too")
    done: str = Field(default="", max_length=2000, description="what was done about it")


class Lately(Nothing):
    """Parameters of what looks back."""

    days: float = Field(default=30, gt=0, le=3660, description="of how many days until now")
