"""Candidates and their settings, tried on folds: which are given up, which are tried at all, and who is chosen."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from bobae.core import NotEnoughEvidence
from bobae.learners.making.boosting import Boosting
from bobae.learners.making.held import Tried, tried, with_settings

FOLD = np.arange(50) // 10
PARTS = [np.isin(FOLD, i) for i in range(5)]
FOLDS = [(~part, part) for part in PARTS]
KNOWN = np.ones(50, dtype=bool)
Says = Callable[[np.ndarray, np.ndarray], np.ndarray]


def off(by: Mapping[int, float], asked: list[int] | None = None) -> Says:
    """Off by so much in each fold (of those not named by 1); writes down in which folds it was asked."""

    def said(fit: np.ndarray, prove: np.ndarray) -> np.ndarray:
        number = int(FOLD[prove][0])
        if asked is not None:
            asked.append(number)
        return np.full(int(prove.sum()), by.get(number, 1.0))

    return said


def run(candidates: Mapping[str, Says], **more: object) -> Tried:
    return tried(candidates, FOLDS, KNOWN, lambda said, rows: float(np.abs(said)[rows].mean()), **more)  # type: ignore[arg-type]


def test_what_is_far_behind_in_the_first_folds_is_not_tried_on_the_others() -> None:
    asked: list[int] = []
    found = run({"near": off({}), "far": off(dict.fromkeys(range(5), 2.0), asked)})
    assert asked == [0, 1]
    assert found.best() == ("near",)
    assert found.told()["far"] == 2.0


@pytest.mark.parametrize("behind", [{0: 9.0}, {1: 9.0}, {0: 1.4, 1: 1.4}])
def test_one_bad_fold_or_a_little_behind_gives_nothing_up(behind: Mapping[int, float]) -> None:
    asked: list[int] = []
    run({"near": off({}), "other": off(behind, asked)})
    assert asked == [0, 1, 2, 3, 4]


def test_folds_that_teach_most_come_first() -> None:
    asked: list[int] = []
    forward = [(np.any(PARTS[:i], axis=0), PARTS[i]) for i in range(1, 5)]
    far = off(dict.fromkeys(range(5), 2.0), asked)
    tried({"near": off({}), "far": far}, forward, KNOWN, lambda said, rows: float(np.abs(said)[rows].mean()))
    assert asked == [4, 3]


def test_what_is_given_up_speaks_for_no_row() -> None:
    found = run({"near": off({}), "far": off({0: 2.0, 1: 2.0, 2: 0.0, 3: 0.0, 4: 0.0})})
    assert (found.chosen() == 1.0).all()


def test_settings_of_the_best_alone_are_tried_and_only_with_a_budget() -> None:
    candidates = {"line": off(dict.fromkeys(range(5), 1.4)), "tree": off({})}
    others = {"line strict": off({}), "tree deep": off(dict.fromkeys(range(5), 0.5))}
    settings = {"line": ["line strict"], "tree": ["tree deep"]}
    without = run(candidates | others, settings=settings)
    given = run(candidates | others, settings=settings, budget_s=1e6)
    assert list(without.said) == ["line", "tree"]
    assert list(given.said) == ["line", "tree", "tree deep"]
    assert given.best() == ("tree deep",)


def test_a_setting_that_is_behind_its_own_kind_in_the_first_folds_is_given_up() -> None:
    asked: list[int] = []
    candidates = {"tree": off({}), "tree deep": off(dict.fromkeys(range(5), 1.01), asked)}
    found = run(candidates, settings={"tree": ["tree deep"]}, budget_s=1e6)
    assert asked == [0, 1]
    assert list(found.said) == ["tree"]


def test_the_choice_among_settings_is_asked_of_the_other_folds() -> None:
    """A setting that is lucky in one fold does not speak there."""
    lucky = {f"tree {number}": off({number: 0.0}) for number in range(2)}
    found = run({"tree": off({}), **lucky}, settings={"tree": list(lucky)}, budget_s=1e6)
    assert (found.chosen()[PARTS[0] | PARTS[1]] > 0.0).all()


def test_settings_differ_from_the_usual_and_from_each_other() -> None:
    ways, settings = with_settings({"trees": Boosting(), "line": object()})
    assert settings["line"] == []
    assert set(ways) == {"trees", "line", *settings["trees"]}
    assert len({ways[name] for name in ("trees", *settings["trees"])}) == 1 + len(settings["trees"])


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(NotEnoughEvidence):
        tried({"near": off({})}, [(~KNOWN, PARTS[1])], KNOWN, lambda *_: 0.0)
