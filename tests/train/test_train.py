import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bobae.connectors.files import read
from bobae.core import BadInput, Dataset, Kind, NotEnoughEvidence, Refused, Role, Verdict, silent, speaking
from bobae.graph import Runner
from bobae.train.assess.roles import find_roles
from bobae.train.known import LoggedFault, known_faults, read_log
from bobae.train.outcome import Outcome
from bobae.train.proven import PARTS
from bobae.train.rows import rows_in_order
from bobae.train.train import train

NS = 10**9
Machine = Callable[..., Dataset]


def test_a_model_that_finds_what_limits_miss_is_useful(outcome: Outcome) -> None:
    assert outcome.verdict is Verdict.USEFUL
    assert outcome.metrics["detected"].value > outcome.best_baseline.metrics["detected"].value
    assert outcome.top_tags[0][0] == "s2"


def test_every_part_is_later_than_the_one_before(outcome: Outcome) -> None:
    times = [outcome.series.time_ns[outcome.series.part == PARTS.index(p)] for p in ("fit", "calibrate", "prove")]
    assert times[0].max() < times[1].min() < times[1].max() < times[2].min()
    assert sum(part.rows for part in outcome.split.parts) == len(outcome.series.time_ns)


def test_the_json_holds_what_programs_rely_on(outcome: Outcome) -> None:
    told = json.loads(json.dumps(outcome.as_json(model="m.bobae", model_sha256="ab"), allow_nan=False))
    assert told.keys() >= {
        "task", "verdict", "split", "metrics", "baseline", "leak_meter", "intervals", "alarms", "top_tags", "value",
        "model", "model_sha256", "seed", "cpu_s", "warnings",
    }  # fmt: skip
    assert told["split"].keys() >= {"kind", "by"}
    assert told["alarms"].keys() >= {"budget", "expected_per_week", "held_out_per_week"}
    assert told["metrics"]["detected"].keys() == {"value", "low", "high"}
    assert told["value"].keys() >= {"currency", "saved"}
    assert told["cpu_s"] > 0


def test_the_model_and_every_naive_rule_are_judged_by_the_same_figures(outcome: Outcome) -> None:
    assert {b.name for b in outcome.baselines} == {"never", "always", "fixed_limits", "last_value"}
    for baseline in outcome.baselines:
        assert baseline.metrics.keys() == outcome.metrics.keys()
    always = next(b for b in outcome.baselines if b.name == "always")
    assert always.metrics["detected"].value == 1
    assert outcome.baselines[-1] is always  # it breaks the budget, so it is no rival


def test_the_count_of_false_alarms_is_the_one_in_the_list(outcome: Outcome) -> None:
    listed = [e for e in outcome.episodes if e.part == "prove" and e.kind == "false"]
    assert outcome.alarms.false_episodes == len(listed)
    assert outcome.alarms.expected_per_week == pytest.approx(0.5)


def test_each_known_fault_of_the_proof_is_found_or_missed(outcome: Outcome) -> None:
    proved = [e for e in outcome.events if e.part == "prove"]
    assert len(outcome.events) == 24
    assert [e.detected is not None for e in proved] == [True] * len(proved)
    assert sum(bool(e.detected) for e in proved) / len(proved) == outcome.metrics["detected"].value


def test_an_alarm_names_its_tag_and_earlier_alarms_like_it(outcome: Outcome) -> None:
    last = [e for e in outcome.episodes if e.kind == "true"][-1]
    assert last.top_tags[0][0] == "s2"
    assert last.similar
    assert all(number < last.number for number in last.similar)


def test_the_sealed_graph_gives_the_reference_answers(outcome: Outcome) -> None:
    candidate = outcome.candidate
    assert candidate is not None
    runner = Runner(candidate.graph, candidate.manifest.contract)
    for x, gap, alarm, score in zip(
        candidate.reference.x,
        candidate.reference.gap,
        candidate.reference.expected["alarm"],
        candidate.reference.expected["score"],
        strict=True,
    ):
        answers = runner.run(x, gap)
        assert answers["alarm"].tolist() == alarm.tolist()
        assert np.allclose(answers["score"], score, rtol=1e-6)
        assert gap[0] == 2.0
    assert candidate.reference.expected["alarm"].any()
    assert not candidate.reference.expected["alarm"].all()


def test_the_candidate_says_where_it_comes_from(outcome: Outcome) -> None:
    candidate = outcome.candidate
    assert candidate is not None
    assert candidate.manifest.dataset_sha256 == outcome.dataset_sha256
    assert candidate.manifest.verdict is outcome.verdict
    assert candidate.monitor.keys() == {"s0", "s1", "s2", "s3"}
    assert sum(candidate.monitor["s0"]["share"]) == pytest.approx(1)
    assert "## Where it must not be used" in candidate.cards["en"]
    assert "## 쓰면 안 되는 곳" in candidate.cards["ko"]
    assert "known faults found" not in candidate.cards["ko"]


def test_the_same_data_and_seed_give_the_same_model(machine: Machine, small_learner) -> None:
    first, second = (train(machine(12, faults=6), small_learner, seed=3) for _ in range(2))
    assert first.as_json() | {"cpu_s": 0} == second.as_json() | {"cpu_s": 0}
    assert first.candidate.graph == second.candidate.graph
    assert first.candidate.cards == second.candidate.cards
    assert first.candidate.reference.x.tobytes() == second.candidate.reference.x.tobytes()


def test_the_order_of_the_rows_in_the_file_does_not_matter(machine: Machine, small_learner) -> None:
    data = machine(12, faults=6)
    mixed = data.rows(np.random.default_rng(0).permutation(len(data)))
    assert train(data, small_learner).metrics == train(mixed, small_learner).metrics


def test_rows_shuffled_without_a_time_are_refused(machine: Machine, small_learner) -> None:
    data = machine(12, faults=0, labelled=False, timed=False, drift=6.0)
    assert not train(data, small_learner).has_time
    with pytest.raises(Refused, match="shuffled"):
        train(data.rows(np.random.default_rng(0).permutation(len(data))), small_learner)


def test_drift_breaks_the_budget_and_shuffling_would_have_hidden_it(machine: Machine, small_learner) -> None:
    drifting = train(machine(30, faults=12, drift=3.0), small_learner)
    assert drifting.verdict is Verdict.NO_BETTER_THAN_BASELINE
    assert drifting.leak is not None
    assert drifting.leak.warns
    assert any("shuffled" in str(warning) for warning in drifting.warnings)


def test_without_known_faults_nothing_is_claimed_but_false_alarms_are_counted(machine: Machine, small_learner) -> None:
    bare = train(machine(30, faults=0, labelled=False), small_learner)
    assert bare.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert bare.main_metric == "false_per_week"
    assert bare.as_json()["value"]["saved"] is None
    assert "No known fault" in str(bare.headlines[1])
    assert bare.alarms.exposure_weeks > 1
    assert {e.kind for e in bare.episodes} <= {"unknown"}


def test_too_few_rows_are_not_enough_evidence(machine: Machine, small_learner) -> None:
    with pytest.raises(NotEnoughEvidence, match="longer history"):
        train(machine(0.6, faults=0, labelled=False), small_learner)


def test_a_column_of_measurements_is_no_mark_of_faults(machine: Machine, small_learner) -> None:
    with pytest.raises(BadInput, match="'s1' does not mark faults"):
        train(machine(12, labelled=False).with_role("s1", Role.TARGET), small_learner)


def test_data_without_a_measured_number_are_bad_input(dataset_of, small_learner) -> None:
    words = pa.array([f"note {i % 7} and {i}" for i in range(400)])
    with pytest.raises(BadInput, match="measured number"):
        train(dataset_of({"note": (words, Kind.TEXT, Role.IGNORED)}), small_learner)


def test_words_can_mark_faults(machine: Machine, dataset_of) -> None:
    data = machine(12, faults=6)
    marks = data.values("fault") > 0
    words = pa.array(np.where(marks, "고장", "정상"))
    columns = {c.name: (data.table.column(c.name), c.kind, c.role) for c in data.columns if c.name != "fault"}
    named = dataset_of(columns | {"상태": (words, Kind.CATEGORY, Role.TARGET)})
    assert known_faults(rows_in_order(named)).marks.tolist() == marks.tolist()


def test_a_maintenance_log_says_which_faults_are_known(machine: Machine, dataset_of, small_learner) -> None:
    marked = train(machine(20, faults=10), small_learner)
    time = pa.array([e.start_ns for e in marked.events], pa.timestamp("ns", "UTC"))
    end = pa.array([e.end_ns for e in marked.events], pa.timestamp("ns", "UTC"))
    kinds = pa.array(["fault"] * 9 + ["planned maintenance"])
    log = dataset_of(
        {
            "start": (time, Kind.TIME, Role.TIME),
            "end": (end, Kind.TIME, Role.IGNORED),
            "kind": (kinds, Kind.CATEGORY, Role.IGNORED),
            "what": (pa.array([f"bearing {i}" for i in range(10)]), Kind.TEXT, Role.IGNORED),
        }
    )
    logged = train(machine(20, faults=10, labelled=False), small_learner, log=read_log(log))
    assert [e.start_ns for e in logged.events] == [e.start_ns for e in marked.events[:9]]
    assert logged.events[0].what == "bearing 0"
    assert logged.metrics["detected"].value > 0


def test_a_log_without_times_is_bad_input(dataset_of) -> None:
    with pytest.raises(BadInput, match="dates and times"):
        read_log(dataset_of({"what": (pa.array(["x"]), Kind.TEXT, Role.IGNORED)}))


def test_a_fault_of_another_asset_is_not_blamed_on_this_one(machine: Machine) -> None:
    rows = rows_in_order(machine(2, labelled=False))
    start = int(rows.time_ns[100])
    other = LoggedFault(start, start + 3600 * NS, "pump", "press2")
    assert known_faults(rows, (other,)).events == ()
    assert len(known_faults(rows, (replace(other, asset=""),)).events) == 1


def test_runs_of_one_asset_that_count_from_zero_are_told_apart(dataset_of) -> None:
    runs, each = 6, 80
    time = pa.array(np.tile(np.arange(each) * NS, runs), pa.timestamp("ns", "UTC"))
    lots = pa.array(np.repeat([f"run{i}" for i in range(runs)], each))
    data = dataset_of(
        {
            "t": (time, Kind.TIME, Role.TIME),
            "lot": (lots, Kind.CATEGORY, Role.LOT),
            "x": (pa.array(np.arange(runs * each, dtype=float)), Kind.NUMBER, Role.FEATURE),
        }
    )
    rows = rows_in_order(data)
    assert rows.machines == tuple(f"run{i}" for i in range(runs))
    assert (np.flatnonzero(rows.gap(5.0) == 2.0) == np.arange(runs) * each).all()


def test_progress_goes_from_nothing_to_all(machine: Machine, small_learner) -> None:
    seen = []
    train(
        machine(12, faults=6), small_learner, progress=lambda what, done, total: seen.append((str(what), done, total))
    )
    assert seen[0][1] == 0
    assert seen[-1][1] == seen[-1][2]
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_a_tight_budget_leaves_the_leak_meter_out(machine: Machine, small_learner) -> None:
    assert train(machine(12, faults=6), small_learner, budget_s=1e-3, progress=silent).leak is None


def test_own_costs_are_used_and_not_called_assumed(machine: Machine, small_learner) -> None:
    data = machine(20, faults=12)
    own = train(data, small_learner, costs={"missed": 1e6, "false": 10.0, "late": 0.0}, currency="EUR")
    assert not own.value.assumed
    assert own.value.costs == {"missed": 1e6, "false": 10.0, "late": 0.0}
    with speaking("ko"):
        assert "EUR" in str(own.headlines[-1])
        assert "아낄" in str(own.headlines[-1])


def test_machines_side_by_side_share_one_model_and_count_weeks_for_each(
    machine: Machine, dataset_of, small_learner
) -> None:
    presses = [machine(15, faults=8, seed=seed) for seed in range(3)]
    columns = {
        c.name: (pa.concat_arrays([p.table.column(c.name).combine_chunks() for p in presses]), c.kind, c.role)
        for c in presses[0].columns
    }
    names = pa.array(np.repeat(["press1", "press2", "press3"], [len(p) for p in presses]))
    line = train(dataset_of(columns | {"machine": (names, Kind.CATEGORY, Role.ASSET)}), small_learner)
    assert line.split.kind == "time"
    assert line.series.assets == ("press1", "press2", "press3")
    assert {e.asset for e in line.events} == {"press1", "press2", "press3"}
    proved = int((line.series.part == PARTS.index("prove")).sum()) * 300 / (7 * 86400)
    assert 0.8 * proved < line.alarms.exposure_weeks < proved
    assert line.value.weeks == pytest.approx(proved / 3)


def test_runs_of_a_real_test_bench_stay_whole(shared_data, small_learner) -> None:
    bench = find_roles(read([shared_data("skab") / "valve1"]))
    told = train(bench, small_learner)
    assert told.split.kind == "lot"
    assert len(told.events) == 16
    assert math.isnan(told.metrics["saved_per_quarter"].value)  # hours are no quarter
    assert told.candidate is not None
