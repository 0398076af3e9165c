"""An order is asked by one person and approved by another, within limits, carried out once, and taken back in time."""

from dataclasses import replace
from typing import Any

import pytest

from bobae.core import BadInput, Refused, UnknownName, WriteAllowed

MODE, PLAIN, SETPOINT = "line1/oven.mode", "line1/oven.plain", "line1/oven.setpoint"


def test_an_approved_order_is_written_read_back_and_held(plant: Any) -> None:
    number = plant.approved(124)
    plant.work()
    order = plant.order(number)
    assert (order.state, order.before, order.shown, order.safe) == ("held", 120.0, 124.0, 120.0)
    assert plant.device.written == [("sp", 124.0)]
    assert type(plant.device.written[0][1]) is float
    assert plant.events() == ["asked", "approved", "writing", "held"]
    assert plant.device.opened == 0


def test_without_a_dead_man_it_is_done(plant: Any) -> None:
    number = plant.approved("Manual", tag=MODE)
    plant.work()
    assert (plant.state(number), plant.device.shows["mode"]) == ("done", "manual")


def test_nobody_approves_their_own_order(plant: Any) -> None:
    order = plant.ask(by="kim")
    with pytest.raises(Refused, match="a different person"):
        plant.writing.desk.approve(order.id, by=plant.person("kim"))
    plant.work()
    assert (plant.state(order.id), plant.device.written) == ("waiting", [])


def test_nothing_is_written_before_enough_persons_agree(plant: Any) -> None:
    plant.tags[SETPOINT] = plant.tags[SETPOINT].model_copy(
        update={"write": plant.tags[SETPOINT].write.model_copy(update={"approvals": 3})}
    )
    number = plant.approved()
    plant.work()
    assert (plant.state(number), plant.device.written) == ("waiting", [])
    with pytest.raises(Refused, match="a different person"):
        plant.writing.desk.approve(number, by=plant.person("lee"))
    plant.writing.desk.approve(number, by=plant.person("park"))
    plant.work()
    assert plant.state(number) == "held"


def test_a_tag_that_the_plant_file_does_not_allow_is_never_written(plant: Any) -> None:
    with pytest.raises(Refused, match="does not allow it"):
        plant.ask(1, tag=PLAIN)
    with pytest.raises(UnknownName, match=r"nearest: line1/oven\.setpoint"):
        plant.ask(1, tag="line1/oven.setpont")
    assert plant.events() == ["refused"]


@pytest.mark.parametrize("value", [99.9, 140.1, -124, 1e308])
def test_a_value_outside_the_range_is_refused_with_the_range(plant: Any, value: float) -> None:
    with pytest.raises(Refused, match="100 to 140"):
        plant.ask(value)
    assert plant.audit()[-1].said["value"] == value


@pytest.mark.parametrize("value", [True, "hot", "nan", float("inf"), None])
def test_what_is_no_number_is_wrong_input(plant: Any, value: Any) -> None:
    with pytest.raises(BadInput):
        plant.ask(value)


def test_only_texts_of_the_list_are_taken(plant: Any) -> None:
    with pytest.raises(BadInput, match="auto, manual"):
        plant.ask("off", tag=MODE)


def test_a_reason_is_needed(plant: Any) -> None:
    with pytest.raises(BadInput, match="say why"):
        plant.writing.desk.ask(SETPOINT, 124, because="  ", by=plant.person("kim"))


def test_the_step_counts_from_what_the_device_shows_when_it_is_carried_out(plant: Any) -> None:
    number = plant.approved(124)
    plant.device.shows["sp"] = 118.0
    plant.work()
    order = plant.order(number)
    assert (order.state, plant.device.written) == ("refused", [])
    assert "from 118 Cel to 124 Cel is more than the 5" in str(order.why)


def test_a_device_that_shows_another_kind_of_value_is_left_alone(plant: Any) -> None:
    number = plant.approved(124)
    plant.device.shows["sp"] = True
    plant.work()
    assert (plant.state(number), plant.device.written) == ("refused", [])


def test_more_orders_an_hour_than_allowed_are_refused(plant: Any) -> None:
    for value in (124, 120, 124):
        plant.approved(value)
        plant.work()
    with pytest.raises(Refused, match="the 3 orders that are allowed an hour"):
        plant.ask(120)
    plant.wait(3_601)
    plant.work()
    assert plant.state(plant.approved(120)) == "approved"


def test_one_order_for_a_tag_at_a_time(plant: Any) -> None:
    first = plant.ask()
    with pytest.raises(Refused, match="one at a time"):
        plant.ask(123, by="lee")
    plant.writing.desk.cancel(first.id, by=plant.person("lee"))
    assert plant.state(plant.ask(123).id) == "waiting"


def test_an_order_that_waited_too_long_is_never_carried_out(plant: Any) -> None:
    late = plant.ask()
    plant.wait(600)
    with pytest.raises(Refused, match="expired"):
        plant.writing.desk.approve(late.id, by=plant.person("lee"))
    plant.work()
    assert plant.state(late.id) == "expired"
    number = plant.approved()
    plant.wait(600)
    plant.work()
    assert (plant.state(number), plant.device.written) == ("expired", [])


def test_a_plant_file_that_was_changed_since_holds(plant: Any) -> None:
    number = plant.approved(124)
    plant.tags[SETPOINT] = plant.tags[SETPOINT].model_copy(update={"write": WriteAllowed(range=(100, 122), step=5)})
    plant.work()
    assert (plant.state(number), plant.device.written) == ("refused", [])
    plant.tags[SETPOINT] = plant.tags[SETPOINT].model_copy(update={"write": None})
    with pytest.raises(Refused, match="does not allow it"):
        plant.ask(121)


@pytest.mark.parametrize("who", ["kim", "lee"])
def test_who_was_removed_has_no_part_in_what_happens(plant: Any, who: str) -> None:
    number = plant.approved()
    removed = plant.person(who)
    assert plant.writing.persons.remove(who) == 1
    plant.work()
    assert (plant.state(number), plant.device.written) == ("cancelled", [])
    for act in (lambda: plant.writing.desk.ask(SETPOINT, 121, because="x", by=removed), lambda: plant.ask(121)):
        if act.__code__.co_freevars == ("plant", "removed") or who == "kim":
            with pytest.raises(Refused, match="was removed"):
                act()


def test_a_dead_man_that_runs_out_brings_the_safe_value_back(plant: Any) -> None:
    number = plant.approved(124)
    plant.work()
    plant.wait(599)
    plant.work()
    assert plant.state(number) == "held"
    plant.wait(1)
    plant.work()
    assert (plant.state(number), plant.device.written) == ("reverted", [("sp", 124.0), ("sp", 120.0)])


def test_renewed_in_time_it_holds_on(plant: Any) -> None:
    number = plant.approved(124)
    plant.work()
    plant.wait(500)
    plant.writing.desk.renew(number, by=plant.person("park"))
    plant.wait(500)
    plant.work()
    assert plant.state(number) == "held"
    plant.wait(100)
    with pytest.raises(Refused, match="cannot be done any more"):
        plant.writing.desk.renew(number, by=plant.person("park"))


def test_an_order_that_is_held_and_cancelled_is_taken_back_at_once(plant: Any) -> None:
    number = plant.approved(124)
    plant.work()
    plant.writing.desk.cancel(number, by=plant.person("park"))
    plant.work()
    assert (plant.state(number), plant.device.shows["sp"]) == ("reverted", 120.0)
    with pytest.raises(Refused, match="cannot be done any more"):
        plant.writing.desk.cancel(number, by=plant.person("park"))


def test_without_a_safe_value_the_one_from_before_all_orders_comes_back(plant: Any) -> None:
    write = plant.tags[SETPOINT].write.model_copy(update={"safe": None})
    plant.tags[SETPOINT] = plant.tags[SETPOINT].model_copy(update={"write": write})
    plant.device.shows["sp"] = 118.0
    first = plant.approved(122)
    plant.work()
    second = plant.approved(126)
    plant.work()
    assert (plant.state(first), plant.state(second)) == ("replaced", "held")
    plant.wait(600)
    plant.work()
    assert (plant.state(second), plant.device.shows["sp"]) == ("reverted", 118.0)


def test_what_somebody_else_has_set_meanwhile_is_left_so(plant: Any) -> None:
    number = plant.approved(124)
    plant.work()
    plant.device.shows["sp"] = 131.0
    plant.wait(600)
    plant.work()
    assert (plant.state(number), plant.device.shows["sp"]) == ("overtaken", 131.0)


def test_a_dead_man_is_kept_also_when_the_plant_file_allows_the_tag_no_more(plant: Any) -> None:
    number = plant.approved(124)
    plant.work()
    plant.tags[SETPOINT] = plant.tags[SETPOINT].model_copy(update={"write": None})
    plant.wait(600)
    plant.work()
    assert (plant.state(number), plant.device.shows["sp"]) == ("reverted", 120.0)


def test_a_device_that_is_away_when_the_dead_man_runs_out_is_tried_until_it_is_back(plant: Any) -> None:
    number = plant.approved(124)
    plant.work()
    plant.wait(600)
    plant.device.fails = "dead"
    plant.work()
    assert (plant.state(number), plant.events()[-1]) == ("held", "stuck")
    plant.device.fails = "refuses"
    plant.work()
    assert plant.state(number) == "reverting"
    plant.device.fails = ""
    plant.work()
    assert (plant.state(number), plant.device.shows["sp"]) == ("reverted", 120.0)


@pytest.mark.parametrize(("fails", "written"), [("lost before", []), ("lost after", [("sp", 124.0)])])
def test_a_connection_that_breaks_on_the_way_is_found_out_by_reading(plant: Any, fails: str, written: Any) -> None:
    number = plant.approved(124)
    plant.device.fails = fails
    plant.work()
    assert plant.state(number) == "unknown"
    plant.device.fails = "dead"
    plant.work()
    assert plant.state(number) == "unknown"
    with pytest.raises(Refused, match="one at a time"):
        plant.ask(121)
    plant.device.fails = ""
    plant.work()
    assert (plant.state(number), plant.device.written) == ("held" if written else "failed", written)


@pytest.mark.parametrize(("fails", "written"), [("killed before", 0), ("killed after", 1)])
def test_bobae_that_ends_on_the_way_reads_when_it_is_back(plant: Any, fails: str, written: int) -> None:
    number = plant.approved(124)
    plant.device.fails = fails
    with pytest.raises(BaseException, match=r"^$"):
        plant.work()
    assert plant.state(number) == "writing"
    plant.device.fails = ""
    plant.work()
    assert (plant.state(number), len(plant.device.written)) == ("held" if written else "failed", written)
    assert "unknown" in plant.events()


def test_a_device_that_refuses_is_told_with_its_reason(plant: Any) -> None:
    number = plant.approved(124)
    plant.device.fails = "refuses"
    plant.work()
    assert (plant.state(number), str(plant.order(number).why)) == ("failed", "not in this mode")


def test_a_device_that_cannot_be_reached_ends_the_order_before_it_began(plant: Any) -> None:
    number = plant.approved(124)
    plant.device.fails = "dead"
    plant.work()
    plant.device.fails = ""
    plant.work()
    assert (plant.state(number), plant.device.written) == ("failed", [])


def test_a_device_that_takes_another_value_is_told_and_set_back(plant: Any) -> None:
    number = plant.approved(124)
    plant.device.fails = "clamps"
    plant.work()
    assert "the device shows 137 Cel in place of 124 Cel" in str(plant.order(number).why)
    assert (plant.state(number), plant.events()[-2:]) == ("reverting", ["failed", "reverting"])
    plant.device.fails = ""
    plant.work()
    assert (plant.state(number), plant.device.shows["sp"]) == ("reverted", 120.0)


def test_stopped_by_one_allowed_again_by_two(plant: Any) -> None:
    held = plant.approved(124)
    plant.work()
    mode = plant.approved("manual", tag=MODE)
    stays = plant.writing.switch.stop(because="smoke", by=plant.person("park"))
    assert [order.id for order in stays] == [held]
    plant.wait(600)
    plant.work()
    assert (plant.state(held), plant.state(mode), len(plant.device.written)) == ("held", "refused", 1)
    with pytest.raises(Refused, match="by park: smoke"):
        plant.ask("manual", tag=MODE)
    kim, lee = plant.person("kim"), plant.person("lee")
    plant.writing.switch.allow(by=kim)
    with pytest.raises(Refused, match="second person"):
        plant.writing.switch.allow(by=kim)
    plant.wait(601)  # too long ago: it counts as the first again
    assert plant.writing.switch.allow(by=lee).stopped_ns is not None
    assert plant.writing.switch.allow(by=kim).stopped_ns is None
    plant.work()
    assert (plant.state(held), plant.device.shows["sp"]) == ("reverted", 120.0)
    with pytest.raises(Refused, match="nothing to allow"):
        plant.writing.switch.allow(by=kim)


def test_a_stop_between_approval_and_writing_holds(plant: Any) -> None:
    number = plant.approved(124)
    reading = plant.device.read

    async def stopping(address: str) -> Any:
        plant.writing.switch.stop(because="", by=plant.person("park"))
        return await reading(address)

    plant.device.read = stopping
    plant.work()
    assert (plant.state(number), plant.device.written) == ("refused", [])


def test_an_order_says_everything_in_its_list(plant: Any) -> None:
    number = plant.approved(124)
    assert [order.id for order in plant.writing.desk.orders(limit=5, only_open=True)] == [number]
    assert replace(plant.order(number), approved_by=()).persons == {"kim"}
