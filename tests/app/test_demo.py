import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from bobae.app import demo, discovery, settings_for, up, verdict_in_words
from bobae.app.at_work import PlantAtWork
from bobae.app.demo_beside import MACHINES
from bobae.app.live_run import live
from bobae.app.live_wishes import Ran, Wishes
from bobae.app.plant_store import historian_folder
from bobae.core import BadInput, Gap, Refused, speaking
from bobae.historian import open_store
from bobae.twins.press import write_history

MINUTE_S = 60.0
ADDRESS = "http://127.0.0.1:8800/api/v1"


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


@dataclass
class Demo:
    """The demo with a row a minute, until the press is watched and about to break."""

    folder: Path
    heard: Heard = field(default_factory=Heard)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    began_ns: int = 0

    async def run(self) -> Ran:
        wishes = Wishes((self._stop_when_watched,), ADDRESS)
        settings = settings_for(self.folder, language="en")
        told = {"progress": self.heard.progress, "tell": self.heard.tell}
        return await demo(self.folder, settings, wishes, stop=self.stop, live=live, step_s=MINUTE_S, **told)

    async def _stop_when_watched(self, work: PlantAtWork) -> None:
        self.began_ns = time.time_ns()
        while len(self.heard.steps()) < 5:
            await asyncio.sleep(0.05)
        self.stop.set()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOBAE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def done(home, tmp_path_factory):
    """What came of the demo, and the demo."""
    run = Demo(tmp_path_factory.mktemp("plant") / "demo")
    return asyncio.run(run.run()), run


def test_the_demo_goes_from_history_to_a_press_that_is_watched(done):
    came, run = done
    assert run.heard.steps()[0] == "A hydraulic press runs for two weeks, in a moment"
    assert run.heard.steps()[-1] == "Now the press itself is watched"
    results = {path.name for path in (run.folder / "results").iterdir()}
    assert results == {"assessment.html", "report.html", "press1.bobae"}
    assert f"is watched by {run.folder / 'results' / 'press1.bobae'}" in run.heard.text()
    assert f"look at it in a browser: {ADDRESS.removesuffix('/api/v1')}" in run.heard.text()
    assert len(run.heard.worked) >= 3
    assert came.alarms == []


def test_the_demo_finds_most_of_its_faults_and_names_them(done):
    came, run = done
    judged = came.trained[0].judged
    events = [event for event in judged.outcome.events if event.detected is not None]
    assert len(events) >= 3
    assert sum(event.detected for event in events) >= 0.6 * len(events)
    assert all(event.what not in ("", "known fault") for event in events)
    assert f"Verdict: {verdict_in_words(judged.outcome.verdict)}" in run.heard.text()


def test_the_press_is_collected_while_the_model_is_trained(done):
    came, run = done
    assert came.sources[0].connected
    assert came.samples > 20
    with open_store(historian_folder(run.folder)) as store:
        clock = [row.path for row in store.tags() if row.path.endswith((".cycle_time", ".main_pressure"))]
        live = store.raw(clock, run.began_ns, 2**62)
    assert live.status[np.isnan(live.value)].tolist() == [Gap.NOT_COLLECTED] * 2  # of each one, when it was stopped
    assert np.isfinite(live.value).sum() >= 4


def test_the_other_machines_of_the_demo_are_collected_meanwhile(done):
    came, run = done
    twins = [name for name in MACHINES if name in discovery.names("twins")]
    assert len(came.sources) == 1 + len(twins) == 1 + run.heard.text().count(" tags over ")
    assert [state.name for state in came.sources if not state.connected or state.samples < 10] == []


def test_the_document_of_the_demo_names_its_files(done):
    came, run = done
    document = came.as_json()
    trained = document["trained"][0]
    assert trained["verdict"] == str(came.trained[0].judged.outcome.verdict)
    assert Path(trained["files"][0]["path"]).name == "report.html"
    assert all(Path(made["path"]).is_file() for made in trained["files"])
    assert document["folder"] == str(run.folder)
    assert sum(source["samples"] for source in document["sources"]) == came.samples


def test_a_demo_is_made_anew_where_an_earlier_one_was_and_stops_when_told(done):
    _, run = done
    with open_store(historian_folder(run.folder), write=True), pytest.raises(Refused, match="another bobae"):
        asyncio.run(Demo(run.folder).run())
    assert (run.folder / "results" / "press1.bobae").is_file()
    again = Demo(run.folder)
    again.stop.set()
    came = asyncio.run(again.run())
    assert (came.samples, again.heard.said) == (0, [])
    assert not historian_folder(run.folder).exists()
    assert not (run.folder / "results").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(home, tmp_path):
    (tmp_path / "plant.yaml").write_text("plant: mine\n", encoding="utf-8")
    with pytest.raises(BadInput, match="--out"):
        asyncio.run(Demo(tmp_path).run())
    assert [path.name for path in tmp_path.iterdir()] == ["plant.yaml"]


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
