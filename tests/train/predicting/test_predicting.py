"""One door for predictions: posed, tried on what was not seen, weighed, written down, scored and judged again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import BadInput, Column, Dataset, Kind, NotEnoughEvidence, Role, Verdict, speaking
from bobae.graph import Runner
from bobae.learners.classify import ClassifyLearner
from bobae.learners.forecast import ForecastLearner
from bobae.learners.rul import RulLearner
from bobae.learners.soft_sensor import SoftSensorLearner
from bobae.testing.made_results import TELLING, lives, load, parts, vessel
from bobae.train.predicting.backtest import backtest_prediction
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.predicting.posed import Asked
from bobae.train.predicting.train import train_prediction
from bobae.train.report import foretold_html
from bobae.train.score import score

QUICK = {
    "rul": RulLearner(trees=60, members=1, cap=60.0),
    "soft-sensor": SoftSensorLearner(candidates=("ridge", "pls")),
    "classify": ClassifyLearner(candidates=("logit", "trees"), trees=40),
    "forecast": ForecastLearner(trees=60),
}
DATA = {
    "rul": (lives(20, seed=1), lives(6, seed=2)),
    "soft-sensor": (parts(300, seed=1), parts(200, seed=2)),
    "classify": (parts(300, seed=1, kinds=True), parts(600, seed=2, kinds=True)),
    "forecast": (load(90, seed=1), load(60, seed=2)),
}
TASKS = pytest.mark.parametrize("task", list(QUICK))


@pytest.fixture(scope="module")
def made() -> Mapping[str, PredictionOutcome]:
    return {task: train_prediction(DATA[task][0], learner) for task, learner in QUICK.items()}


def run_of(outcome: PredictionOutcome) -> Any:
    assert outcome.candidate is not None
    return Runner(outcome.candidate.graph, outcome.candidate.manifest.contract).run


def shuffled_target(data: Dataset) -> Dataset:
    name = data.names(Role.TARGET)[0]
    place = data.table.column_names.index(name)
    order = np.random.default_rng(0).permutation(len(data))
    return replace(data, table=data.table.set_column(place, name, data.table.column(name).take(order)))


@TASKS
def test_made_rows_with_something_in_them_are_useful(made: Mapping[str, PredictionOutcome], task: str) -> None:
    outcome = made[task]
    assert outcome.verdict is Verdict.USEFUL
    assert outcome.skill.low > 0
    main = outcome.main_metric
    assert outcome.metrics[main].value < min(b.metrics[main].value for b in outcome.baselines)
    told = outcome.as_json()
    wanted = {"task", "verdict", "split", "metrics", "baseline", "leak_meter", "intervals", "top_tags", "value", "seed"}
    assert wanted <= set(told)


@pytest.mark.parametrize("task", ["soft-sensor", "classify"])
def test_results_that_rest_on_nothing_are_not_useful(task: str) -> None:
    outcome = train_prediction(shuffled_target(DATA[task][0]), QUICK[task])
    assert outcome.verdict is not Verdict.USEFUL


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "learner",
    [SoftSensorLearner(candidates=("trees",), trees=20), ClassifyLearner(candidates=("trees",), trees=10)],
    ids=["number", "kind"],
)
def test_a_search_over_settings_finds_nothing_where_nothing_is(learner: Any, seed: int) -> None:
    dice = np.random.default_rng(seed)
    result = dice.normal(size=150) if learner.task == "soft-sensor" else dice.choice(["bad", "good"], size=150)
    rows = {"pressure": dice.normal(size=150), "speed": dice.normal(size=150), "result": result}
    kind = Kind.NUMBER if learner.task == "soft-sensor" else Kind.CATEGORY
    features = (Column("pressure", Kind.NUMBER, Role.FEATURE), Column("speed", Kind.NUMBER, Role.FEATURE))
    data = Dataset(pa.table(rows), (*features, Column("result", kind, Role.TARGET)))
    outcome = train_prediction(data, learner, asked=Asked(seed=seed), budget_s=1e6)
    assert any("=" in name for name in outcome.tried)
    assert outcome.verdict is not Verdict.USEFUL


@TASKS
def test_the_sealed_graph_answers_its_reference(made: Mapping[str, PredictionOutcome], task: str) -> None:
    candidate = made[task].candidate
    assert candidate is not None
    run = Runner(candidate.graph, candidate.manifest.contract)
    for window, gap, i in zip(candidate.reference.x, candidate.reference.gap, range(99), strict=False):
        answers = run.run(window, gap)
        for name, expected in candidate.reference.expected.items():
            assert np.allclose(answers[name], expected[i], rtol=1e-9, atol=1e-9), name
        run.reset()


@TASKS
def test_new_rows_are_scored_row_for_row(made: Mapping[str, PredictionOutcome], task: str) -> None:
    outcome, fresh = made[task], DATA[task][1]
    assert outcome.candidate is not None
    table = score(fresh, outcome.candidate.manifest, run_of(outcome))
    assert table.num_rows == len(fresh)
    names = set(table.column_names)
    if task == "classify":
        assert {"prediction", "p_bad", "p_good", "strange", "top_tag"} <= names
        assert np.allclose(np.add(*(table.column(n).to_numpy() for n in ("p_bad", "p_good"))), 1.0)
    elif task == "forecast":
        assert {"prediction_3600s", "low_3600s", "high_86400s"} <= names
    else:
        assert {"prediction", "low", "high", "top_tag"} <= names
        low, said, high = (table.column(name).to_numpy() for name in ("low", "prediction", "high"))
        assert (low <= said).all()
        assert (said <= high).all()


@TASKS
def test_a_backtest_judges_the_sealed_model_on_new_rows(made: Mapping[str, PredictionOutcome], task: str) -> None:
    outcome, fresh = made[task], DATA[task][1]
    assert outcome.candidate is not None
    again = backtest_prediction(fresh, outcome.candidate.manifest, run_of(outcome))
    assert again.verdict is Verdict.USEFUL
    assert again.candidate is None
    own = backtest_prediction(DATA[task][0], outcome.candidate.manifest, run_of(outcome))
    assert "learned from" in str(own.warnings[0])
    assert not any("learned from: they prove" in str(warning) for warning in again.warnings)


@TASKS
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_report_says_it_in_both_languages(made: Mapping[str, PredictionOutcome], task: str, language: str) -> None:
    with speaking(language):
        page = foretold_html(made[task])
    assert {"en": "This model is worth having", "ko": "쓸 만합니다"}[language] in page
    assert "{" not in page.split("</style>")[1]
    assert "nan" not in page.split("</style>")[1].lower().replace("nano", "")
    assert made[task].candidate is not None
    card = made[task].candidate.cards[language]
    assert {"en": "Where it must not be used", "ko": "쓰면 안 되는"}[language] in card


def test_the_telling_signal_stands_first(made: Mapping[str, PredictionOutcome]) -> None:
    for task in ("soft-sensor", "classify"):
        first = made[task].weights[0]
        assert first.tag == TELLING
        assert first.low <= first.share <= first.high


def test_the_same_rows_and_seed_give_the_same_model() -> None:
    once, again = (train_prediction(DATA["soft-sensor"][0], QUICK["soft-sensor"]).candidate for _ in range(2))
    assert once is not None
    assert again is not None
    assert once.graph == again.graph
    assert once.cards == again.cards


def test_a_life_ends_at_the_last_row_and_the_living_have_no_end() -> None:
    data = lives(12, seed=3)
    without = replace(data, table=data.table.drop(["left"]), columns=data.columns[:-1])
    alive = np.isin(data.values("machine").astype(str), ["M000", "M001"])
    marked = replace(
        without,
        table=without.table.append_column("alive", pa.array(alive.astype(float))),
        columns=(*without.columns, Column("alive", Kind.NUMBER)),
    )
    quick = RulLearner(candidates=("survival", "ridge"), cap=40.0)
    plain = train_prediction(without, quick)
    assert len(plain.trials.row) == len(data)
    censored = train_prediction(marked, quick, asked=Asked(censored="alive"))
    assert len(censored.trials.row) == len(data) - alive.sum()
    as_feature = marked.with_role("alive", Role.FEATURE)
    asked = train_prediction(as_feature, quick, asked=Asked(censored="alive"))
    assert asked.candidate is not None
    assert "alive" not in {one.name for one in asked.candidate.manifest.contract.inputs}


def test_a_run_with_one_result_is_one_example() -> None:
    rng = np.random.default_rng(0)
    bad = np.arange(60) % 3 == 0
    run = np.repeat(np.arange(60), 12)
    level = rng.normal(size=60) + 3.0 * bad
    table = {
        "run": [f"R{n:02d}" for n in run],
        "force": level[run] + rng.normal(size=len(run)),
        "outcome": np.where(bad, "bad", "good")[run].tolist(),
    }
    columns = (
        Column("run", Kind.CATEGORY, Role.LOT),
        Column("force", Kind.NUMBER, Role.FEATURE),
        Column("outcome", Kind.CATEGORY, Role.TARGET),
    )
    outcome = train_prediction(Dataset(pa.table(table), columns), QUICK["classify"])
    assert len(outcome.trials.row) == 60
    assert outcome.witnesses == 60
    assert outcome.metrics["accuracy"].value > 0.85


def test_costs_move_the_decision_and_are_told_in_money() -> None:
    data = DATA["classify"][0]
    dear = train_prediction(data, QUICK["classify"], asked=Asked(costs=(100.0, 1.0)))
    cheap = train_prediction(data, QUICK["classify"], asked=Asked(costs=(1.0, 100.0)))
    bad = dear.target.classes.index("bad")
    called = [(one.trials.answers["prediction"] == bad).sum() for one in (dear, cheap)]
    assert called[0] > 2 * called[1]
    assert dear.value.saved.value > 0
    assert dear.value.saved.low <= dear.value.saved.value <= dear.value.saved.high
    assert np.isnan(train_prediction(DATA["soft-sensor"][0], QUICK["soft-sensor"]).value.saved.value)


def test_only_rows_with_a_clock_are_said_to_have_been_at_a_time(made: Mapping[str, PredictionOutcome]) -> None:
    assert all(part.start_ns is not None for part in made["forecast"].split.parts)
    assert all(part.start_ns is None for part in made["soft-sensor"].split.parts)


def test_machines_that_leak_into_each_other_are_metered(made: Mapping[str, PredictionOutcome]) -> None:
    leak = made["rul"].leak
    assert leak is not None
    assert leak.ratio > 1.0
    assert made["classify"].leak is not None


@pytest.mark.parametrize(
    ("task", "data", "error", "words"),
    [
        ("soft-sensor", parts(300, seed=1).with_role("strength", Role.IGNORED), BadInput, "--target"),
        ("soft-sensor", parts(300, seed=1, kinds=True), BadInput, "does not hold numbers"),
        ("classify", parts(300, seed=1), BadInput, "soft-sensor"),
        ("rul", lives(1, seed=1), BadInput, "--asset-col"),
        ("forecast", parts(300, seed=1), NotEnoughEvidence, "no time column"),
        ("soft-sensor", parts(30, seed=1), NotEnoughEvidence, "30 rows"),
        ("rul", lives(2, seed=1), NotEnoughEvidence, "2"),
    ],
)
def test_rows_that_cannot_carry_the_question_are_told_so(task: str, data: Dataset, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        train_prediction(data, QUICK[task])


def rare_later() -> Dataset:
    """A part a minute for a day; the first bad ones come in the afternoon."""
    data = parts(900, seed=4, kinds=True)
    kinds = data.values("outcome").copy()
    kinds[:400] = "good"
    stamps = pa.array(np.arange(900) * 60 * 10**9, type=pa.timestamp("ns", tz="UTC"))
    names = [*data.table.column_names[1:-1]]
    table = data.table.select(names).append_column("outcome", pa.array(kinds)).append_column("time", stamps)
    columns = tuple(data.column(name) for name in (*names, "outcome"))
    return Dataset(table, (*columns, Column("time", Kind.TIME, Role.TIME)))


def test_a_kind_that_comes_late_is_learned_all_the_same() -> None:
    outcome = train_prediction(rare_later(), QUICK["classify"])
    assert outcome.split.kind == "time"
    assert np.isfinite(outcome.metrics["log_loss"].value)


def test_results_measured_now_and_then_are_enough_where_they_can_be_tried() -> None:
    data = rare_later().with_role("outcome", Role.IGNORED)
    result = 3.0 * data.values(TELLING)
    late = np.where(np.arange(900) % 20 == 0, result, np.nan)
    late[:300] = np.nan

    def with_result(values: np.ndarray) -> Dataset:
        column = Column("strength", Kind.NUMBER, Role.TARGET)
        table = data.table.append_column("strength", pa.array(values, from_pandas=True))
        return replace(data, table=table, columns=(*data.columns, column))

    outcome = train_prediction(with_result(late), QUICK["soft-sensor"])
    assert 0 < len(outcome.trials.row) < np.isfinite(late).sum()
    at_the_end = np.where(np.arange(900) >= 870, result, np.nan)
    with pytest.raises(NotEnoughEvidence, match="30 results"):
        train_prediction(with_result(at_the_end), QUICK["soft-sensor"])


def test_late_laboratory_values_make_a_drifting_sensor_worth_having() -> None:
    data, learner = vessel(600, seed=1), QUICK["soft-sensor"]
    without, followed = (train_prediction(data, learner, asked=Asked(lab_delay_s=s)) for s in (None, 4 * 3_600.0))
    assert followed.metrics["rmse"].value < 0.7 * without.metrics["rmse"].value
    assert followed.verdict is Verdict.USEFUL
    assert any("move the answers from row 4" in str(said) for said in followed.warnings)
    titles = {rule.name: str(rule.title) for rule in followed.baselines}
    assert titles["last_measured"] == "the last measured value known by then"
    manifest = followed.candidate.manifest if followed.candidate else None
    assert manifest is not None
    again = backtest_prediction(vessel(400, seed=2), manifest, run_of(followed))
    assert again.verdict is Verdict.USEFUL
    assert titles == {rule.name: str(rule.title) for rule in again.baselines}


def test_a_model_that_follows_late_values_answers_without_them_too() -> None:
    data = vessel(600, seed=1)
    outcome = train_prediction(data, QUICK["soft-sensor"], asked=Asked(lab_delay_s=7_200.0))
    assert outcome.candidate is not None
    without = replace(data, table=data.table.drop(["kappa"]), columns=data.columns[:-1])
    told, alone = (
        score(d, outcome.candidate.manifest, run_of(outcome))["prediction"].to_numpy() for d in (data, without)
    )
    assert np.isfinite(alone).all()
    assert np.array_equal(told[:2], alone[:2])  # nothing is known yet
    assert not np.array_equal(told[50:], alone[50:])


@pytest.mark.parametrize(
    ("data", "asked", "said"),
    [
        (vessel(600, seed=1), Asked(lab_delay=8.0), "--lab-delay 8h; 8 says no unit"),
        (parts(300, seed=1), Asked(lab_delay_s=60.0), "--lab-delay 3"),
    ],
)
def test_a_delay_in_the_wrong_unit_is_asked_back(data: Dataset, asked: Asked, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        train_prediction(data, QUICK["soft-sensor"], asked=asked)


@pytest.mark.parametrize(
    ("data", "asked", "said"),
    [
        (parts(300, seed=1), Asked(lab_delay=3.0), "each lot or run begins afresh"),
        (vessel(600, seed=1), Asked(lab_delay_s=70 * 3_600.0), "they come 70 rows late"),
    ],
)
def test_late_values_that_cannot_be_followed_are_told(data: Dataset, asked: Asked, said: str) -> None:
    outcome = train_prediction(data, QUICK["soft-sensor"], asked=asked)
    assert any(said in str(warning) for warning in outcome.warnings)
    assert outcome.candidate is not None
    assert not any(one.late for one in outcome.candidate.manifest.contract.inputs)


@pytest.mark.parametrize("asked", [Asked(), Asked(lab_delay_s=7_200.0)])
def test_the_last_measured_value_is_that_of_the_same_machine(asked: Asked) -> None:
    """Two vessels far apart: a rule that mixed them up would miss by a hundred."""
    tables = []
    for name, level in (("A", 0.0), ("B", 100.0)):
        table = vessel(300, seed=1).table
        kappa = table.column("kappa").to_numpy() + level
        tables.append(table.set_column(3, "kappa", [kappa]).append_column("vessel", pa.array([name] * 300)))
    columns = (*vessel(2, seed=1).columns, Column("vessel", Kind.CATEGORY, Role.ASSET))
    outcome = train_prediction(Dataset(pa.concat_tables(tables), columns), QUICK["soft-sensor"], asked=asked)
    rules = {rule.name: rule.metrics["rmse"].value for rule in outcome.baselines}
    assert rules["last_measured"] < 10.0 < rules["mean"]
