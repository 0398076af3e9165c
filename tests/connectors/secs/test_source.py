"""What only GEM equipment can do: reports, spooling, traces, alarms, offline; and who may change what there."""

import asyncio
import contextlib
import time

import pytest

from bobae.connectors.secs import connector
from bobae.connectors.secs.browse import _guessed
from bobae.core import BadInput, Gap, UnknownName, Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.secs_process import SecsSource

S = 1_000_000_000


@pytest.fixture(scope="module")
def running():
    with SecsSource() as tool:
        yield tool


@pytest.fixture
def tool(running):
    running.order("anew")
    return running


class Kept(Heard):
    """Says that readings are kept only when it is told to; keeps the past apart."""

    def __init__(self):
        super().__init__()
        self.past, self.waiting = [], []

    def deliver(self, readings, kept=None):
        super().deliver(readings)
        self.past += [readings.past] * len(readings.position)
        if kept is not None:
            self.waiting.append(kept)

    def keep(self):
        for kept in self.waiting:
            kept()
        self.waiting = []


@contextlib.asynccontextmanager
async def subscribed(tool, *addresses, heard=None, folder=None, deadband=None, **settings):
    source, heard = tool.connector(folder, **settings), heard or Heard()
    try:
        await source.open()
        wishes = [Wish(f"tag{i}", address, deadband) for i, address in enumerate(addresses)]
        yield source, heard, await source.subscribe(wishes, heard.deliver)
    finally:
        await source.close()


def test_a_variable_of_an_event_is_offered_as_what_its_value_its_unit_or_its_name_says(tool):
    async def browse():
        source = tool.connector()
        try:
            await source.open()
            return {one.address: one.kind for one in await source.browse()}
        finally:
            await source.close()

    kinds = asyncio.run(browse())
    assert (kinds["sv/101@ce/300"], kinds["sv/102@ce/301"], kinds["sv/103@ce/302"]) == ("number", "flag", "text")
    assert (kinds["dv/202@ce/303"], kinds["dv/201@ce/303"]) == ("text", None)  # LotID, RunNumber


@pytest.mark.parametrize(
    ("name", "unit", "kind"),
    [
        ("ChamberPressure", "Pa", "number"),
        ("LOTID", None, "text"),
        ("WaferId", None, "text"),
        ("recipe_name", None, "text"),
        ("Process Step", None, "text"),
        ("PPID", None, "text"),
        ("Slot1", None, "text"),
        ("LotSize", None, None),
        ("StepTime", None, None),
        ("Pilot", None, None),
        ("ValveSolid", None, None),
        ("압력", None, None),
        ("3001", None, None),
    ],
)
def test_a_data_variable_is_a_text_only_where_its_name_ends_in_what_is_one(name, unit, kind):
    assert _guessed(name, unit) == kind


def test_an_event_is_acknowledged_once_it_is_kept_and_sent_again_if_it_never_was(tool):
    async def listen():
        heard = Kept()
        async with subscribed(tool, tool.number, heard=heard):
            before = len(heard.rows)
            for n, value in enumerate((5.0, 6.0), before + 1):
                tool.write(tool.number, value, time_ns=None)
                await until(lambda n=n: len(heard.rows) == n)
            assert tool.order("standing")["open"] == 2
            heard.waiting.pop(0)()
            await until(lambda: tool.order("standing")["open"] == 1)
        # the connection ended before the second was kept; meanwhile one more happens
        await until(lambda: tool.order("standing")["kept"] == 1)
        tool.write(tool.number, 7.0, time_ns=None)
        again = Kept()
        async with subscribed(tool, tool.number, heard=again):
            await until(lambda: [row[2] for row in again.rows if row[2] != 7.0] == [6.0] and len(again.rows) == 3)
            again.keep()
            await until(lambda: tool.order("standing")["open"] == tool.order("standing")["kept"] == 0)
            tool.write(tool.number, 8.0, time_ns=None)
            await until(lambda: again.rows[-1][2] == 8.0)
            return list(zip([row[2] for row in again.rows], again.past, strict=True))

    assert asyncio.run(listen()) == [(7.0, False), (6.0, True), (7.0, True), (8.0, False)]


def test_events_that_come_in_one_go_are_delivered_together_and_acknowledged_each(tool):
    async def listen():
        heard = Kept()
        async with subscribed(tool, tool.number, tool.flag, tool.text, heard=heard):
            heard.waiting.clear()
            for value in range(20):  # the loop waits for none of them
                tool.write(tool.number, float(value), time_ns=None)
                tool.write(tool.text, f"LOT-{value}", time_ns=None)
            await until(lambda: heard.of(0)[-1][1] == 19.0 and heard.of(2)[-1][3] == "LOT-19")
            assert tool.order("standing")["open"] == 40
            assert len(heard.waiting) < 40
            heard.keep()
            await until(lambda: tool.order("standing")["open"] == 0)
            assert [row[1] for row in heard.of(0)][-20:] == list(range(20))

    asyncio.run(listen())


def test_an_event_can_be_acknowledged_when_it_is_received(tool):
    async def listen():
        heard = Kept()
        async with subscribed(tool, tool.number, heard=heard, acknowledge="received"):
            tool.write(tool.number, 5.0, time_ns=None)
            await until(lambda: heard.of(0)[-1][1] == 5.0 and tool.order("standing")["open"] == 0)
            assert heard.waiting == []

    asyncio.run(listen())


def test_nothing_is_missed_while_a_connection_is_made_anew(tool):
    async def listen():
        found = set()
        for rows in (20, 60, 120):
            async with subscribed(tool, tool.number) as (_, heard, _rejected):
                if rows == 20:
                    tool.ramp(10)
                await until(lambda heard=heard, rows=rows: max(row[1] for row in heard.of(0)) > rows)
                await asyncio.sleep(0.1)
                found |= {row[1] for row in heard.of(0)}
        tool.ramp(0)
        return sorted(found - {0.0})

    tool.write(tool.number, 0.0, time_ns=None)
    found = asyncio.run(listen())
    assert found == list(range(1, len(found) + 1))


def test_what_was_kept_can_be_thrown_away_or_left(tool):
    async def listen(spool):
        async with subscribed(tool, tool.number):
            pass
        await asyncio.sleep(0.05)
        tool.write(tool.number, 1.0, time_ns=None)
        assert tool.order("standing")["kept"] >= 1
        async with subscribed(tool, tool.number, spool=spool) as (_, heard, _rejected):
            await asyncio.sleep(0.1)
            return len(heard.rows), tool.order("standing")["kept"]

    assert asyncio.run(listen("leave")) == (1, 1)
    assert asyncio.run(listen("purge")) == (1, 0)


def test_a_message_kept_since_an_earlier_plan_is_read_by_what_it_was_then(tool, tmp_path):
    async def listen():
        async with subscribed(tool, tool.number, folder=tmp_path):
            pass
        await asyncio.sleep(0.05)
        tool.write(tool.number, 3.5, time_ns=None)  # with the report of the plan before
        async with subscribed(tool, "ce/300", tool.number, folder=tmp_path) as (_, heard, _rejected):
            await until(lambda: len(heard.of(1)) == 2)
            assert heard.of(1)[-1][1] == 3.5
            assert [row[1] for row in heard.of(0)] == [1.0]

    asyncio.run(listen())


def test_reports_of_others_stay_unless_bobae_may_have_all(tool):
    async def listen(**settings):
        async with subscribed(tool, tool.flag, **settings):
            return tool.order("standing")

    assert len(asyncio.run(listen())["reports"]) == 1
    tool.order("define_foreign", 302, [103])
    both = asyncio.run(listen())
    assert sorted(map(len, both["reports"].values())) == [1, 2]
    assert both["enabled"] == [301, 302]
    alone = asyncio.run(listen(reports="own"))
    assert list(alone["reports"].values()) == [[1001, 102]]
    assert alone["enabled"] == [301]


def test_an_event_that_another_has_linked_is_rejected_by_name_and_the_rest_runs(tool):
    tool.order("define_foreign", 302, [103])

    async def listen():
        async with subscribed(tool, tool.text, tool.flag) as (_, heard, rejected):
            await until(lambda: bool(heard.of(1)))
            assert [one.wish.address for one in rejected] == [tool.text]
            assert "S2F35" in str(rejected[0].why)

    asyncio.run(listen())


def test_reports_that_exist_are_read_as_the_plant_file_says(tool):
    number = tool.order("define_foreign", 302, [103, 104])

    async def listen():
        settings = {"reports": "existing", "known_reports": {number: [103, 104]}}
        async with subscribed(tool, tool.text, "sv/104@ce/302", "sv/102@ce/302", **settings) as (_, heard, rejected):
            tool.write(tool.text, "LOT-2", time_ns=None)
            await until(lambda: bool(heard.of(1)) and heard.of(0)[-1][3] == "LOT-2")
            assert [one.wish.address for one in rejected] == ["sv/102@ce/302"]
            assert heard.of(1)[-1][1] == 1.5
        assert list(tool.order("standing")["reports"].values()) == [[103, 104]]

    asyncio.run(listen())


def test_a_trace_comes_evenly(tool):
    async def listen():
        async with subscribed(tool, "trace/104", "trace/102", trace_s=0.05, trace_group=4) as (_, heard, rejected):
            assert rejected == []
            await until(lambda: len(heard.of(0)) >= 12)
            times = [row[0] for row in heard.of(0)]
            assert times[3] - times[0] == 3 * S // 20
            assert sorted(times) == times
            assert [row[1] for row in heard.of(0)[:2]] == [1.5, 1.5]

    asyncio.run(listen())


def test_alarms_come_as_they_stand_and_as_they_change(tool):
    tool.order("ring", 13, True)

    async def listen():
        async with subscribed(tool, "alarm/12", "alarm/12/text", "alarm/13", "alarm/99") as (_, heard, rejected):
            assert [one.wish.address for one in rejected] == ["alarm/99"]
            await until(lambda: bool(heard.of(2)))
            assert (heard.of(0)[0][1], heard.of(1)[0][3], heard.of(2)[0][1]) == (0.0, "", 1.0)
            tool.order("ring", 12, True)
            await until(lambda: heard.of(0)[-1][1] == 1.0)
            assert heard.of(1)[-1][3] == "Door open"
            tool.order("ring", 12, False)
            await until(lambda: heard.of(0)[-1][1] == 0.0)

    asyncio.run(listen())


def test_offline_is_a_gap_though_the_line_is_up_and_online_is_set_up_anew(tool):
    async def listen():
        async with subscribed(tool, tool.number, "state", "sv/104") as (source, heard, _rejected):
            await until(lambda: bool(heard.of(2)))
            assert heard.of(1)[-1][3] == "online"
            tool.order("online", False)
            await until(lambda: heard.of(1)[-1][3] == "offline")
            assert [heard.of(i)[-1][2] for i in (0, 2)] == [Gap.NO_COMMUNICATION] * 2
            watching = asyncio.create_task(source.watch())
            await asyncio.sleep(0.3)
            assert not watching.done()
            await asyncio.to_thread(tool.order, "online", True)  # it asks whether we are there
            with pytest.raises(Unreachable, match="online again"):
                await asyncio.wait_for(watching, 10)

    asyncio.run(listen())


def test_equipment_that_stays_offline_is_connected_to_and_told(tool):
    tool.order("let_online", False)

    async def listen():
        async with subscribed(tool, tool.number, "state") as (_, heard, rejected):
            assert (rejected, [row[2] for row in heard.of(0)]) == ([], [Gap.NO_COMMUNICATION])
            assert heard.of(1)[-1][3] == "offline"

    asyncio.run(listen())


def test_the_control_state_is_read_from_its_variable(tool):
    async def listen():
        async with subscribed(tool, "state", control_state=1002) as (_, heard, _rejected):
            await until(lambda: bool(heard.rows))
            return heard.of(0)[0][3]

    assert asyncio.run(listen()) == "remote"


def test_constants_and_polled_variables_come_when_they_change(tool):
    async def listen():
        async with subscribed(tool, "sv/104", "ec/2", deadband=0.5) as (_, heard, _rejected):
            await until(lambda: bool(heard.of(0)) and bool(heard.of(1)))
            tool.write("sv/104", 1.9, time_ns=None)
            await asyncio.sleep(0.2)
            tool.write("sv/104", 3.0, time_ns=None)
            await until(lambda: len(heard.of(0)) > 1)
            return [row[1] for row in heard.of(0)]

    assert asyncio.run(listen()) == [1.5, 3.0]


def test_it_is_asked_no_more_than_it_was_agreed(tool):
    async def listen():
        async with subscribed(tool, "sv/104", tool.number, poll_s=0.1):
            connections, before = tool.counts()
            await asyncio.sleep(1.0)
            after, requests = tool.counts()
            assert after == connections
            return requests - before

    assert 5 <= asyncio.run(listen()) <= 10 + 5 + 2  # ten polls, five looks at the state


def test_equipment_that_comes_back_as_another_rejects_what_it_does_not_have(tool):
    tool.replace()

    async def listen():
        async with subscribed(tool, tool.number, tool.flag) as (_, heard, rejected):
            await until(lambda: bool(heard.of(1)))
            assert [(one.wish.address, one.status) for one in rejected] == [(tool.number, Gap.NO_SUCH_NODE)]

    try:
        asyncio.run(listen())
    finally:
        tool.restore()


def test_a_connection_is_not_tried_again_before_t5(tool):
    async def twice():
        begin = time.monotonic()
        for _ in range(2):
            source = tool.connector(t5_s=0.5)
            await source.open()
            await source.close()
        return time.monotonic() - begin

    assert asyncio.run(twice()) >= 0.5


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({}, BadInput, "host"),
        ({"host": "a", "hots": 1}, UnknownName, "host"),
        ({"host": "a", "port": 0}, BadInput, "port"),
        ({"host": "a", "reports": "all"}, BadInput, "add, own, existing"),
        ({"host": "a", "reports": "existing"}, BadInput, "known_reports"),
        ({"host": "a", "known_reports": {1: [2]}}, BadInput, "existing"),
        ({"host": "a", "reports": "existing", "known_reports": [1]}, BadInput, "list of variables"),
        ({"host": "a", "timezone": "Asia/Soul"}, BadInput, "Asia/Seoul"),
        ({"host": "a", "t3_s": 0}, BadInput, "t3_s"),
    ],
)
def test_settings_that_cannot_be_are_told(settings, error, said):
    with pytest.raises(error, match=said):
        connector(settings)


def test_addresses_that_are_none_are_rejected_with_the_forms_that_there_are(tool):
    async def listen():
        async with subscribed(tool, "101", "sv/101@300", tool.number) as (_, _heard, rejected):
            assert [one.wish.address for one in rejected] == ["101", "sv/101@300"]
            assert "dv/2001@ce/300" in str(rejected[0].why)

    asyncio.run(listen())
