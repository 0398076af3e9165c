"""Chambers, stages and recipes: each has a line of its own where that is nearer and it has rows enough."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Dataset
from bobae.graph import Runner
from bobae.learners.making.modes import ModeHead
from bobae.learners.making.regressor import Regressor
from bobae.learners.soft_sensor import SoftSensorLearner
from bobae.testing.made_results import parts, wafers

LINES = ("ridge", "pls", "modes")


def learned(data: Dataset, *candidates: str) -> Regressor:
    fold = np.unique(data.values("lot").astype(str), return_inverse=True)[1] % 3
    folds = [(fold != i, fold == i) for i in range(3)]
    return SoftSensorLearner(candidates=candidates).fit(data, folds=folds, seed=0)


def in_chamber(data: Dataset, name: str) -> Dataset:
    place = data.table.column_names.index("chamber")
    return replace(data, table=data.table.set_column(place, "chamber", pa.array([name] * len(data))))


@pytest.fixture(scope="module")
def fitted() -> Regressor:
    return learned(wafers(600, seed=1), *LINES)


def told(fitted: Regressor, data: Dataset) -> dict[str, np.ndarray]:
    gap = np.where(np.arange(len(data)) == 0, 2.0, 0.0)
    return Runner(fitted.graph(), fitted.contract).run(fitted.contract.rows(data), gap)


def test_chambers_that_answer_each_their_own_way_are_told_apart(fitted: Regressor) -> None:
    held, common = fitted.held_out, learned(wafers(600, seed=1), "ridge", "pls").held_out
    ours, theirs = (float(np.sqrt(np.square(h.answers["prediction"] - h.truth).mean())) for h in (held, common))
    assert "by chamber" in next(iter(held.said))
    assert ours < 0.7 * theirs


def test_where_chambers_are_alike_one_line_is_kept() -> None:
    assert "by product" not in next(iter(learned(parts(300, seed=1), *LINES).held_out.said)).split(" + ")[0]


def test_a_chamber_with_few_wafers_is_told_by_the_common_line(fitted: Regressor) -> None:
    head = fitted.heads[0]
    assert isinstance(head, ModeHead)
    assert head.codes.tolist() == [0.0, 1.0, 2.0]  # D has twelve wafers of six hundred
    rare, new = (told(fitted, in_chamber(wafers(100, seed=3), name)) for name in ("D", "B"))
    assert not np.allclose(rare["prediction"], new["prediction"], atol=0.5)
    columns = fitted.design.run(fitted.contract.rows(in_chamber(wafers(100, seed=3), "D")), np.zeros(100))
    assert np.array_equal(head.run(columns), head.heads[0].run(columns))


def test_a_chamber_never_seen_is_strange(fitted: Regressor) -> None:
    seen, new = (told(fitted, in_chamber(wafers(100, seed=3), name)) for name in ("A", "E"))
    assert (new["strange"] > 1.0).all()
    assert np.mean(seen["strange"] > 1.0) < 0.1
    assert np.isfinite(new["prediction"]).all()


def test_what_the_inputs_brought_about_adds_up_in_every_chamber(fitted: Regressor) -> None:
    answers = told(fitted, wafers(300, seed=4))
    rest = answers["prediction"] - answers["contribution"].sum(axis=1)
    assert np.ptp(rest) < 1e-6
