"""Orders to write to the plant: asked, approved, cancelled, renewed, stopped, each by a person with their secret."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query
from pydantic import BaseModel, Field

from bobae.api.gate import Who, gated_router, name_and_secret, needs
from bobae.api.plant import ThePlant
from bobae.api.questions import NewOrder, Nothing, Reason, WhichOrders
from bobae.api.times import rfc3339
from bobae.registry.catalogue import Order, OrderState, Person, Switch, Value
from bobae.write import in_words

router = gated_router("writes")
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="the order's number")]


class ToldOrder(BaseModel):
    """One order."""

    id: int
    tag: str
    value: Value
    because: str
    state: OrderState
    state_text: str = Field(description="the state in words")
    why: str | None = Field(description="why it was refused or failed")
    asked_by: str
    asked: str
    expires: str = Field(description="until when it must be approved and carried out")
    approved_by: list[str]
    sent: str | None = Field(description="when it was given to the device")
    before: Value | None = Field(description="what the device showed before")
    shown: Value | None = Field(description="what the device showed last")
    reverts: str | None = Field(description="when the dead-man runs out")
    safe: Value | None = Field(description="what is written then")

    @classmethod
    def of(cls, order: Order) -> "ToldOrder":
        """An order in the reader's language."""
        same = ("id", "tag", "value", "because", "state", "asked_by", "before", "shown", "safe")
        return cls(
            **{name: getattr(order, name) for name in same},
            state_text=str(in_words(order.state)),
            why=None if order.why is None else str(order.why),
            asked=rfc3339(order.asked_ns) or "",
            expires=rfc3339(order.expires_ns) or "",
            approved_by=list(order.approved_by),
            sent=rfc3339(order.sent_ns),
            reverts=rfc3339(order.revert_ns),
        )


class ToldSwitch(BaseModel):
    """Whether bobae may write at all."""

    stopped: str | None = Field(description="since when it may not; null: it may")
    by: str = Field(description="who stopped it")
    because: str
    allow_by: str | None = Field(description="who wants to allow it again; a second person must")

    @classmethod
    def of(cls, switch: Switch) -> "ToldSwitch":
        """The switch."""
        return cls(stopped=rfc3339(switch.stopped_ns), by=switch.by, because=switch.because, allow_by=switch.allow_by)


class OrderPage(BaseModel):
    """A page of orders, newest first."""

    items: list[ToldOrder]
    next: int | None = Field(description="`cursor` of the next page; null: that was all")
    switch: ToldSwitch


def _person(
    plant: ThePlant,
    who: Who,
    authorization: Annotated[str | None, Header(description="`Basic` and name:secret in base64 (RFC 7617)")] = None,
) -> Person:
    """Who asks: whoever came in, or, as long as nobody has a login, whose secret is said."""
    if who.person is not None:
        return who.person
    scheme, _, said = (authorization or "").partition(" ")
    return plant.writing.persons.known(*name_and_secret(said if scheme.lower() == "basic" else ""))


By = Annotated[Person, Depends(_person)]


@router.get("/writes")
@needs("plant.read")
def orders(plant: ThePlant, asked: Annotated[WhichOrders, Query()]) -> OrderPage:
    """Orders, newest first."""
    desk = plant.writing.desk
    found = desk.orders(limit=asked.limit + 1, before=asked.cursor, only_open=asked.open)
    items = [ToldOrder.of(order) for order in found[: asked.limit]]
    following = items[-1].id if len(found) > asked.limit else None
    return OrderPage(items=items, next=following, switch=ToldSwitch.of(plant.writing.switch.state()))


@router.get("/writes/{number}")
@needs("plant.read")
def order(plant: ThePlant, number: Number, _: Annotated[Nothing, Query()]) -> ToldOrder:
    """One order."""
    return ToldOrder.of(plant.writing.desk.order(number))


@router.post("/writes")
@needs("write.order")
def ask(plant: ThePlant, by: By, said: NewOrder, _: Annotated[Nothing, Query()]) -> ToldOrder:
    """Ask for a value; nothing happens until another person approves it."""
    return ToldOrder.of(plant.writing.desk.ask(said.tag, said.value, because=said.because, by=by))


@router.post("/writes/{number}/approve")
@needs("write.approve")
def approve(plant: ThePlant, by: By, number: Number, _: Annotated[Nothing, Query()]) -> ToldOrder:
    """Approve somebody else's order; it is carried out at once."""
    return ToldOrder.of(plant.writing.desk.approve(number, by=by))


@router.post("/writes/{number}/cancel")
@needs("write.order")
def cancel(plant: ThePlant, by: By, number: Number, _: Annotated[Nothing, Query()]) -> ToldOrder:
    """Take an order back; one whose dead-man runs is set back at once."""
    return ToldOrder.of(plant.writing.desk.cancel(number, by=by))


@router.post("/writes/{number}/renew")
@needs("write.order")
def renew(plant: ThePlant, by: By, number: Number, _: Annotated[Nothing, Query()]) -> ToldOrder:
    """Have the dead-man of an order start anew."""
    return ToldOrder.of(plant.writing.desk.renew(number, by=by))


@router.post("/writes/stop")
@needs("write.order")
def stop(plant: ThePlant, by: By, said: Reason, _: Annotated[Nothing, Query()]) -> ToldSwitch:
    """Have bobae write nothing more."""
    plant.writing.switch.stop(because=said.because, by=by)
    return ToldSwitch.of(plant.writing.switch.state())


@router.post("/writes/allow")
@needs("write.approve")
def allow(plant: ThePlant, by: By, _: Annotated[Nothing, Query()]) -> ToldSwitch:
    """Allow writing again; it takes two persons."""
    return ToldSwitch.of(plant.writing.switch.allow(by=by))
