"""The signals behind an alarm around its beginning: numbers, gaps, and one line for a terminal."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bobae.app.sparkline import AFTER_NS, BEFORE_NS, POINTS, WIDTH, stretches
from bobae.core import Samples, TagRow, text
from bobae.historian import Store, open_store
from bobae.registry.catalogue import Alarm, NewAlarm, open_catalogue

ROW_NS = 1_767_225_600 * 10**9
S = 10**9


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Oil that rises from the alarm on, with no value in the half hour before it; a word beside it."""
    with open_store(tmp_path, write=True, commit_s=0.001) as opened:
        oil, word = opened.writer.tag_ids([TagRow(0, "press.oil", unit="Cel"), TagRow(0, "press.state", "text")])
        times = np.arange(ROW_NS - BEFORE_NS + 10 * S, ROW_NS + AFTER_NS + 1, 10 * S)
        times = times[(times <= ROW_NS - 1800 * S) | (times > ROW_NS)]
        values = np.where(times > ROW_NS, 40 + (times - ROW_NS) / AFTER_NS * 30, 40.0)
        opened.writer.append(Samples.of(np.full(len(times), oil), times, values)).durable.result(60)
        said = Samples.of([word], [ROW_NS - S], [np.nan], text=["run"])
        opened.writer.append(said).durable.result(60)
        yield opened


@pytest.fixture
def alarm(tmp_path: Path) -> Iterator[Alarm]:
    shares = (("oil", 0.7), ("state", 0.2), ("gone", 0.1))
    with open_catalogue(tmp_path / "catalogue") as catalogue:
        new = NewAlarm("press:anomaly", "press", "m", "anomaly", ROW_NS, ROW_NS, 2.0, shares, meaning=text("moved"))
        yield catalogue.alarms.put(new)


def test_numbers_have_the_lowest_and_highest_of_each_piece_and_gaps_are_gaps(store: Store, alarm: Alarm) -> None:
    (oil,) = stretches(store, alarm, ROW_NS + 2 * AFTER_NS)  # the word is none, and the tag that is gone neither
    told = oil.as_json()
    assert (told["tag"], told["unit"], len(told["low"]), len(told["high"])) == ("oil", "Cel", POINTS, POINTS)
    assert told["low"][0] == told["high"][0] == 40.0
    assert told["high"][-1] == pytest.approx(70, abs=0.1)
    assert told["low"][-1] < told["high"][-1]
    gap = slice(round(POINTS * 1.5 / 3) + 1, round(POINTS * 2 / 3))
    assert told["low"][gap] == [None] * (gap.stop - gap.start)


def test_the_line_is_low_before_has_a_hole_and_rises(store: Store, alarm: Alarm) -> None:
    (oil,) = stretches(store, alarm, ROW_NS + 2 * AFTER_NS)
    name, line, ends = oil.line.split("  ", 1)[0], oil.line[len("oil  ") :][:WIDTH], oil.line[len("oil  ") + WIDTH :]
    assert (name, ends) == ("oil", "  40 … 70 °C")
    assert set(line[:30]) == {"▁"}
    assert line[31:39] == " " * 8
    assert line[-1] == "█"
    assert list(line[40:]) == sorted(line[40:])


def test_of_an_alarm_just_raised_only_what_has_been_is_shown(store: Store, alarm: Alarm) -> None:
    (oil,) = stretches(store, alarm, ROW_NS + 60 * S)
    assert oil.to_ns <= ROW_NS + 60 * S
    assert np.isfinite(oil.high[:100]).all()
