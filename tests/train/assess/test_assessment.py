import json
from html.parser import HTMLParser

import numpy as np
import pytest

from bobae.core import speaking
from bobae.train.assess import assess


@pytest.fixture
def watched(table, noise):
    fault = np.zeros(3000, dtype=bool)
    for start in range(500, 3000, 400):
        fault[start : start + 20] = True
    x = np.cumsum(noise.normal(size=3000))
    return table(time=np.arange(3000) * 60, current=x, pressure=x + noise.normal(size=3000), oil=-x, fault=fault)


def test_the_json_keys_stay_as_they_are(watched):
    said = json.loads(json.dumps(assess(watched).as_json()))
    assert set(said) == {
        "origin",
        "rows",
        "columns",
        "time",
        "findings",
        "readiness",
        "tasks",
        "missing",
        "leaks",
    }
    assert set(said["columns"][0]) == {"name", "kind", "role", "unit", "reason"}
    assert set(said["tasks"][0]) == {"task", "ready", "score", "title", "tells", "why"}
    assert {"first", "last", "sampling_s", "gaps"} <= set(said["time"])


def test_readiness_is_the_sum_of_its_parts(watched):
    found = assess(watched).readiness
    assert found.score == sum(part.points for part in found.parts)
    assert sum(part.most for part in found.parts) == 100
    assert all(0 <= part.points <= part.most for part in found.parts)


def test_watching_comes_first_where_faults_are_marked_in_time(watched):
    best = assess(watched).tasks[0]
    assert (best.task, best.ready) == ("anomaly", "ready")


def test_every_task_is_answered_once(watched):
    tasks = [answer.task for answer in assess(watched).tasks]
    assert sorted(tasks) == ["anomaly", "classify", "forecast", "inspect", "rul", "setpoint", "soft-sensor"]


def test_better_data_score_higher(watched, table, noise):
    poor = table(x=noise.normal(size=100), y=noise.normal(size=100))
    assert assess(watched).readiness.score > assess(poor).readiness.score + 20


def test_a_table_without_rows_or_numbers_is_told_not_crashed(table):
    for data in (table(x=np.empty(0)), table(word=["a", "b", "c"]), table(x=[1.0])):
        assert assess(data).tasks[0].ready == "no"


def test_the_page_speaks_korean_and_escapes_names(table, noise):
    data = table(**{"time": np.arange(50), "<script>alert(1)</script>": noise.normal(size=50)})
    with speaking("ko"):
        page = assess(data).as_html()
    assert '<html lang="ko">' in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "이 데이터로 알 수 있는 것" in page


def test_the_page_asks_nothing_of_a_network(watched):
    asked: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag, attrs):
            asked.extend(f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "srcset", "data"))

    page = assess(watched).as_html()
    Links().feed(page)
    assert asked == []
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_draws_when_there_are_rows_and_faults(table, noise):
    seconds = np.concatenate([np.arange(0, 30_000, 60), np.arange(60_000, 90_000, 60)])
    fault = (seconds > 70_000) & (seconds < 72_000)
    found = assess(table(time=seconds, x=np.cumsum(noise.normal(size=len(seconds))), fault=fault))
    rows, marked = found.coverage
    assert (len(rows.spans), len(marked.spans)) == (2, 1)
    page = found.as_html()
    assert page.count('class="band set"') == 2
    assert page.count('class="band fault"') == 1


def test_each_machine_has_its_own_stretches(table, noise):
    data = table(time=np.tile(np.arange(100), 3), machine=np.repeat(["a", "b", "c"], 100), x=noise.normal(size=300))
    assert [str(lane.name) for lane in assess(data).coverage] == ["a", "b", "c"]


def test_known_faults_are_counted_machine_by_machine_however_the_rows_stand(table, noise):
    fault = np.zeros(2000, dtype=bool)
    for start in (800, 1200, 1600):
        fault[start : start + 50] = True
    machine = np.tile(["a", "b"], 2000)
    x, y = np.cumsum(noise.normal(size=(2, 4000)), axis=1)
    data = table(time=np.repeat(np.arange(2000) * 60, 2), machine=machine, x=x, y=y, fault=np.repeat(fault, 2))
    watching = next(task for task in assess(data).tasks if task.task == "anomaly")
    assert watching.why.values["events"] == "6"
