"""Writing to a real OPC UA server: allowed by plant.yaml, ordered by two, collected again as any other value."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bobae.app import plant_file
from bobae.app.at_work import PlantAtWork, at_work
from bobae.app.orders_told import tell_orders
from bobae.app.plant_file import PlantMistakes
from bobae.registry.catalogue import Person
from bobae.testing.opcua_process import Node, OpcUaProcess

ASSET, TAG = "line1/oven", "line1/oven.setpoint"
SETPOINT = Node("oven.setpoint", 120.0, "Float", writable=True)
PATIENCE_S = 60.0
PLANT = """plant: busan
assets:
  line1/oven:
    tags:
      setpoint:
        unit: Cel
        range: [0, 300]
        source: plc
        address: "ns=2;s=oven.setpoint"
        write: {write}
sources:
  plc: {{ connector: {connector}, url: "{url}" }}
"""
GOOD = "{ range: [100, 140], step: 5, per_hour: 4, approvals: 2, dead_man: 10min, safe: 120 }"


def parsed(write: str, connector: str = "opcua") -> plant_file.PlantFile:
    written = PLANT.format(write=write, connector=connector, url="opc.tcp://127.0.0.1:4840")
    return plant_file.parse(written, Path("plant.yaml"))


def test_the_limits_of_a_tag_stand_in_the_plant_file() -> None:
    ((_, tag),) = parsed(GOOD).plant.tags()
    assert tag.write is not None
    assert (tag.write.range, tag.write.step, tag.write.safe, tag.write.approvals) == ((100.0, 140.0), 5.0, 120.0, 2)
    ((_, mode),) = parsed("{ allowed: [auto, manual, true, 3] }").plant.tags()
    assert mode.write is not None
    assert mode.write.allowed == ("auto", "manual", True, 3.0)


@pytest.mark.parametrize(
    ("write", "said"),
    [
        ("{ range: [100, 140] }", "`step` is missing"),
        ("{ range: [140, 100], step: 5 }", "is empty"),
        ("{ range: [100, 400], step: 5 }", "goes beyond what the tag can show, [0.0, 300.0]"),
        ("{ range: [100, 140], step: 50 }", "wider than the range"),
        ("{ range: [100, 140], step: 0 }", "write a number above zero"),
        ("{ range: [100, 140], step: true }", "write a number"),
        ("{ range: [100, 140], step: .inf }", "write a number"),
        ("{ range: [100, hot], step: 5 }", "the range must be two numbers"),
        ("{ range: [100, 140], step: 5, approvals: 1 }", "write 2 or more"),
        ("{ range: [100, 140], step: 5, per_hour: 0 }", "write 1 or more"),
        ("{ range: [100, 140], step: 5, per_hour: often }", "write a whole number"),
        ("{ range: [100, 140], step: 5, dead_man: soon }", "the time 'soon' is not understood"),
        ("{ range: [100, 140], step: 5, safe: 120 }", "say `dead_man` too"),
        ("{ range: [100, 140], step: 5, dead_man: 1h, safe: 99 }", "the safe value 99.0 is not in the range"),
        ("{ range: [100, 140], step: 5, dead_man: 1h, safe: [1] }", "write a number, a word, true or false"),
        ("{ allowed: [auto], dead_man: 1h, safe: off }", "the safe value 'off' is not among"),
        ("{ allowed: [auto], range: [100, 140], step: 5 }", "say what may be written"),
        ("{ dead_man: 1h }", "say what may be written"),
        ("{ range: [100, 140], steps: 5 }", "no setting is called 'steps' here; nearest: step"),
        ("yes", "write lines `name: value` below it"),
    ],
)
def test_every_mistake_in_them_is_told_with_its_row(write: str, said: str) -> None:
    with pytest.raises(PlantMistakes) as wrong:
        parsed(write)
    assert said in str(wrong.value)
    assert {mistake.row for mistake in wrong.value.mistakes} == {10}


def test_a_tag_that_nothing_can_be_written_to_is_told() -> None:
    written = PLANT.format(write=GOOD, connector="opcua", url="opc.tcp://127.0.0.1:4840")
    for row in ("        source: plc\n", '        address: "ns=2;s=oven.setpoint"\n'):
        with pytest.raises(PlantMistakes, match="needs a `source` and an `address`"):
            plant_file.parse(written.replace(row, ""), Path("plant.yaml"))
    with pytest.raises(PlantMistakes, match="the connector files only reads"):
        parsed(GOOD, connector="files")


class Bobae:
    """One run of bobae on the oven."""

    def __init__(self, work: PlantAtWork) -> None:
        self.work, self.told = work, list[str]()

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not ready():
                await asyncio.sleep(0.05)

    def ordered(self, value: float) -> int:
        kim, lee = Person("kim", "-", 1), Person("lee", "-", 1)
        with self.work.writing.book.changing() as book:
            book.people.keep(kim)
            book.people.keep(lee)
        number = self.work.writing.desk.ask(TAG, value, because="a test", by=kim).id
        self.work.writing.desk.approve(number, by=lee)
        return number

    def is_now(self, number: int, state: str) -> bool:
        return str(self.work.writing.desk.order(number).state) == state

    def shows(self) -> float:
        last = self.work.store.last([TAG]).value
        return float(last[0]) if len(last) else float("nan")


@contextlib.asynccontextmanager
async def running(folder: Path, file: plant_file.PlantFile) -> AsyncIterator[Bobae]:
    async with at_work(folder, file.plant) as work:
        bobae = Bobae(work)
        jobs = [
            asyncio.create_task(work.collect()),
            asyncio.create_task(work.carry_out_orders()),
            asyncio.create_task(tell_orders(work.writing.book, lambda what, level: bobae.told.append(str(what)))),
        ]
        try:
            yield bobae
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)


def test_an_order_reaches_a_real_server_and_its_dead_man_outlives_a_restart(tmp_path: Path) -> None:
    async def first(file: plant_file.PlantFile) -> int:
        async with running(tmp_path, file) as bobae:
            number = bobae.ordered(123)
            await bobae.until(lambda: bobae.is_now(number, "held"))
            await bobae.until(lambda: bobae.shows() == 123.0)  # collected as any other value
            await bobae.until(lambda: any("shows 123 Cel; 120 Cel follows" in said for said in bobae.told))
            return number

    async def second(file: plant_file.PlantFile, number: int) -> float:
        async with running(tmp_path, file) as bobae:
            await bobae.until(lambda: bobae.is_now(number, "reverted"))
            await bobae.until(lambda: bobae.shows() == 120.0)
            with bobae.work.writing.book.looking() as book:
                return book.orders.get(number).shown

    with OpcUaProcess([SETPOINT]) as server:
        write = GOOD.replace("10min", "2s")
        file = plant_file.parse(PLANT.format(write=write, connector="opcua", url=server.url), Path("plant.yaml"))
        number = asyncio.run(first(file))
        assert asyncio.run(second(file, number)) == 120.0
