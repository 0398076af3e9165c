"""Files loaded into a plant come back as they were read: the same rows, the same findings, the same verdict."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bobae.app import Wanted, assess_tables, init, load, read_with_roles, settings_for, train
from bobae.app.plant_store import historian_folder
from bobae.core import BadInput, Dataset, Kind, Role, Samples, TagRow
from bobae.historian import open_store
from bobae.train.assess import assess as assess_dataset
from bobae.twins.press import write_history

START = np.datetime64("2024-03-01T00:00:00")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "plant"
    init(folder, settings_for(None, language="en"))
    return folder


def write(path: Path, rows: range = range(400), *, header: str = "when,oil [°C],note,running,shift") -> Path:
    """A machine's log: a column with gaps, one without any value, a mark, a word."""
    lines = [header]
    for i in rows:
        oil = "" if i % 17 == 3 else f"{40 + 5 * np.sin(i / 9):.2f}"
        lines.append(f"{START + 60 * i},{oil},,{'on' if i % 5 else 'off'},{'early' if i // 60 % 2 else 'late'}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def both(plant: Path, *files: Path, asset: str | None = None) -> tuple[Dataset, Dataset]:
    """The dataset of the files, and of the plant once they are loaded."""
    settings = settings_for(plant)
    load(plant, files, settings, asset=asset)
    return read_with_roles(files, settings), read_with_roles([plant], settings)


def codes(dataset: Dataset) -> list[tuple[str, int | None]]:
    return sorted((finding.code, finding.rows) for finding in dataset.findings)


def test_a_loaded_file_comes_back_as_it_was_read(plant: Path, tmp_path: Path) -> None:
    of_files, of_plant = both(plant, write(tmp_path / "press.csv"), asset="line1/press1")
    assert of_plant.columns == of_files.columns
    assert of_plant.sha256 == of_files.sha256
    assert codes(of_plant) == codes(of_files)
    assert (of_plant.origin, of_plant.as_of is None) == ("line1/press1", False)


def test_a_second_date_a_free_text_and_a_column_called_time_come_back_too(plant: Path, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    rows = [f"{START + i},{START + 3 * i},order no {i} of Kim,{i % 7},{i * 0.5}" for i in range(300)]
    file.write_text("\n".join(["timestamp,due date,remark,T1.PV,time", *rows]) + "\n", "utf-8")
    of_files, of_plant = both(plant, file, asset="press1")
    assert {c.name: c.kind for c in of_plant.columns}["due date"] is Kind.TIME
    assert of_plant.sha256 == of_files.sha256


def test_machines_that_a_column_names_come_back_under_its_name(plant: Path, tmp_path: Path) -> None:
    file = tmp_path / "pumps.csv"
    rows = [f"{START + i // 2},{1 + i % 2},{i % 11},{i % 3}" for i in range(600)]
    file.write_text("\n".join(["time,machine,flow,power", *rows]) + "\n", "utf-8")
    of_files, of_plant = both(plant, file, asset="hall/pumps")
    with open_store(historian_folder(plant)) as store:
        assert [row.path for row in store.tags()] == [
            f"hall/pumps/{n}.{name}" for n in (1, 2) for name in ("flow", "power")
        ]
    assert of_plant.names(Role.ASSET) == of_files.names(Role.ASSET) == ("machine",)
    order = np.lexsort((of_files.time_ns(), of_files.values("machine")))
    assert of_plant.sha256 == of_files.rows(order).sha256
    one = read_with_roles([plant], settings_for(plant), asset="hall/pumps/2")
    assert len(one) == 300
    assert one.names(Role.ASSET) == ()


def test_a_public_data_set_comes_back_as_it_was_read(plant: Path, shared_data: Callable[[str], Path]) -> None:
    of_files, of_plant = both(plant, shared_data("skab") / "other" / "1.csv")
    assert of_plant.sha256 == of_files.sha256


def last_of_each_time(dataset: Dataset) -> Dataset:
    """In time order, without the rows that a clock set back or a logger in doubt has doubled."""
    time_ns = dataset.time_ns()
    assert time_ns is not None
    order = np.argsort(time_ns, kind="stable")
    return dataset.rows(order[np.append(np.diff(time_ns[order]) != 0, True)])


@pytest.fixture(params=["en", "ko"])
def press(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[Path]]:
    """A plant that says nothing of its tags, and the press's files."""
    written = write_history(tmp_path / "made", step_s=120.0, language=request.param)
    init(tmp_path / "plant", settings_for(None, language=request.param, timezone="Asia/Seoul"))
    return tmp_path / "plant", sorted(written.history.iterdir())


def test_the_press_comes_back_but_for_the_rows_that_its_clock_doubles(press: tuple[Path, list[Path]]) -> None:
    plant, files = press
    of_files, of_plant = both(plant, *files, asset="press1")
    tidy = last_of_each_time(of_files)
    assert 0 < len(of_files) - len(tidy) < 10
    assert of_plant.sha256 == tidy.sha256
    told = {code: rows for code, rows in codes(of_plant) if (code, rows) not in codes(of_files)}
    assert told == {"rows_of_equal_time": len(of_files) - len(tidy)}


@pytest.mark.parametrize("press", ["en"], indirect=True)
def test_findings_and_verdict_of_a_plant_are_those_of_its_files(press: tuple[Path, list[Path]], tmp_path: Path) -> None:
    plant, files = press
    settings = settings_for(plant)
    load(plant, files, settings, asset="press1")
    of_files = assess_dataset(last_of_each_time(read_with_roles(files, settings)))
    (table,) = assess_tables([plant], settings)
    of_plant = table.assessment
    assert of_plant is not None
    new = [f for f in of_plant.as_json()["findings"] if f["code"] != "rows_of_equal_time"]
    assert new == of_files.as_json()["findings"]
    assert of_plant.as_json()["readiness"] == of_files.as_json()["readiness"]
    assert of_plant.as_json()["tasks"] == of_files.as_json()["tasks"]
    verdicts = [
        train(rows, settings, task="anomaly", out=tmp_path / "m.bobae", wanted=Wanted()).outcome.as_json(
            model="", model_sha256=""
        )
        for rows in (of_files.dataset, of_plant.dataset)
    ]
    for verdict in verdicts:
        del verdict["cpu_s"]
    assert verdicts[0] == verdicts[1]


def test_columns_are_called_as_the_plant_file_calls_the_tags_that_stand_in_them(tmp_path: Path) -> None:
    written = write_history(tmp_path / "made", step_s=120.0, language="ko")
    settings = settings_for(tmp_path / "made")
    loaded = load(tmp_path / "made", [written.history], settings)
    paths = [tag.path for tag in loaded.tags]
    assert "press_shop/line1/press1.oil_temperature" in paths
    assert "press_shop/line1/press1.고장" in paths
    assert read_with_roles([tmp_path / "made"], settings).column("oil_temperature").unit == "Cel"


def test_the_same_file_again_changes_nothing(plant: Path, tmp_path: Path) -> None:
    file, settings = write(tmp_path / "press.csv"), settings_for(plant)
    first = load(plant, [file], settings)
    before = sorted(historian_folder(plant).rglob("*.parquet"))
    again = load(plant, [file.rename(tmp_path / "renamed.csv")], settings)
    assert (first.before, again.before) == (False, True)
    assert again.load == first.load
    assert sorted(historian_folder(plant).rglob("*.parquet")) == before


def test_of_a_file_that_has_grown_only_what_is_new_is_kept(plant: Path, tmp_path: Path) -> None:
    settings = settings_for(plant)
    first = load(plant, [write(tmp_path / "press.csv", range(300))], settings)
    grown = load(plant, [write(tmp_path / "press.csv")], settings)
    later = load(plant, [write(tmp_path / "overlap.csv", range(350, 450))], settings)
    assert (first.samples, grown.samples, later.samples) == (900, 300, 150)
    whole = read_with_roles([write(tmp_path / "whole.csv", range(450))], settings)
    assert read_with_roles([plant], settings).sha256 == whole.sha256


def test_a_value_that_was_corrected_in_the_file_holds(plant: Path, tmp_path: Path) -> None:
    settings, file = settings_for(plant), write(tmp_path / "press.csv")
    load(plant, [file], settings)
    file.write_text(file.read_text("utf-8").replace(",early", ",night", 1).replace(",40.00,", ",,", 1), "utf-8")
    assert load(plant, [file], settings).samples == 2
    assert read_with_roles([plant], settings).sha256 == read_with_roles([file], settings).sha256


def test_local_times_mean_the_zone_that_is_said(plant: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "press.csv")
    loaded = load(plant, [file], settings_for(plant, timezone="Asia/Seoul"))
    assert loaded.first_ns == int((START - np.timedelta64(9, "h")).astype("datetime64[ns]").astype(np.int64))


def test_machines_with_different_tags_are_looked_at_one_by_one(plant: Path, tmp_path: Path) -> None:
    settings = settings_for(plant)
    load(plant, [write(tmp_path / "press.csv")], settings, asset="line1/press1")
    load(plant, [write(tmp_path / "oven.csv", header="when,heat,door,lit,crew")], settings, asset="line1/oven1")
    with pytest.raises(BadInput, match=r"--asset.*line1/oven1"):
        read_with_roles([plant], settings)
    assert {table.name for table in assess_tables([plant], settings)} == {"line1/press1", "line1/oven1"}
    assert "heat" in read_with_roles([plant], settings, asset="line1/oven1").table.column_names
    with pytest.raises(BadInput, match="line1/press9"):
        read_with_roles([plant], settings, asset="line1/press9")


def test_what_cannot_be_loaded_is_told_and_leaves_nothing(plant: Path, tmp_path: Path) -> None:
    settings, good = settings_for(plant), write(tmp_path / "press.csv")
    timeless = tmp_path / "parts.csv"
    timeless.write_text("size,weight\n" + "".join(f"{i % 7},{i % 5}\n" for i in range(50)), "utf-8")
    for folder, files, asset, said in (
        (tmp_path / "nowhere", [good], None, "bobae init"),
        (tmp_path, [good], None, "bobae init"),
        (plant, [tmp_path / "none.csv"], None, "none.csv"),
        (plant, [timeless], None, "--time-col.*size, weight"),
        (plant, [good], "line 1/press.1", "without spaces and dots"),
    ):
        with pytest.raises(BadInput, match=said):
            load(folder, files, settings, asset=asset)
    assert not historian_folder(plant).exists()


def test_a_column_that_changes_its_unit_or_from_numbers_to_words_is_refused(plant: Path, tmp_path: Path) -> None:
    settings = settings_for(plant)
    load(plant, [write(tmp_path / "press.csv")], settings)
    header = "when,oil [K],note,running,shift"
    with pytest.raises(BadInput, match=r"kept in Cel.* in K"):
        load(plant, [write(tmp_path / "kelvin.csv", header=header)], settings)
    with pytest.raises(BadInput, match=r"kept as words.*a yes/no mark"):
        load(plant, [write(tmp_path / "mixed.csv", header="when,oil,note,shift,running")], settings)
    assert read_with_roles([plant], settings).sha256 == read_with_roles([tmp_path / "press.csv"], settings).sha256


def test_what_was_collected_by_the_clock_of_each_sensor_is_read_on_a_grid(plant: Path) -> None:
    start = int(START.astype("datetime64[ns]").astype(np.int64))
    with open_store(historian_folder(plant), write=True) as store:
        oil, state = store.writer.tag_ids([TagRow(0, "press1.oil", unit="Cel"), TagRow(0, "press1.state", "text")])
        every_3_s, every_20_s = start + 3 * 10**9 * np.arange(400), start + 10**9 + 20 * 10**9 * np.arange(60)
        status = np.where(np.arange(400) < 390, 0, 0x80310000)
        store.writer.append(Samples.of([oil] * 400, every_3_s, np.arange(400), status=status))
        words = ["run" if i % 2 else "stop" for i in range(60)]
        store.writer.append(Samples.of([state] * 60, every_20_s, [np.nan] * 60, text=words)).durable.result()
    dataset = read_with_roles([plant], settings_for(plant))
    time_ns = dataset.time_ns()
    assert time_ns is not None
    assert set(np.diff(time_ns)) == {15 * 10**9}  # half way between 3 s and 20 s, rounded up
    assert dataset.values("oil")[:3].tolist() == [0.0, 5.0, 10.0]
    assert np.isnan(dataset.values("oil")[-1])  # the machine had gone silent
    assert dataset.values("state")[:4].tolist() == [None, "stop", "run", "stop"]
    assert dataset.column("oil").unit == "Cel"
    assert dataset.as_of is not None


def test_a_plant_that_collected_nothing_yet_says_how_to_begin(plant: Path) -> None:
    open_store(historian_folder(plant), write=True).close()
    with pytest.raises(BadInput, match="bobae load"):
        read_with_roles([plant], settings_for(plant))


def test_a_plant_without_a_historian_is_read_from_its_files(plant: Path) -> None:
    (plant / "data").mkdir()
    write(plant / "data" / "press.csv")
    dataset = read_with_roles([plant], settings_for(plant))
    assert len(dataset) == 400
    assert dataset.as_of is None
