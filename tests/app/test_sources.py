"""Which sources of a plant are collected, and what becomes of one that is wrong."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bobae.app import discovery, init, live_plant, settings_for
from bobae.app.live_sources import live_sources
from bobae.app.plugins import connectors_that
from bobae.app.sources import Collecting, collecting
from bobae.core import BadInput, Plant
from bobae.historian import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store", write=True) as opened:
        yield opened


def plant(sources: dict[str, dict[str, Any]], *, without_tags: str = "") -> Plant:
    """One tag of each source but one."""
    tags = {name: {"source": name, "address": "ns=2;s=oil"} for name in sources if name != without_tags}
    return Plant.model_validate({"plant": "busan", "sources": sources, "assets": {"press1": {"tags": tags}}})


def opcua(host: str, **more: Any) -> dict[str, Any]:
    return {"connector": "opcua", "url": f"opc.tcp://{host}"} | more


def of(made: Plant, store: Store, folder: Path) -> Collecting:
    return collecting(made, folder, writer=store.writer, reader=store, chance=random.Random(0))


def test_a_source_that_is_wrong_is_told_and_the_others_are_collected(store: Store, tmp_path: Path) -> None:
    sources = {"wrong": opcua("a", publishing_ms=-1), "right": opcua("b"), "idle": opcua("c"), "too": opcua("d")}
    found = of(plant(sources, without_tags="idle"), store, tmp_path)
    assert [collector.state.name for collector in found.collectors] == ["right", "too"]
    assert list(found.wrong) == ["wrong", "idle"]
    assert "publishing_ms of a source with the connector opcua is -1" in str(found.wrong["wrong"])
    assert "no tag under `assets` is read from the source idle" in str(found.wrong["idle"])


def test_where_nothing_can_be_collected_the_first_mistake_is_raised(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="publishing_ms"):
        of(plant({"wrong": opcua("a", publishing_ms=-1)}), store, tmp_path)


def test_two_sources_of_one_device_are_a_mistake_and_two_of_one_folder_are_none(store: Store, tmp_path: Path) -> None:
    folder = {"connector": "folder", "path": str(tmp_path)}
    found = of(plant({"a": opcua("h"), "b": opcua("h:4840"), "c": folder, "d": folder}), store, tmp_path)
    assert [collector.state.name for collector in found.collectors] == ["a", "c", "d"]
    assert "put their tags under one source" in str(found.wrong["b"])


def test_files_are_no_live_source(tmp_path: Path) -> None:
    made = plant({"files": {"connector": "files", "path": "data"}, "plc": opcua("h")})
    assert live_sources(made) == ["plc"]
    (tmp_path / "plant.yaml").write_text("plant: x\nsources: {files: {connector: files, path: data}}\n", "utf-8")
    assert live_plant([tmp_path], settings_for(tmp_path)) is None


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_new_plant_file_shows_a_source_of_every_kind_that_is_right_as_it_stands(
    language: str, tmp_path: Path
) -> None:
    written = init(tmp_path / "plant", replace(settings_for(None), language=language)).written
    rows = [row.strip("# ") for row in written.splitlines() if row.startswith("  # ") and "connector:" in row]
    shown = {name: source for row in rows for name, source in yaml.safe_load(row).items()}
    assert {source["connector"] for source in shown.values()} >= set(connectors_that("subscribe"))
    for source in shown.values():
        connector = source.pop("connector")
        assert discovery.load("connectors", connector).connector(source).endpoint
