import csv
import hashlib
from datetime import datetime

import numpy as np
import pytest

from bobae.core import BadInput
from bobae.twins.press import TAGS, write_history


@pytest.fixture(scope="module")
def korean(tmp_path_factory):
    return write_history(tmp_path_factory.mktemp("ko"), days=14, step_s=60, seed=3, language="ko")


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    return write_history(tmp_path_factory.mktemp("en"), days=14, step_s=60, seed=3, language="en")


def rows_of(path, encoding):
    return list(csv.reader(path.read_text(encoding=encoding).splitlines()))


def test_korean_files_are_cp949_with_units_in_the_headers(korean):
    header = rows_of(korean.history / "press1_week1.csv", "cp949")[0]
    assert header[:2] == ["일시", "주압력[bar]"]
    assert "작동유온도[℃]" in header
    assert header[-3:] == ["제품", "운전상태", "고장"]


def test_both_languages_hold_the_same_numbers(korean, english):
    ko = rows_of(korean.history / "press1_week2.csv", "cp949")
    en = rows_of(english.history / "press1_week2.csv", "utf-8")
    assert [r[: len(TAGS) + 1] for r in ko[1:]] == [r[: len(TAGS) + 1] for r in en[1:]]
    assert en[0][0] == "time"


def test_the_same_seed_writes_the_same_bytes(english, tmp_path):
    again = write_history(tmp_path, days=14, step_s=60, seed=3, language="en")
    for name in ("history/press1_week1.csv", "new_day.csv", "maintenance_log.csv", "plant.yaml"):
        first, second = (folder / name for folder in (english.plant.parent, again.plant.parent))
        assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest(), name


def test_the_log_has_a_clock_set_back_a_gap_and_a_row_written_twice(english):
    rows = [r for week in (1, 2) for r in rows_of(english.history / f"press1_week{week}.csv", "utf-8")[1:]]
    times = np.array([datetime.fromisoformat(r[0]).timestamp() for r in rows])
    steps = np.diff(times)
    assert ((steps > 10) & (steps < 30)).sum() == 1  # 43 s gained in five days were taken back at once
    assert (steps == 36 * 60).sum() == 1
    assert (steps == 0).sum() == 1
    again = int(np.flatnonzero(steps == 0)[0])
    assert rows[again] == rows[again + 1]


def test_a_ten_second_log_goes_back_in_time_when_its_clock_is_set(tmp_path):
    written = write_history(tmp_path, days=7, step_s=10, seed=1, language="en")
    rows = rows_of(written.history / "press1_week1.csv", "utf-8")[1:]
    times = np.array([datetime.fromisoformat(r[0]).timestamp() for r in rows])
    assert (np.diff(times) < 0).sum() == 1


def test_the_mark_in_the_files_is_the_maintenance_log(english):
    log = rows_of(english.log, "utf-8")[1:]
    faults = [(r[0], r[1]) for r in log if r[2] != "planned maintenance"]
    rows = rows_of(english.history / "press1_week2.csv", "utf-8")[1:]
    for row in rows:
        inside = any(start <= row[0] < end for start, end in faults)
        assert inside == (row[-1] == "1"), row[0]
    assert len(faults) == 10


def test_the_maintenance_log_speaks_the_language_of_the_files(korean):
    log = korean.log.read_bytes().decode("cp949")
    assert log.startswith("시작,종료,구분,내용")
    assert "베어링 마모" in log


def test_plant_yaml_names_every_column_of_the_files(korean):
    plant = korean.plant.read_text(encoding="utf-8")
    header = rows_of(korean.new_day, "cp949")[0]
    for tag, column in zip(TAGS, header[1:], strict=False):
        assert f"{tag.name}:" in plant
        assert f"address: '{column}'" in plant


def test_a_language_it_does_not_write_is_refused(tmp_path):
    with pytest.raises(BadInput, match="ko or en"):
        write_history(tmp_path, days=1, language="fr")
