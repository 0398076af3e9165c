"""The ledger keeps what alarms were worth, at the costs that held then; the newest word of each counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from bobae.registry.catalogue import LedgerEntry, Outcome, open_catalogue

ENTRY = LedgerEntry(
    subject="alarm 1",
    asset="line1/press3",
    monitor="line1/press3:anomaly",
    model="press3",
    version="0123456789ab",
    time_ns=1_000,
    outcome=Outcome.UNJUDGED,
    saved=0.0,
    cost=0.0,
    would_save=5e6,
    would_cost=2e5,
    currency="KRW",
    assumed=True,
    written_ns=2_000,
)


def test_the_newest_word_counts_and_the_older_stays(tmp_path: Path):
    useful = replace(ENTRY, outcome=Outcome.USEFUL, saved=5e6, written_ns=3_000, by="kim")
    with open_catalogue(tmp_path) as catalogue:
        assert catalogue.ledger.enter([ENTRY]) == 1
        assert catalogue.ledger.enter([useful]) == 1
    with open_catalogue(tmp_path) as catalogue:
        assert catalogue.ledger.entries(0, 2_000) == [useful]
        assert catalogue.ledger.history("alarm 1") == [ENTRY, useful]


def test_what_says_nothing_new_is_not_entered_so_later_costs_do_not_change_the_past(tmp_path: Path):
    dearer = replace(ENTRY, would_cost=9e5, written_ns=9_000)
    with open_catalogue(tmp_path) as catalogue:
        assert catalogue.ledger.enter([ENTRY]) == 1
        assert catalogue.ledger.enter([dearer]) == 0
        assert catalogue.ledger.entries(0, 2_000) == [ENTRY]


@pytest.mark.parametrize(("t0", "t1", "found"), [(0, 1_000, 0), (1_000, 1_001, 1), (1_001, 5_000, 0)])
def test_entries_are_those_of_the_time(tmp_path: Path, t0: int, t1: int, found: int):
    with open_catalogue(tmp_path) as catalogue:
        catalogue.ledger.enter([ENTRY, replace(ENTRY, subject="alarm 2", model="other", time_ns=50)])
        assert len(catalogue.ledger.entries(t0, t1, model="press3")) == found
