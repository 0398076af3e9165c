from bobae.core import local_time, telling_time_of
from bobae.page.axes import marks
from bobae.page.numbers import moment

NOON_NS = 1_772_928_000 * 10**9 + 12 * 3_600 * 10**9  # 8 March 2026, 12:00 UTC


def test_a_moment_is_told_in_the_plants_own_time():
    with telling_time_of("Asia/Seoul"):
        assert moment(NOON_NS) == "2026-03-08 21:00"
    assert moment(NOON_NS) == "2026-03-08 12:00"


def test_the_zone_of_an_inner_block_ends_with_it():
    with telling_time_of("Asia/Seoul"), telling_time_of(None):
        assert local_time(NOON_NS).hour == 12
    with telling_time_of("Asia/Seoul"):
        with telling_time_of("America/New_York"):
            pass
        assert local_time(NOON_NS).hour == 21


def test_an_axis_of_days_is_marked_at_local_midnight():
    low = NOON_NS / 1e9
    with telling_time_of("Asia/Seoul"):
        found = marks(low, low + 6 * 86_400, "time")
        assert [mark.label for mark in found][:2] == ["03-09", "03-10"]
        assert all(local_time(round(mark.at) * 10**9).hour == 0 for mark in found)
        assert all(low <= mark.at <= low + 6 * 86_400 for mark in found)


def test_times_before_1970_and_of_summer_time_are_told_right():
    with telling_time_of("America/New_York"):
        assert moment(-(10**9)) == "1969-12-31 18:59:59"
        assert local_time(1_751_328_000 * 10**9).utcoffset().total_seconds() == -4 * 3_600
