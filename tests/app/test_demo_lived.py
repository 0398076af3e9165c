"""The demo month: a false alarm, an answer, drift, a retrained model through its trial to promotion, and the books."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bobae.app import settings_for
from bobae.app.demo_lived import MonthDone, demo_month
from bobae.app.month.world import ASSET
from bobae.app.plant_store import historian_folder
from bobae.core import BadInput, speaking
from bobae.registry.catalogue import Catalogue, Drift, Move, Outcome, open_catalogue

DAYS = 19
NAME = f"{ASSET}:anomaly"


@dataclass
class Told:
    """The month, what was told of it, and the catalogue that it left."""

    done: MonthDone
    said: list[tuple[str, str]]
    catalogue: Catalogue

    def text(self) -> str:
        return "\n".join(said for _, said in self.said)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder, said = tmp_path_factory.mktemp("month") / "plant", list[tuple[str, str]]()
    with pytest.MonkeyPatch.context() as patch, speaking("en"):
        patch.setenv("BOBAE_HOME", str(folder.parent / "home"))
        settings = settings_for(folder.parent, language="en")
        done = demo_month(folder, settings, days=DAYS, tell=lambda what, level="plain": said.append((level, str(what))))
        with open_catalogue(historian_folder(folder)) as catalogue:
            yield Told(done, said, catalogue)


def test_real_and_false_alarms_come_and_the_operator_says_which_was_which(told: Told) -> None:
    alarms = told.catalogue.alarms.page(limit=100)
    judged = told.catalogue.feedback.of_alarms([alarm.id for alarm in alarms])
    outcomes = [one.outcome for one in judged.values()]
    assert outcomes.count(Outcome.USEFUL) == told.done.month.found >= 2
    assert outcomes.count(Outcome.FALSE) == told.done.month.false >= 2
    assert told.text().count("the operator calls alarm") == len(outcomes)


def test_answers_move_the_limit_and_are_entered_into_the_books(told: Told) -> None:
    moves = told.catalogue.feedback.moves(NAME)
    assert moves
    assert moves[0].factor > 1
    entries = told.catalogue.ledger.entries(0, 2**62)
    assert {entry.outcome for entry in entries} >= {Outcome.USEFUL, Outcome.FALSE}
    assert sum(entry.saved for entry in entries) > 0


def test_the_replaced_thermometer_is_found_by_how_far_it_is_off(told: Told) -> None:
    found = [check for check in told.catalogue.drift.history(NAME, limit=100) if check.answer is Drift.MATTERS]
    shifts = [one for check in found for one in check.found["inputs"] if one["name"] == "oil_temperature"]
    moved = [one["now"] - one["before"] for one in shifts if one["answer"] == "moved"]
    assert any(3 < by < 8 for by in moved)


def test_a_retrained_model_goes_through_its_trial_to_promotion(told: Told) -> None:
    history = told.catalogue.versions.history(NAME)
    events = [move.event for move in history]
    assert events[0] is Move.TAKEN_IN
    assert [e for e in events if e in (Move.PROPOSED, Move.TRIED, Move.PROMOTED_BY_RULE)][:3] == [
        Move.PROPOSED,
        Move.TRIED,
        Move.PROMOTED_BY_RULE,
    ]
    promoted = next(move for move in history if move.event is Move.PROMOTED_BY_RULE)
    version = told.catalogue.versions.version(NAME, promoted.becomes or 0)
    assert version.comparison is not None
    assert version.comparison["outcome"] == "better"
    assert "is live now" in told.text()


def test_the_records_know_the_version_that_is_live(told: Told) -> None:
    newest = told.catalogue.records.history(NAME)[-1]
    assert newest.record["version"] == max(one.number for one in _live(told))
    assert newest.number >= 3


def test_it_is_summed_up_in_money_with_what_to_type_next(told: Told) -> None:
    done = told.done
    assert done.month.cost < done.month.quiet_cost
    with speaking("en"):
        summed = "\n".join(map(str, done.told()))
    assert f"in {DAYS} days it called {len(done.month.calls)} times, {done.month.false} of them for nothing" in summed
    assert f"bobae model list {done.folder}" in summed
    assert done.as_json()["faults_found"] == done.month.found


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="holds something other than a demo"):
        demo_month(tmp_path, settings_for(tmp_path, language="en"))
    assert (tmp_path / "mine.txt").read_text() == "mine"


def _live(told: Told):
    moves = [move for move in told.catalogue.versions.history(NAME) if move.alias == "live" and move.becomes]
    return [told.catalogue.versions.version(NAME, moves[-1].becomes)]
