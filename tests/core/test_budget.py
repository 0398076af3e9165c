import pytest

from bobae.core import BadInput, alarms_per_week, checked_costs, costs_of, seconds_of


@pytest.mark.parametrize(
    ("written", "per_week"),
    [("1/week", 1), ("2/day", 14), ("0.5", 0.5), (3, 3), ("1/주", 1), (".25 / week", 0.25), ("1/hour", 168)],
)
def test_a_budget_is_told_in_alarms_a_week(written: str | float, per_week: float) -> None:
    assert alarms_per_week(written) == pytest.approx(per_week)


def test_a_month_is_longer_than_four_weeks() -> None:
    assert 0.22 < alarms_per_week("1/month") < 0.25


@pytest.mark.parametrize("written", ["0/week", "-1/week", "one a week", "1/fortnite", "", "1/week/day", "nan"])
def test_a_budget_that_cannot_be_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(BadInput, match="1/week"):
        alarms_per_week(written)


def test_costs_are_read_by_name() -> None:
    assert costs_of("missed=5_000_000, false=30000") == {"missed": 5e6, "false": 3e4}
    assert costs_of("") == {}


@pytest.mark.parametrize("written", ["mised=3", "missed", "missed=-1", "missed=much", "false=inf"])
def test_a_cost_that_cannot_be_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match="missed"):
        costs_of(written.replace("false", "missed"))


def test_costs_from_elsewhere_are_checked_the_same() -> None:
    assert checked_costs({"late": 3}) == {"late": 3.0}
    with pytest.raises(BadInput, match="zero or more"):
        checked_costs({"late": "x"})


@pytest.mark.parametrize(
    ("written", "seconds"), [("120s", 120), ("2min", 120), ("1.5h", 5400), ("30", 30), ("5 m", 300)]
)
def test_a_stretch_of_time_is_told_in_seconds(written: str, seconds: float) -> None:
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["0s", "-3s", "soon", "3 weeks", ""])
def test_a_time_that_cannot_be_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(BadInput, match="120s"):
        seconds_of(written)
