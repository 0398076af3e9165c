import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Kind, Role, Verdict, speaking
from bobae.evidence.intervals import Figure
from bobae.train.report import report_html
from bobae.train.report.words import told, wishes


def plain(page: str) -> str:
    """What a person reads."""
    page = re.sub(r"<(style|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_verdict_stands_first_and_says_what_to_do(outcome, dataset):
    read = plain(report_html(outcome, dataset))
    verdict, to_do, picture = (
        read.index(said) for said in ("worth having on this machine", "What to do now", "How unusual the machine was")
    )
    assert verdict < to_do < picture


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_own_advice(outcome, dataset, verdict):
    pages = {v: plain(report_html(replace(outcome, verdict=v), dataset)) for v in (verdict, Verdict.USEFUL)}
    assert (pages[verdict] == pages[Verdict.USEFUL]) == (verdict is Verdict.USEFUL)


def test_each_alarm_of_the_proof_is_shown_with_its_sensors(outcome, dataset):
    page = report_html(outcome, dataset)
    assert re.findall(r'id="alarm-(\d)"', page) == ["2", "3", "4", "5"]
    assert page.count("known fault found</span>") == 2
    assert "since 2026-03-03 16:20, for 1 h 31 min" in page
    assert "1 h after the fault began" in page
    assert "usually" in page


def test_an_alarm_like_an_earlier_one_points_to_it(outcome, dataset):
    page = report_html(outcome, dataset)
    assert re.search(r"Looks like earlier alarms:\s*1\b", plain(page))  # the first one is not shown, so no link
    assert '<a href="#alarm-3">3</a>' in page


def test_a_missed_fault_is_told_as_missed(outcome, dataset):
    read = plain(report_html(outcome, dataset))
    assert re.search(r"valve sticks .*? missed", read)
    assert "2 of 3 known faults found" in read


def test_the_always_alarm_rule_stands_beside_the_model(outcome, dataset):
    read = plain(report_html(outcome, dataset))
    assert read.index("this model") < read.index("a fixed limit for each sensor") < read.index("always in alarm")


def test_a_report_without_known_faults_asks_for_them(without_faults, dataset):
    read = plain(report_html(without_faults, dataset))
    assert not re.search(r"\bnan\b", read)
    assert "A maintenance log" in read
    assert "nobody marked what it was" in read


def test_a_report_without_any_alarm_says_so(outcome, dataset):
    assert "There was no alarm" in report_html(replace(outcome, episodes=()), dataset)


def test_data_without_dates_are_told_in_rows(outcome, dataset, undated):
    read = plain(report_html(*undated(outcome, dataset)))
    assert "since row 3,861, for 91 rows" in read
    assert "1970" not in read
    assert "60 rows after the fault began" in read


def test_each_machine_has_its_own_timeline(outcome, dataset):
    half = len(dataset) // 2
    machine = np.array(["p1"] * half + ["p2"] * half)
    table = dataset.table.append_column("machine", pa.array(machine))
    both = replace(dataset, table=table, columns=(*dataset.columns, Column("machine", Kind.CATEGORY, Role.ASSET)))
    series = replace(outcome.series, asset=(machine == "p2").astype(np.int64), assets=("p1", "p2"))
    episodes = tuple(replace(e, asset="p1" if e.number == 1 else "p2") for e in outcome.episodes)
    page = report_html(replace(outcome, series=series, episodes=episodes, events=()), both)
    assert [page.count(f"<h3>{name}</h3>") for name in ("p1", "p2")] == [1, 1]
    assert "2 machines or runs" in page
    assert page.count("usually") >= 8


def test_names_from_files_are_escaped(outcome, dataset):
    page = report_html(replace(outcome, origin="<script>x</script>.csv"), dataset)
    assert "<script" not in page
    assert "<b>pressure" not in page
    assert "&lt;b&gt;pressure&lt;/b&gt;" in page


def test_the_report_is_whole_in_korean(outcome, dataset):
    with speaking("ko"):
        read = plain(report_html(outcome, dataset))
    for said in ("이제 할 일", "단순한 규칙과 비교", "경보", "820만 원", "놓침", "더 좋아지려면"):
        assert said in read


def test_the_same_outcome_gives_the_same_page(outcome, dataset):
    assert report_html(outcome, dataset) == report_html(outcome, dataset)


def test_other_rows_than_those_of_the_outcome_give_no_pictures_of_sensors(outcome, dataset):
    page = report_html(outcome, dataset.rows(np.arange(100)))
    assert "usually" not in plain(page)
    assert "pump vibration" in page


def test_a_figure_is_said_with_its_interval_and_unit(outcome):
    detected = told(outcome, "detected", Figure(0.5, 0.25, 0.75))
    assert (str(detected.value), str(detected.between)) == ("50 %", "25 % to 75 %")
    saved = told(outcome, "saved_per_quarter", Figure(1e6, -2e6, 3e6))
    assert (str(saved.value), str(saved.between)) == ("1 million KRW", "-2 to 3 million KRW")
    assert str(told(outcome, "delay_s", Figure(5400)).value) == "1 h 30 min"
    assert str(told(outcome, "f1", Figure(float("nan"))).value) == "–"


def test_a_sensor_behind_most_false_alarms_is_to_be_checked(outcome):
    false = [replace(e, kind="false", part="prove") for e in outcome.episodes]
    asked = [str(wish) for wish in wishes(replace(outcome, episodes=tuple(false)))]
    assert any("Check the sensor <b>pressure</b>: it stands first in 5 of 5" in wish for wish in asked)


def test_a_year_of_minutes_stays_a_small_file(outcome, dataset):
    rows = 500_000
    series = outcome.series
    long = replace(
        series,
        time_ns=series.time_ns[0] + np.arange(rows) * 60 * 10**9,
        asset=np.zeros(rows, dtype=np.int64),
        score=np.random.default_rng(0).random(rows) + 0.1,
        alarm=np.zeros(rows, dtype=bool),
        part=np.full(rows, 2),
        moved=np.zeros(rows, dtype=bool),
        fresh=np.zeros(rows, dtype=bool),
    )
    assert len(report_html(replace(outcome, series=long), dataset)) < 200_000
