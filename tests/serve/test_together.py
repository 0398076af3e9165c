"""Many assets with one model are scored in one call, with the decisions of one at a time, and come and go meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bobae.core import Candidate, Contract, Samples, TagRow
from bobae.graph import Runner
from bobae.historian import Store, open_store
from bobae.serve import Line, LiveModel, LiveRow, Proof
from bobae.serve.together import FEWEST
from bobae.testing.made_machine import SENSORS, machine
from bobae.testing.made_model import made_model

S = 1_000_000_000
START_NS = 1_800_000_000 * S
ROWS = 80
ASSETS = tuple(f"line/press{i:02}" for i in range(FEWEST + 4))


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    return made_model()


@pytest.fixture(scope="module")
def contract(candidate: Candidate) -> Contract:
    return candidate.manifest.contract.model_copy(update={"sampling_s": 1.0, "max_gap_s": 5.0})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """All presses for 80 s; of each some readings are missing, one is away for ten seconds, one knows a new product."""
    dice = np.random.default_rng(2)
    with open_store(tmp_path_factory.mktemp("store"), write=True, clock=lambda: START_NS, commit_s=0.001) as opened:
        for number, asset in enumerate(ASSETS):
            table = machine(ROWS, seed=20 + number).table
            for name in (*SENSORS, "product"):
                is_word = name == "product"
                (tag,) = opened.writer.tag_ids([TagRow(0, f"{asset}.{name}", "text" if is_word else "number")])
                rows = np.flatnonzero(dice.random(ROWS) > 0.1)
                if number == 3:
                    rows = rows[(rows < 30) | (rows > 40)]
                column = table.column(name).to_pylist()
                words = np.array([f"new {column[i]}" if number == 5 else column[i] for i in rows], dtype=object)
                at = START_NS + (rows + 1) * S
                opened.writer.append(
                    Samples.of(
                        [tag] * len(rows),
                        at,
                        np.full(len(rows), np.nan) if is_word else np.array([column[i] for i in rows]),
                        receipt_ns=at,
                        text=words if is_word else None,
                    )
                ).durable.result()
        yield opened


def models(candidate: Candidate, contract: Contract, *, proof: Proof | None, assets=ASSETS) -> list[LiveModel]:
    return [
        LiveModel(a, [f"{a}.{wanted.name}" for wanted in contract.inputs], contract, candidate.graph, proof=proof)
        for a in assets
    ]


def line_of(made: list[LiveModel], from_s: int = 0) -> Line:
    return Line(made, settle_ns=0, from_ns=START_NS + from_s * S)


def by_asset(rows: list[LiveRow]) -> dict[str, list[LiveRow]]:
    return {asset: [row for row in rows if row.model == asset] for asset in ASSETS}


@pytest.fixture(scope="module")
def proof(candidate: Candidate) -> Proof:
    return Proof(candidate.reference, candidate.manifest.tolerance)


@pytest.fixture(scope="module")
def at_once(store: Store, candidate: Candidate, contract: Contract, proof: Proof) -> list[LiveRow]:
    return list(line_of(models(candidate, contract, proof=proof)).settled(store, START_NS + ROWS * S))


def test_decisions_are_those_of_one_at_a_time_and_scores_differ_in_the_last_bits_only(
    store, candidate, contract, at_once
):
    alone = list(line_of(models(candidate, contract, proof=None)).settled(store, START_NS + ROWS * S))
    assert len(alone) == len(at_once) == ROWS * len(ASSETS)
    compared = 0
    for one, other in zip(alone, at_once, strict=True):
        assert (one.model, one.time_ns) == (other.model, other.time_ns)
        assert np.array_equal(one.x, other.x, equal_nan=True)
        assert (one.answers is None) == (other.answers is None)
        if one.answers is not None and other.answers is not None:
            compared += 1
            assert one.answers["alarm"] == other.answers["alarm"]
            for name in one.answers:
                np.testing.assert_allclose(one.answers[name], other.answers[name], rtol=1e-11, atol=1e-12)
    assert compared > 0.9 * len(alone)


def test_each_asset_has_a_state_of_its_own(candidate, contract, at_once):
    rows = by_asset(at_once)
    for asset in (ASSETS[0], ASSETS[3], ASSETS[5]):
        scored = [row for row in rows[asset] if row.answers is not None]
        runner, before = Runner(candidate.graph, contract), None
        for row in scored:
            gap = 2.0 if before is None else float(row.time_ns - before > 5 * S)
            before = row.time_ns
            wanted = runner.step(row.x, gap=gap)
            assert row.answers is not None
            np.testing.assert_allclose(row.answers["score"], wanted["score"], rtol=1e-11)
    assert {float(row.x[-1]) for row in rows[ASSETS[5]]} >= {-1.0}


def test_models_that_come_and_go_meanwhile_are_scored_as_if_they_had_always_been_there(
    store, candidate, contract, proof, at_once
):
    first, later = ASSETS[: FEWEST + 1], ASSETS[FEWEST + 1 :]
    line = line_of(models(candidate, contract, proof=proof, assets=first))
    rows = list(line.settled(store, START_NS + 40 * S))
    line.add(models(candidate, contract, proof=proof, assets=later), store, rows=40)
    line.remove({ASSETS[1]})
    rows += line.settled(store, START_NS + ROWS * S)
    got, wanted = by_asset(rows), by_asset(at_once)
    assert max(row.time_ns for row in got[ASSETS[1]]) == START_NS + 40 * S
    for asset in ASSETS:
        if asset == ASSETS[1]:
            continue
        begin = START_NS + (40 if asset in later else 0) * S
        same = [row for row in wanted[asset] if row.time_ns > begin]
        assert [row.time_ns for row in got[asset]] == [row.time_ns for row in same]
        for mine, other in zip(got[asset], same, strict=True):
            if mine.answers is not None and other.answers is not None:
                np.testing.assert_allclose(mine.answers["score"], other.answers["score"], rtol=1e-9)


def test_a_graph_that_does_not_reproduce_at_once_is_scored_one_by_one(
    store, candidate, contract, proof, caplog, at_once
):
    expected = {name: values + (name == "score") for name, values in proof.reference.expected.items()}
    wrong = Proof(replace(proof.reference, expected=expected), proof.tolerance)
    made = models(candidate, contract, proof=wrong)
    with caplog.at_level("WARNING", logger="bobae.serve"):
        rows = list(line_of(made).settled(store, START_NS + ROWS * S))
    assert "one by one" in caplog.text
    runner = Runner(candidate.graph, contract)
    mine = [row for row in rows if row.model == ASSETS[0] and row.answers is not None]
    for i, row in enumerate(mine):
        assert row.answers is not None
        assert row.answers["score"] == runner.step(row.x, gap=2.0 if i == 0 else 0.0)["score"]


def test_a_stretch_without_anything_to_read_is_passed_over(tmp_path: Path):
    with open_store(tmp_path, write=True, clock=lambda: START_NS) as empty:
        assert list(line_of([]).settled(empty, START_NS + 10 * S)) == []
