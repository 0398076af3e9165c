import pytest

from bobae.core import BadInput, UnknownName, speaking
from bobae.flow import Production, compiled
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.flow.times import microseconds, time
from bobae.simulate.changing import changed

from .test_engine import DAY_S, production, small


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3", "is no time: write a number and its unit"),
        ("3 parsecs", r"'parsecs' in '3 parsecs' is no unit of time"),
        ("expnential(3 s)", r"'expnential' in .* is no distribution; nearest: exponential"),
        ("uniform(3 s)", "has 1 numbers in its brackets, and takes 2"),
        ("uniform(6 s, 3 s)", "low must come before high"),
        ("geometric(3 s, 1.5)", "chances between 0 and 1"),
        ("weibull(3 s, much)", "'much' in .* is no number"),
        ("exponential(0 s)", "means and shapes lie above 0"),
    ],
)
def test_a_time_that_cannot_be_read_is_told(text, told):
    with pytest.raises(BadInput, match=told):
        time(text)


def test_what_is_wrong_with_a_time_is_told_in_korean_too():
    with pytest.raises(BadInput) as refused:
        time("3")
    with speaking("ko"):
        assert "시간이 아닙니다" in str(refused.value)


def test_units_are_what_they_are_called():
    assert [microseconds(f"1 {unit}") for unit in ("s", "min", "h", "d", "w")] == [1e6, 6e7, 3.6e9, 8.64e10, 6.048e11]


def test_a_time_scaled_is_so_many_times_as_long():
    for text in (
        "4 s",
        "uniform(1 s, 3 s)",
        "lognormal(5 s, 2 s)",
        "weibull(2 s, 3)",
        "empirical(1 s, 2 s)",
        "erlang(4 s, 2)",
    ):
        assert time(text).scaled(1.5).mean == pytest.approx(1.5 * time(text).mean)
    assert time("weibull(2 s, 3)").scaled(1.5).parameters[1] == 3.0


def test_the_same_plant_has_the_same_version_and_any_change_another():
    version = compiled(small()).version
    assert compiled(small()).version == version
    changes = [("machines.saw.count", 3), ("routes.board[2].scrap", 0.03), ("releases[0].pieces", 6), ("vehicles", 3)]
    found = {compiled(changed(small(), place, value)).version for place, value in changes}
    assert len(found | {version}) == 5


def test_the_first_maintenance_is_spread_over_the_machines():
    made = Production.model_validate(
        {
            "machines": {"a": {"count": 4, "maintenance": [{"every": "8 h", "lasts": "1 h"}]}},
            "routes": {"p": [{"machines": "a", "time": "1 min"}]},
        }
    )
    assert (compiled(made).tables.cares["first"] / 3.6e9).tolist() == [2.0, 4.0, 6.0, 8.0]


def test_a_due_date_is_three_times_the_work_where_none_is_given():
    plan = compiled(small())
    assert plan.tables.sources["due"][1] == pytest.approx(3 * (40e6 / 2 + 3 * 120e6 + 0.5 * 180e6), rel=0.1)


A, B = {"machines": "a", "time": "1 s"}, {"machines": "b", "time": "1 s"}


def route(*steps, machines=("a", "b")):
    sections = {"machines": {name: {} for name in machines}, "routes": {"p": list(steps)}}
    return Production.model_validate(sections)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([], "route p has no steps"),
        ([{"machines": "a", "time": "1 s", "rework": 0.1}], "say which step with rework_to"),
        (
            [{"machines": "a", "time": "1 s", "rework": 0.1, "rework_to": 2}, {"machines": "b", "time": "1 s"}],
            "after it",
        ),
        ([{"machines": "a", "time": "1 s", "limit": "1 h", "limit_to": 1}], "does not come after it"),
        (
            [{"machines": "a", "time": "1 s", "limit": "1 h", "limit_to": 7}],
            "has 1 steps, there is none with the number 7",
        ),
        (
            [{"machines": "a", "time": "1 s", "same_machine_for": 2}, {"machines": "b", "time": "1 s"}],
            "not by the same",
        ),
        ([{"machines": "a", "time": "1 s", "crew": "team"}], "no 'team' in `crews`"),
    ],
)
def test_steps_that_contradict_each_other_are_told(steps, told):
    with pytest.raises(BadInput, match=told):
        compiled(route(*steps))


def test_a_step_is_known_by_its_name():
    steps = [
        {"name": "cut", "machines": "a", "time": "1 s", "limit": "1 h", "limit_to": "weld"},
        {"name": "bend", "machines": "b", "time": "1 s"},
        {"name": "weld", "machines": "a", "time": "1 s"},
    ]
    assert compiled(route(*steps)).tables.steps["limit_step"].tolist() == [2, -1, -1]
    steps[0]["limit_to"] = "wled"
    with pytest.raises(UnknownName, match="no step 'wled'; nearest: weld"):
        compiled(route(*steps))


def test_a_calendar_that_overlaps_itself_is_told():
    with pytest.raises(BadInput, match="does not come after the stretch before it"):
        compiled(small(calendars={"day": {"open": [("0 h", "9 h"), ("8 h", "20 h")]}}))


@pytest.mark.parametrize(
    ("stretches", "hours"),
    [
        ([("16 h", "24 h")], 8),
        ([("0 h", "2 h"), ("16 h", "24 h")], 10),
        ([("0 h", "24 h")], 24),
        ([("16 h", "23 h")], 7),
    ],
)
def test_a_shift_to_the_end_of_the_round_ends_there(stretches, hours):
    plant = production(
        machines={"saw": {"calendar": "late"}},
        routes={"board": [{"machines": "saw", "time": "30 min"}]},
        releases=[{"product": "board", "every": "30 min"}],
        calendars={"late": {"open": stretches}},
    )
    run = Run.new(compiled(plant), seed=1)
    run.until(10 * DAY_S)
    closed = run.state.machines["times"][0][w.CLOSED]
    if run.state.machines["state"][0] == w.CLOSED:
        closed += run.state.clock[w.NOW] - run.state.machines["since"][0]
    assert closed == 10 * (24 - hours) * 3_600_000_000


def test_a_source_without_times_needs_a_limit():
    with pytest.raises(BadInput, match="give `every` or a `buffer`"):
        compiled(small(releases=[{"product": "beam", "every": None}]))
