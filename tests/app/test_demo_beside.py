"""The demo's other machines: those that start are collected, those that do not are told and left out."""

import asyncio
import importlib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from bobae.app import discovery, plant_file
from bobae.app.demo_beside import MACHINES, machines, with_parts
from bobae.core import Plant, Text
from bobae.twins.press import write_live_plant

PART = """
from bobae.core import Plant

def live_part(*, port, language):
    tags = {{"speed": {{"unit": "Hz", "range": [0, 9], "source": "{name}", "address": "ns=2;s=speed"}}, "state": {{
        "source": "{name}", "address": "ns=2;s=state"}}}}
    url = f"opc.tcp://127.0.0.1:{{port}}"
    sources = {{"{name}": {{"connector": "{connector}", "url": url}}}}
    return Plant.model_validate(
        {{"plant": "x", "assets": {{"hall/{name}": {{"class": "{name}", "tags": tags}}}}, "sources": sources}}
    )
"""
ANSWERS = "import signal, sys\nprint(' '.join(sys.argv), flush=True)\nsignal.pause()\n"


@pytest.fixture
def twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three twins: one answers, one ends at once, one needs a connector that nobody has."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = dict(discovery._found("twins"))
    for name, live, connector in (("well", ANSWERS, "opcua"), ("ill", "", "opcua"), ("odd", ANSWERS, "telepathy")):
        folder = tmp_path / f"twin_{name}"
        folder.mkdir()
        (folder / "__init__.py").write_text(PART.format(name=name, connector=connector), "utf-8")
        (folder / "live.py").write_text(live, "utf-8")
        found[name] = EntryPoint(name, f"twin_{name}", "bobae.twins")
    importlib.invalidate_caches()
    real = discovery._found
    monkeypatch.setattr(discovery, "_found", lambda group: found if group == "twins" else real(group))
    return ["well", "ill", "odd", "nowhere"]


def test_a_machine_that_does_not_start_is_told_and_the_others_stand_in_the_plant_file(
    twins: list[str], tmp_path: Path
) -> None:
    told: list[str] = []

    def tell(what: Text, level: str = "plain") -> None:
        told.append(f"{level}: {what}")

    async def parts() -> list[Plant]:
        async with machines("en", tell, twins) as started:
            return await started.answering(tell)

    found = asyncio.run(parts())
    assert [list(part.sources) for part in found] == [["well"]]
    assert told[-1] == "warning: the machine ill did not start; the demo goes on without it"
    assert "plain: hall/well: 2 tags over OPC UA" in told
    assert [row.split(":")[1] for row in told[:2]] == [
        " the machine odd is left out",
        " the machine nowhere is left out",
    ]
    write_live_plant(tmp_path / "plant.yaml", url="opc.tcp://127.0.0.1:4840/press", language="en")
    with_parts(plant_file.read(tmp_path), found).save()
    plant = plant_file.read(tmp_path).plant
    assert list(plant.assets) == ["press_shop/line1/press1", "hall/well"]
    assert plant.assets["hall/well"] == found[0].assets["hall/well"]
    assert plant.sources["well"] == found[0].sources["well"]


@pytest.mark.parametrize("name", [name for name in MACHINES if name in discovery.names("twins")])
def test_a_machine_of_the_demo_starts_and_ends_with_it(name: str) -> None:
    async def part() -> Plant:
        async with machines("ko", lambda *_: None, [name]) as started:
            (found,) = await started.answering(lambda *_: None)
            return found

    assert asyncio.run(part()).tags()
