"""Lines whose throughput is known, held against the engine, the plain-line recurrence and each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bobae.flow import Production, compiled
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.flow.line import line_times
from bobae.simulate.study import interval

from .exact import saturated_line, two_by_chance, two_that_break

RUNS = 12


def line(buffers, work="exponential(1 s)", **machine):
    machines = {f"m{k}": {"buffer": buffer, **machine} for k, buffer in enumerate(buffers)}
    return Production.model_validate(
        {
            "machines": machines,
            "routes": {"part": [{"machines": name, "time": work} for name in machines]},
            "releases": [{"product": "part", "every": None}],
        }
    )


def throughput(plan, *, parts, seed):
    """Parts a second by the engine, after a tenth of the run."""
    run = Run.new(plan, seed=seed)
    run.until(0.1 * parts)
    before = int(run.state.clock[w.FINISHED])
    run.until(1.1 * parts)
    return (int(run.state.clock[w.FINISHED]) - before) / parts


def holds(values, exact):
    """Whether the exact value lies in the 99 % interval, and half of that is at most 0.5 % of it."""
    told = interval(np.asarray(values), confidence=0.99)
    return told.low <= exact <= told.high and told.high - told.value <= 0.005 * exact


@pytest.mark.parametrize(
    ("stations", "buffer", "published"),
    [
        (2, 0, 0.666667),
        (2, 3, 0.833333),
        (3, 0, 0.564103),
        (3, 2, 0.734017),
        (4, 1, 0.631153),
        (5, 0, 0.485798),
        (5, 1, 0.607583),
    ],
)
def test_a_line_that_is_never_short_of_work_makes_what_its_chain_says(stations, buffer, published):
    """Hunt 1956; Hillier and Boling 1967."""
    exact = saturated_line(stations, buffer)
    assert exact == pytest.approx(published, abs=1e-6)
    plan = compiled(line([0] + [buffer] * (stations - 1)))
    assert holds([throughput(plan, parts=60_000, seed=seed) for seed in range(RUNS)], exact)


def test_two_stations_follow_the_closed_form():
    """(B + 2) / (B + 3)."""
    for buffer in range(6):
        assert saturated_line(2, buffer) == pytest.approx((buffer + 2) / (buffer + 3))


@pytest.mark.parametrize("buffer", [0, 3, 9])
def test_two_machines_that_break_make_what_their_chain_says(buffer):
    """Buzacott 1967; Gershwin 1994, chapter 3, for constant work of one cycle: fails .01, repairs .1."""
    failure = {"apart": "geometric(1 s, 0.01)", "lasts": "geometric(1 s, 0.1)", "counts": "work"}
    plan = compiled(line([0, buffer], "1 s", failures=[failure]))
    exact = two_that_break(buffer, 0.01, 0.1)
    assert 1 / 1.2 - 0.01 < exact < 1 / 1.1  # without any buffer, and with an endless one
    assert holds([throughput(plan, parts=400_000, seed=seed) for seed in range(RUNS)], exact)


@pytest.mark.parametrize(("buffer", "chances"), [(0, (0.9, 0.9)), (3, (0.9, 0.9)), (2, (0.95, 0.85))])
def test_two_machines_that_end_by_chance_make_what_their_chain_says(buffer, chances):
    made = line([0, buffer]).model_dump(exclude_unset=True)
    for step, chance in zip(made["routes"]["part"], chances, strict=True):
        step["time"] = f"geometric(1 s, {chance})"
    plan = compiled(Production.model_validate(made))
    assert holds([throughput(plan, parts=60_000, seed=seed) for seed in range(RUNS)], two_by_chance(buffer, *chances))


@pytest.mark.parametrize("counts", ["calendar", "work"])
def test_a_machine_alone_is_there_for_its_share_of_the_time(counts):
    """Time up over time up and down; by the calendar for a machine that is never idle, too."""
    failure = {"apart": "exponential(100 s)", "lasts": "exponential(25 s)", "counts": counts}
    plan = compiled(line([0], "exponential(1 s)", failures=[failure]))
    assert holds([throughput(plan, parts=600_000, seed=seed) for seed in range(RUNS)], 100 / 125)


def test_a_machine_that_only_breaks_at_work_lives_longer_when_it_idles():
    failure = {"apart": "exponential(100 s)", "lasts": "exponential(25 s)"}
    shares = []
    for counts in ("calendar", "work"):
        made = line([None], "1 s", failures=[{**failure, "counts": counts}]).model_dump(exclude_unset=True)
        made["releases"] = [{"product": "part", "every": "4 s"}]
        run = Run.new(compiled(Production.model_validate(made)), seed=3)
        run.until(400_000.0)
        times = run.state.machines["times"][0]
        shares.append(times[w.DOWN] / times.sum())
    assert shares[0] == pytest.approx(0.2, abs=0.01)
    assert shares[1] == pytest.approx(0.25 * 0.25 / (1 + 0.25 * 0.25), abs=0.01)  # it works a quarter of the time


@given(
    buffers=some.lists(some.integers(0, 4), min_size=2, max_size=5),
    more=some.integers(0, 4),
    seed=some.integers(0, 10_000),
)
@settings(max_examples=60, deadline=None)
def test_a_larger_buffer_never_makes_a_part_later(buffers, more, seed):
    """Part by part, with the same chance: the recurrence is monotone in its places."""
    small = compiled(line([0, *buffers[1:]], load="0 s"))
    larger = compiled(line([0, *[size + more for size in buffers[1:]]], load="0 s"))
    times = [line_times(plan, seed=seed, until_us=2_000_000_000)[1] for plan in (small, larger)]
    shared = min(map(len, times))
    assert len(times[1]) >= len(times[0])
    assert (times[1][:shared] <= times[0][:shared]).all()


@given(buffers=some.lists(some.integers(0, 4), min_size=2, max_size=4), seed=some.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_quicker_repair_never_makes_a_part_later(buffers, seed):
    plans = [
        compiled(
            line(
                [0, *buffers],
                failures=[{"apart": "exponential(60 s)", "lasts": f"exponential({lasts} s)", "counts": "work"}],
            )
        )
        for lasts in (20, 10)
    ]
    slow, quick = (line_times(plan, seed=seed, until_us=2_000_000_000)[1] for plan in plans)
    assert len(quick) >= len(slow)
    assert (quick[: len(slow)] <= slow).all()
