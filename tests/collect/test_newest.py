"""What a tag showed last: stored once, gaps behind it, values that count again after a gap."""

import numpy as np
import pytest

from bobae.collect.newest import Newest
from bobae.core import STILL_GOOD, Gap, Readings, Samples

T = 1_772_625_600_000_000_000
S, MS = 1_000_000_000, 1_000_000
UNCERTAIN, BAD = 0x4090_0000, 0x8004_0000


def readings(*rows):
    """From rows of position, time, value, status and text."""
    filled = [(*row, *(0, None)[len(row) - 3 :]) for row in rows]
    position, time_ns, value, status, text = zip(*filled, strict=True)
    samples = Samples.of(position, time_ns, value, status=status, text=text if any(text) else None)
    return Readings(samples.tag, samples.time_ns, samples.value, samples.status, samples.text)


def rows(samples):
    """Tag, time, value (None for NaN) and status; the text in place of the value where there is one."""
    texts = [None] * len(samples) if samples.text is None else samples.text.tolist()
    values = [
        text or (None if np.isnan(value) else value) for value, text in zip(samples.value.tolist(), texts, strict=True)
    ]
    return list(zip(samples.tag.tolist(), samples.time_ns.tolist(), values, samples.status.tolist(), strict=True))


@pytest.fixture
def newest():
    """Two tags with the numbers 10 and 11."""
    return Newest(np.array([10, 11], dtype=np.int32))


def test_the_same_sample_is_taken_once(newest):
    assert rows(newest.take(readings((0, T, 1.0), (1, T, 2.0)), T)) == [(10, T, 1.0, 0), (11, T, 2.0, 0)]
    assert rows(newest.take(readings((0, T, 1.0), (1, T, 3.0)), T)) == [(11, T, 3.0, 0)]
    assert rows(newest.take(readings((0, T + 1, 1.0), (0, T + 1, 1.0), (0, T + 1, 1.0, UNCERTAIN)), T)) == [
        (10, T + 1, 1.0, 0),
        (10, T + 1, 1.0, UNCERTAIN),
    ]


def test_the_same_nothing_and_the_same_text_are_taken_once(newest):
    first = readings((0, T, np.nan, BAD), (1, T, np.nan, 0, "A"))
    assert len(newest.take(first, T)) == 2
    assert len(newest.take(first, T)) == 0
    assert rows(newest.take(readings((1, T, np.nan, 0, "B")), T)) == [(11, T, "B", 0)]


def test_samples_of_one_tag_stay_in_the_order_they_came(newest):
    came = readings((1, T, 1.0), (0, T, 2.0), (1, T + 1, 3.0), (1, T + 2, 1.0))
    assert [row[2] for row in rows(newest.take(came, T))] == [1.0, 2.0, 3.0, 1.0]
    assert len(newest.take(readings((1, T + 2, 1.0)), T)) == 0


def test_a_gap_begins_after_every_sample_of_the_tag(newest):
    newest.take(readings((0, T + S, 1.0)), T)
    assert rows(newest.gap(Gap.NO_COMMUNICATION, T)) == [
        (10, T + S + MS, None, Gap.NO_COMMUNICATION),
        (11, T, None, Gap.NO_COMMUNICATION),
    ]


def test_a_gap_is_said_once_and_another_reason_is_said_too(newest):
    newest.gap(Gap.NO_COMMUNICATION, T)
    assert len(newest.gap(Gap.NO_COMMUNICATION, T + S)) == 0
    assert [row[3] for row in rows(newest.gap(Gap.SENSOR_SILENT, T + S))] == [Gap.SENSOR_SILENT] * 2
    only_second = np.array([False, True])
    assert [row[0] for row in rows(newest.gap(Gap.NO_COMMUNICATION, T + 2 * S, only_second))] == [11]


def test_a_value_from_before_the_gap_counts_again_from_now_on(newest):
    newest.take(readings((0, T, 1.0), (1, T, 2.0)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    again = newest.take(readings((0, T, 1.0), (1, T + MS, 3.0)), T + 9 * S)
    assert rows(again) == [(11, T + MS, 3.0, 0), (10, T + 9 * S, 1.0, STILL_GOOD), (11, T + 9 * S, 3.0, STILL_GOOD)]
    assert len(newest.take(readings((0, T, 1.0)), T + 10 * S)) == 0


def test_a_value_from_after_the_gap_is_all_that_is_needed(newest):
    newest.take(readings((0, T, 1.0)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    assert (
        rows(newest.take(readings((0, T, 1.0), (0, T + 2 * S, 5.0)), T + 9 * S))
        == [(10, T, 1.0, 0), (10, T + 2 * S, 5.0, 0)][1:]
    )


@pytest.mark.parametrize("status", [UNCERTAIN, BAD])
def test_a_value_that_is_not_good_keeps_its_status_after_the_gap(newest, status):
    newest.take(readings((0, T, 1.0, status)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    assert rows(newest.take(readings((0, T, 1.0, status)), T + 9 * S)) == [(10, T + 9 * S, 1.0, status)]


def test_a_text_counts_again_too(newest):
    newest.take(readings((0, T, np.nan, 0, "A")), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    assert rows(newest.take(readings((0, T, np.nan, 0, "A")), T + 9 * S)) == [(10, T + 9 * S, "A", STILL_GOOD)]


def test_a_clock_set_back_puts_nothing_before_the_gap(newest):
    newest.take(readings((0, T, 1.0)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    assert rows(newest.take(readings((0, T, 1.0)), T - 60 * S)) == [(10, T + S + MS, 1.0, STILL_GOOD)]


def test_what_the_store_ends_with_is_remembered(newest):
    newest.remember(Samples.of([11, 10], [T, T], [2.0, np.nan], status=[0, Gap.NOT_COLLECTED]))
    assert newest.sampled().tolist() == [False, True]
    assert rows(newest.take(readings((1, T, 2.0)), T + S)) == []
    assert rows(newest.take(readings((0, T - S, 1.0)), T + S)) == [(10, T - S, 1.0, 0), (10, T + S, 1.0, STILL_GOOD)]


def test_a_text_with_the_status_of_a_gap_is_a_sample(newest):
    newest.remember(Samples.of([10], [T], [np.nan], status=Gap.NO_COMMUNICATION, text=["was A"]))
    assert newest.sampled().tolist() == [True, False]


def test_a_gap_that_the_source_tells_stands_until_its_tag_speaks_again(newest):
    newest.take(readings((0, T, 1.0), (1, T, 2.0)), T)
    gone = readings((0, T + S, np.nan, Gap.NO_COMMUNICATION))
    assert rows(newest.take(gone, T + S)) == [(10, T + S, None, Gap.NO_COMMUNICATION)]
    assert rows(newest.gap(Gap.NO_COMMUNICATION, T + 2 * S)) == [(11, T + 2 * S, None, Gap.NO_COMMUNICATION)]
    assert rows(newest.take(readings((0, T, 1.0)), T + 3 * S)) == [(10, T + 3 * S, 1.0, STILL_GOOD)]


def test_what_a_source_had_kept_is_stored_and_says_nothing_of_now(newest):
    newest.take(readings((0, T, 1.0)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    assert rows(newest.past(readings((0, T + 2 * S, 5.0)))) == [(10, T + 2 * S, 5.0, 0)]
    assert newest.missing()[0].tolist() == [0, 1]
    assert rows(newest.take(readings((0, T, 1.0)), T + 3 * S)) == [(10, T + 3 * S, 1.0, STILL_GOOD)]
    assert newest.missing()[0].tolist() == [1]


def test_a_gap_that_only_began_at_the_source_is_not_asked_for_in_its_history(newest):
    newest.gap(Gap.NO_SUCH_NODE, T)
    assert newest.missing()[0].tolist() == []


def test_the_place_of_a_gap_is_taken_by_what_the_tag_held(newest):
    newest.take(readings((0, T, 1.0), (1, T, 2.0, UNCERTAIN)), T)
    where, gap_ns = np.array([0, 1]), np.array([T + S, T + S])
    assert rows(newest.held(where, gap_ns, None)) == [(10, T + S, 1.0, STILL_GOOD), (11, T + S, 2.0, UNCERTAIN)]
    found = Samples.of([1], [T + MS], [7.0])
    assert rows(newest.held(where, gap_ns, found)) == [(10, T + S, 1.0, STILL_GOOD), (11, T + S, 7.0, STILL_GOOD)]


def test_nothing_is_held_of_a_tag_that_never_spoke(newest):
    assert rows(newest.held(np.array([0]), np.array([T]), None)) == []


def test_a_change_that_was_on_its_way_corrects_what_was_said_to_be_still_the_same(newest):
    newest.take(readings((0, T, 1.0)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    assert rows(newest.take(readings((0, T, 1.0)), T + 3 * S)) == [(10, T + 3 * S, 1.0, STILL_GOOD)]
    late = newest.take(readings((0, T + 2 * S, 2.0)), T + 4 * S)
    assert rows(late) == [(10, T + 2 * S, 2.0, 0), (10, T + 3 * S, 2.0, STILL_GOOD)]
    assert rows(newest.take(readings((0, T + 4 * S, 3.0)), T + 4 * S)) == [(10, T + 4 * S, 3.0, 0)]
    assert rows(newest.take(readings((0, T + 2 * S, 4.0)), T + 5 * S)) == [(10, T + 2 * S, 4.0, 0)]


def test_a_gap_goes_on_behind_what_the_source_had_kept(newest):
    newest.take(readings((0, T, 1.0)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    newest.past(readings((0, T + 2 * S, 2.0), (0, T + 3 * S, 3.0)))
    back = newest.take(readings((0, T + 9 * S, 9.0)), T + 9 * S)
    assert rows(back) == [(10, T + 9 * S, 9.0, 0), (10, T + 3 * S + MS, None, Gap.NO_COMMUNICATION)]
    assert rows(newest.take(readings((0, T + 10 * S, 10.0)), T + 10 * S)) == [(10, T + 10 * S, 10.0, 0)]


def test_a_gap_that_is_known_wholly_does_not_go_on(newest):
    newest.take(readings((0, T, 1.0)), T)
    newest.gap(Gap.NO_COMMUNICATION, T + S)
    newest.past(readings((0, T + 2 * S, 2.0)))
    newest.held(np.array([0]), np.array([T + S]), None)
    assert rows(newest.take(readings((0, T + 9 * S, 9.0)), T + 9 * S)) == [(10, T + 9 * S, 9.0, 0)]
