from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import BadInput, Dataset, Kind, Role, UnknownName, Verdict
from bobae.graph import Runner
from bobae.train.backtest import backtest
from bobae.train.outcome import Outcome
from bobae.train.score import score

Machine = Callable[..., Dataset]


@pytest.fixture(scope="module")
def runner(outcome: Outcome) -> Runner:
    assert outcome.candidate is not None
    return Runner(outcome.candidate.graph, outcome.candidate.manifest.contract)


def test_a_backtest_judges_the_sealed_model_on_new_rows_alone(
    outcome: Outcome, runner: Runner, machine: Machine
) -> None:
    again = backtest(machine(20, faults=12, seed=5), outcome.candidate.manifest, runner.run)
    assert again.verdict is Verdict.USEFUL
    assert [part.part for part in again.split.parts] == ["prove"]
    assert again.candidate is None
    assert {b.name for b in again.baselines} == {"never", "always", "fixed_limits"}
    assert again.alarms.budget_per_week == outcome.alarms.budget_per_week


def test_a_backtest_on_a_machine_that_changed_says_so(outcome: Outcome, runner: Runner, machine: Machine) -> None:
    moved = backtest(machine(20, faults=12, seed=9, drift=4.0), outcome.candidate.manifest, runner.run)
    assert moved.verdict is Verdict.NO_BETTER_THAN_BASELINE


def test_score_gives_one_row_for_each_row_in_the_same_order(outcome: Outcome, runner: Runner, machine: Machine) -> None:
    day = machine(3, faults=2, seed=4)
    mixed = day.rows(np.random.default_rng(0).permutation(len(day)))
    told = score(mixed, outcome.candidate.manifest, runner.run)
    assert told.column_names == ["time", "score", "alarm", "top_tag"]
    assert told.column("time").equals(mixed.table.column("time"))
    straight = score(day, outcome.candidate.manifest, runner.run)
    assert told.sort_by("time").equals(straight)
    alarmed = straight.filter(straight.column("alarm"))
    assert set(alarmed.column("top_tag").to_pylist()) == {"s2"}


def test_a_row_without_a_time_keeps_its_place_and_gets_no_score(
    outcome: Outcome, runner: Runner, machine: Machine, dataset_of
) -> None:
    day = machine(2, faults=0, labelled=False)
    times = day.table.column("time").to_pylist()
    times[7] = None
    columns = {c.name: (day.table.column(c.name), c.kind, c.role) for c in day.columns}
    holed = dataset_of(columns | {"time": (pa.array(times, pa.timestamp("ns", "UTC")), Kind.TIME, Role.TIME)})
    told = score(holed, outcome.candidate.manifest, runner.run)
    assert told.num_rows == len(day)
    assert told.column("score").to_pylist()[7] is None
    assert told.column("score").null_count == 1


def test_a_missing_signal_is_named_with_the_nearest(
    outcome: Outcome, runner: Runner, machine: Machine, dataset_of
) -> None:
    day = machine(2, faults=0, labelled=False)
    columns = {c.name: (day.table.column(c.name), c.kind, c.role) for c in day.columns if c.name != "s3"}
    with pytest.raises(UnknownName, match="s3"):
        score(dataset_of(columns), outcome.candidate.manifest, runner.run)


def test_words_where_numbers_were_are_bad_input(outcome: Outcome, runner: Runner, machine: Machine, dataset_of) -> None:
    day = machine(2, faults=0, labelled=False)
    columns = {c.name: (day.table.column(c.name), c.kind, c.role) for c in day.columns}
    words = pa.array(["high"] * len(day))
    with pytest.raises(BadInput, match="does not hold numbers"):
        score(
            dataset_of(columns | {"s1": (words, Kind.CATEGORY, Role.CONTEXT)}), outcome.candidate.manifest, runner.run
        )
