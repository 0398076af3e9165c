import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from bobae.page import Band, Lane, Line, bar, chart, histogram, lanes, sparkline
from bobae.page.axes import marks

X = np.arange(1_000_000, dtype=float)


def drawn(svg):
    return ET.fromstring(str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def path(svg):
    return re.search(r'class="line main" d="([^"]*)"', str(svg))[1]


def test_a_million_rows_keep_their_single_peak():
    y = np.zeros(len(X))
    y[123_456] = 9.0
    svg = chart([Line(X, y)], title="t", said="s", kind="count")
    assert len(svg) < 60_000
    heights = [float(h) for h in re.findall(r"[ML][\d.]+ ([\d.]+)", path(svg))]
    assert min(heights) < 30 < max(heights)


def test_no_line_is_drawn_across_a_gap():
    x = np.array([0.0, 1, 2, 10, 11, 12])
    whole = chart([Line(x, x)], title="t", said="s", kind="count")
    broken = chart([Line(x, x, fresh=np.array([1, 0, 0, 1, 0, 0], dtype=bool))], title="t", said="s", kind="count")
    hole = chart([Line(x, np.where(x == 2, np.nan, x))], title="t", said="s", kind="count")
    assert [path(svg).count("M") for svg in (whole, broken, hole)] == [1, 2, 2]


def test_dense_rows_are_broken_where_a_long_hole_lies_between():
    x = np.arange(100_000, dtype=float)
    alarm = np.where((x < 500) | (x > 90_000), 1.0, np.nan)
    assert path(chart([Line(x, alarm)], title="t", said="s", kind="count")).count("M") == 2


def test_a_row_on_its_own_is_still_seen():
    assert path(chart([Line(np.array([1.0]), np.array([2.0]))], title="t", said="s", kind="count")).endswith("h.01")


@pytest.mark.parametrize("values", [np.empty(0), np.full(5, np.nan), np.full(5, 3.0)])
def test_nothing_to_draw_is_drawn_as_nothing(values):
    x = np.arange(len(values), dtype=float)
    for svg in (
        chart([Line(x, values)], title="t", said="s", kind="count"),
        sparkline(values, title="t"),
        histogram(values, title="t"),
    ):
        assert "nan" not in str(svg)
        drawn(svg)


def test_pictures_say_what_they_show_and_escape_it():
    bands = [Band(0, 1, "alarm", '"><script>')]
    for svg in (
        chart([Line(X[:9], X[:9])], title="<b>", said="a & b", bands=bands),
        lanes([Lane("<i>", tuple(bands))], span=(0, 5), title="<b>", said="a & b"),
        bar(0.4, title="<b>"),
    ):
        tree = drawn(svg)
        assert tree[0].text == "<b>"
        assert tree.get("role") == "img"
        assert "<script" not in str(svg)


def test_a_short_stretch_stays_visible():
    svg = lanes([Lane("a", (Band(50, 50.0001, "alarm"),))], span=(0, 1e6), title="t", said="s", kind="count")
    band = next(e for e in drawn(svg).iter() if e.get("class") == "band alarm")
    assert float(band.get("width")) >= 2


def test_a_stretch_outside_the_picture_is_cut():
    svg = chart([Line(X[:9], X[:9])], title="t", said="s", kind="count", bands=[Band(-100, 100, "fault")])
    band = next(e for e in drawn(svg).iter() if e.get("class") == "band fault")
    assert float(band.get("width")) <= 920


def test_marks_on_a_time_axis_are_round_and_name_the_day_once():
    found = marks(1_583_748_873, 1_583_748_873 + 6 * 3600, "time")
    assert all(mark.at % 3600 == 0 for mark in found)
    assert [mark.label for mark in found][:2] == ["03-09 11:00", "12:00"]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3e6, 4e6), (0.00012, 0.00017), (99.5, 100.5)])
def test_marks_on_a_number_axis_lie_inside_and_are_few(low, high):
    found = marks(low, high, "number")
    assert 3 <= len(found) <= 12
    assert all(low <= mark.at <= high for mark in found)
