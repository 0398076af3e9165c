import csv
from pathlib import Path

import numpy as np
import pytest

from bobae.app import demo, settings_for, up, verdict_in_words
from bobae.core import BadInput, speaking
from bobae.twins.press import write_history

MINUTE_S = 60.0


class Heard:
    """Keeps what was told, as a person would read it."""

    def __init__(self):
        self.said = []
        self.worked = set()

    def tell(self, what, level="plain"):
        self.said.append((level, str(what)))

    def progress(self, what, done, total):
        assert 0 <= done <= total
        self.worked.add(str(what))

    def steps(self):
        return [said for level, said in self.said if level == "step"]

    def text(self):
        return "\n".join(said for _, said in self.said)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The demo with a row a minute: (what came of it, what was told, its folder)."""
    folder, heard = tmp_path_factory.mktemp("plant") / "demo", Heard()
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOBAE_HOME", str(home))
        settings = settings_for(folder, language="en")
        return demo(settings, folder=folder, step_s=MINUTE_S, progress=heard.progress, tell=heard.tell), heard, folder


def test_the_demo_goes_from_history_to_a_scored_new_day(done):
    came, heard, folder = done
    assert len(heard.steps()) == 5
    assert {path.name for path in (folder / "results").iterdir()} == {
        "assessment.html",
        "report.html",
        "demo.bobae",
        "new_day_scores.csv",
    }
    assert came.judged is not None
    assert came.judged.path == folder / "results" / "demo.bobae"
    assert all(made.path.stat().st_size > 1_000 for made in came.files)
    assert len(heard.worked) >= 3


def test_the_demo_finds_most_of_its_faults_and_names_them(done):
    came, heard, _ = done
    events = [event for event in came.judged.outcome.events if event.detected is not None]
    assert len(events) >= 5
    assert sum(event.detected for event in events) >= 0.6 * len(events)
    assert all(event.what for event in events)
    assert "cooler fan failed" in heard.text()
    assert f"Verdict: {verdict_in_words(came.judged.outcome.verdict)}" in heard.text()


def test_the_new_day_is_told_against_the_maintenance_log(done):
    came, heard, folder = done
    assert "internal leakage of the main pump" in heard.text()
    with (folder / "results" / "new_day_scores.csv").open(encoding="utf-8") as file:
        assert sum(1 for _ in csv.reader(file)) == 24 * 60 + 1
    assert came.scored.alarms()


def test_the_document_of_the_demo_names_its_files_and_the_next_commands(done):
    came, _, folder = done
    document = came.as_json()
    assert document["verdict"] == str(came.judged.outcome.verdict)
    assert document["trained"]["model_sha256"] == came.judged.model.sha256
    assert Path(document["files"][0]["path"]).name == "report.html"
    assert all(Path(made["path"]).is_file() for made in document["files"])
    assert any(str(folder / "history") in step["command"] for step in document["next"])


def test_the_job_reads_the_files_that_a_plant_folder_names(tmp_path):
    written = write_history(tmp_path, days=1, step_s=MINUTE_S, language="en")
    came = up([tmp_path], settings_for(tmp_path), results=tmp_path / "out")
    assert came.assessment.dataset.origin == written.history.name
    assert len(came.assessment.dataset) == 24 * 60


def test_data_that_cannot_carry_a_model_still_get_their_assessment_and_the_reason(tmp_path):
    short = tmp_path / "short"
    short.mkdir()
    rows = "\n".join(f"2026-03-02 06:{minute:02d}:00,{20 + minute % 7},{3 + minute % 5}" for minute in range(40))
    (short / "a.csv").write_text("time,pressure [bar],flow [L/min]\n" + rows + "\n", encoding="utf-8")
    heard = Heard()
    came = up([short], settings_for(short, language="en"), results=tmp_path / "out", tell=heard.tell)
    assert came.judged is None
    assert came.refusal is not None
    assert str(came.refusal) in heard.text()
    assert [made.path.name for made in came.files] == ["assessment.html"]
    assert came.as_json()["verdict"] is None
    assert came.next[0][0].startswith("bobae assess")


def test_rows_without_any_order_are_not_trained_on(tmp_path):
    dice = np.random.default_rng(0)
    cells = "\n".join(f"{a:.3f},{b:.3f},{c:.3f}" for a, b, c in dice.normal(size=(3_000, 3)))
    (tmp_path / "mixed.csv").write_text("pressure,flow,speed\n" + cells + "\n", encoding="utf-8")
    came = up([tmp_path / "mixed.csv"], settings_for(tmp_path), results=tmp_path / "out")
    assert came.judged is None
    assert "cannot be watched" in str(came.refusal)


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(BadInput, match="nowhere"):
        up([tmp_path / "nowhere"], settings_for(tmp_path))


def test_the_job_speaks_korean(tmp_path):
    short = tmp_path / "short"
    short.mkdir()
    (short / "a.csv").write_text("time,p\n2026-03-02 06:00:00,1\n2026-03-02 06:01:00,2\n", encoding="utf-8")
    heard = Heard()
    with speaking("ko"):
        up([short], settings_for(short, language="ko"), results=tmp_path / "out", tell=heard.tell)
    assert heard.steps()[0] == "이 데이터로 무엇을 알 수 있습니까?"
