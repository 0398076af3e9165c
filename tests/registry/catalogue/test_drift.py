"""What has moved, as it was found from time to time."""

from dataclasses import replace
from pathlib import Path

import pytest

from bobae.registry.catalogue import Catalogue, Drift, DriftCheck, open_catalogue

FIRST = DriftCheck("press:anomaly", "abc", Drift.STEADY, 100, 100, {"inputs": []})


@pytest.fixture
def catalogue(tmp_path: Path):
    with open_catalogue(tmp_path) as opened:
        yield opened


def test_the_same_answer_has_been_so_since_it_was_first_found(catalogue: Catalogue) -> None:
    assert catalogue.drift.newest("press:anomaly") is None
    assert catalogue.drift.keep(FIRST)
    assert not catalogue.drift.keep(replace(FIRST, since_ns=200, checked_ns=200, found={"inputs": [1]}))
    assert catalogue.drift.newest("press:anomaly") == replace(
        FIRST, checked_ns=200, found={"inputs": [1]}, first_ns=100
    )


@pytest.mark.parametrize("change", [{"answer": Drift.MATTERS}, {"version": "def"}])
def test_another_answer_and_another_version_are_entries_of_their_own(catalogue: Catalogue, change: dict) -> None:
    catalogue.drift.keep(FIRST)
    then = replace(FIRST, since_ns=200, checked_ns=300, **change)
    assert catalogue.drift.keep(then)
    assert catalogue.drift.history("press:anomaly", limit=5) == [
        replace(then, first_ns=300),
        replace(FIRST, first_ns=100),
    ]
    assert catalogue.drift.history("press:anomaly", limit=1)[0].answer is then.answer
    assert catalogue.drift.history("other:anomaly", limit=5) == []
    other = replace(FIRST, subject="a:anomaly")
    catalogue.drift.keep(other)
    assert catalogue.drift.newest_of_all() == [replace(other, first_ns=100), replace(then, first_ns=300)]
