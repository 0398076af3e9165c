import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from bobae.cli import main

PLANT = """\
plant: shop
currency: EUR
production:
  machines:
    saw: {buffer: 10, cost_per_hour: 20, failures: [{apart: exponential(3 h), lasts: exponential(15 min)}]}
    lathe: {count: 2, buffer: 6, cost_per_hour: 35}
    check: {buffer: 4, cost_per_hour: 15}
  routes:
    shaft:
      - {machines: saw, time: 4 min +- 10 %}
      - {machines: lathe, time: 9 min +- 10 %, scrap: 0.01}
      - {machines: check, time: 2 min}
  products: {shaft: {price: 30, material: 8}}
  releases: [{product: shaft, every: 6 min, due: 3 h}]
  orders: [{product: shaft, due: 1 h}, {product: shaft, due: 5 min, step: 3}]
"""


@pytest.fixture
def plant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "plant.yaml").write_text(PLANT, "utf-8")
    return folder


def bobae(capsys, *words, code=0):
    with pytest.raises(SystemExit) as left:
        main(["twin", *map(str, words)])
    told = capsys.readouterr()
    assert left.value.code == code, told.err
    return json.loads(told.out) if "--json" in words else told.out + told.err


def test_a_plant_is_run_and_told_in_figures_and_on_a_page(plant, capsys):
    found = bobae(capsys, "run", plant, "--days", 5, "--runs", 3, "--json")
    figures = {(row["figure"], row["of"]): row for row in found["figures"]}
    made = figures[("throughput", "shaft")]
    assert made["low"] < made["value"] < made["high"]
    assert made["value"] == pytest.approx(240 * 0.99, rel=0.02)
    assert made["unit"] == "{lot}/d"
    assert found["runs"] == 3
    page = Path(found["report"]).read_text("utf-8")
    assert "lots are finished a day" in page
    assert "<svg" in page


def test_all_that_happened_in_the_first_run_is_written_down(plant, capsys):
    found = bobae(capsys, "run", plant, "--days", 2, "--runs", 2, "--events", "events.parquet", "--json")
    table = pq.read_table(found["events"])
    left = table.filter(pc.equal(table["event"], "left")).num_rows
    assert left == pytest.approx(2 * 240, rel=0.05)


def test_the_page_and_the_tables_are_in_korean_too(plant, capsys):
    told = bobae(capsys, "run", plant, "--days", 3, "--runs", 2, "--lang", "ko")
    assert "하루 완료 로트" in told
    assert "기계가 시간을 쓰는 모습" in Path("bobae-reports/shop-twin.html").read_text("utf-8")


def test_what_a_decision_changes_is_told_with_how_sure_that_is(plant, capsys):
    change = ("--change", "machines.lathe.count=3")
    found = bobae(capsys, "whatif", plant, *change, "--days", 5, "--runs", 4, "--json")
    assert found["changes"] == [{"place": "machines.lathe.count", "before": 2, "after": 3}]
    rows = {(row["figure"], row["of"]): row["difference"] for row in found["figures"]}
    assert rows[("machine_cost", "")]["value"] == pytest.approx(24 * 35)
    assert rows[("cycle_time", "shaft")]["high"] < 0
    told = bobae(capsys, "whatif", plant, *change, "--days", 5, "--runs", 4)
    assert "none that" in told  # can be told: what is made a day


def test_the_bottleneck_is_named(plant, capsys):
    found = bobae(capsys, "bottleneck", plant, "--days", 5, "--runs", 4, "--json")
    assert found["bottleneck"] in ("lathe", "saw")
    assert {row["machines"] for row in found["machines"]} == {"saw", "lathe", "check"}
    assert "holds the plant back" in bobae(capsys, "bottleneck", plant, "--days", 5, "--runs", 4)


def test_better_values_are_searched_for_and_proved(plant, capsys):
    vary = ("--vary", "machines.lathe.count=2..3", "--vary", "machines.check.rule=fifo|spt")
    found = bobae(capsys, "optimise", plant, *vary, "--aim", "cycle_time", "--days", 3, "--runs", 2, "--json")
    assert found["values"]["machines.lathe.count"] == 3
    assert found["is_real"] is True
    assert found["tries"] == 4


def test_a_rule_is_learned_and_the_plant_that_has_it_runs(plant, capsys, tmp_path):
    wanted = ("--at", "saw", "--days", 3, "--runs", 2, "--tries", 14, "--out", tmp_path / "learned.yaml", "--json")
    found = bobae(capsys, "learn", plant, *wanted, "--aim", "cycle_time")
    again = bobae(capsys, "run", found["file"], "--days", 3, "--runs", 2, "--json")
    assert len(found["values"]["machines.saw.weights"]) == 30
    assert again["runs"] == 2


def test_orders_are_promised(plant, capsys):
    found = bobae(capsys, "forecast", plant, "--days", 2, "--runs", 20, "--json")
    near = next(row for row in found["orders"] if row["due_days"] < 0.01)
    assert near["on_time"] == 1.0
    assert "in time" in bobae(capsys, "forecast", plant, "--days", 2, "--runs", 20)


def test_what_cannot_work_is_told_before_it_runs(plant, capsys):
    sound = bobae(capsys, "check", plant, "--json")
    assert sound["doubts"] == []
    assert sound["load"]["lathe"] == pytest.approx(9 / 2 / 6, rel=0.01)
    flood = ("--change", "releases[0].every=3 min")
    assert bobae(capsys, "check", plant, *flood, "--json", code=1)["doubts"][0]["impossible"] is True
    assert "its queue grows for ever" in bobae(capsys, "run", plant, *flood, code=2)


def test_a_workbooks_sheets_as_csv_files_are_a_plant(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "공장"
    folder.mkdir()
    (folder / "기계.csv").write_text("기계,대수,고장간격 (시간),수리시간 (분)\n톱,1,40,30\n선반,2,,\n", "cp949")
    (folder / "공정.csv").write_text(
        "제품,공정,기계,가공시간 (분),불량률 (%)\n축,절단,톱,4,\n축,선삭,선반,9,1\n", "cp949"
    )
    (folder / "투입.csv").write_text("제품,간격 (분)\n축,6\n", "cp949")
    found = bobae(capsys, "run", folder, "--days", 5, "--runs", 2, "--json")
    figures = {(row["figure"], row["of"]): row["value"] for row in found["figures"]}
    assert figures[("throughput", "축")] == pytest.approx(240 * 0.99, rel=0.02)


def test_a_mistake_in_the_plant_file_is_told_with_its_row(plant, capsys):
    file = plant / "plant.yaml"
    file.write_text(PLANT.replace("scrap: 0.01", "scarp: 0.01").replace("buffer: 4", "bufer: 4"), "utf-8")
    told = bobae(capsys, "run", plant, code=2)
    assert "plant.yaml:7:" in told
    assert "nearest: buffer" in told
    assert "plant.yaml:11:" in told
    assert "nearest: scrap" in told


def test_a_name_that_stands_for_nothing_is_told_with_the_nearest(plant, capsys):
    (plant / "plant.yaml").write_text(PLANT.replace("machines: lathe, time", "machines: lahte, time"), "utf-8")
    assert "no 'lahte' in `machines`; nearest: lathe" in bobae(capsys, "run", plant, code=2)


def test_a_plant_without_production_says_what_to_write(plant, capsys):
    (plant / "plant.yaml").write_text("plant: shop\n", "utf-8")
    assert "has no section `production`" in bobae(capsys, "run", plant, code=2)


def test_a_change_of_what_is_not_there_is_told(plant, capsys):
    told = bobae(capsys, "whatif", plant, "--change", "machines.lath.count=3", code=2)
    assert "there is no 'lath'; nearest: lathe" in told


def test_the_engine_can_be_made_ready(capsys):
    assert bobae(capsys, "warm", "--json") == {"ready": True}


def test_a_change_to_what_cannot_stand_there_is_told(plant, capsys):
    told = bobae(capsys, "whatif", plant, "--change", "machines.lathe.count=many", code=2)
    assert "'many' cannot stand at machines.lathe.count" in told
