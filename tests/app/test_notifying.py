"""Alarms reach people by mail and webhook: once, together, not at night, again after a failure, until somebody acts."""

import json
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from bobae.app.notifying import Notifying, send
from bobae.core import BadInput, Plant, Receiver, Unreachable, telling_time_of, text
from bobae.monitor import acknowledge, happens
from bobae.monitor.notify import due, is_quiet
from bobae.registry.catalogue import Alarm, AlarmEvent, Catalogue, NewAlarm, open_catalogue
from bobae.testing.served import free_port

S = 10**9
HOUR = 3600 * S
NOON = 1_800_000_000 * S // (24 * HOUR) * (24 * HOUR) + 12 * HOUR


class Hook:
    """A web server that takes messages, or does not."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.status = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if hook.status == 200:
                    hook.heard.append(body)
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.close()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with open_catalogue(tmp_path) as opened:
        yield opened


class Plants:
    def __init__(self, folder: Path, catalogue: Catalogue, **receivers: dict[str, Any]) -> None:
        plant = Plant.model_validate({"plant": "busan", "language": "ko", "notify": receivers})
        self.now_ns, self.catalogue = NOON, catalogue
        self.notifying = Notifying(folder, plant, catalogue, clock=lambda: self.now_ns)

    def alarm(self, asset: str = "press", priority: str = "medium", monitor: str = "anomaly") -> Alarm:
        said = text("{asset} runs differently from usual.", asset=asset)
        new = NewAlarm(f"{asset}:{monitor}", asset, "m", "anomaly", self.now_ns, self.now_ns, 2.0, (), said, priority)
        return self.catalogue.alarms.put(new)


def test_an_alarm_is_told_once_in_the_receivers_language_and_its_end_too(tmp_path, catalogue, hook):
    plant = Plants(tmp_path, catalogue, shift={"url": hook.url}, boss={"url": hook.url, "language": "en"})
    alarm = plant.alarm()
    assert [plant.notifying.step(name) for name in ("shift", "boss", "shift", "boss")] == [True, True, False, False]
    korean, english = hook.heard
    assert korean["title"] == "[bobae] 경보: press"
    assert "press의 운전 상태가 평소와 다릅니다." in korean["message"]
    assert f"bobae alarm acknowledge {alarm.id} --by NAME" in english["message"]
    happens(catalogue.alarms, alarm, AlarmEvent.CLEARED, time_ns=plant.now_ns, by="m")
    assert plant.notifying.step("shift")
    assert hook.heard[-1]["title"] == "[bobae] 해소: press"
    assert not plant.notifying.step("shift")


def test_many_alarms_at_once_are_one_message(tmp_path, catalogue, hook):
    plant = Plants(tmp_path, catalogue, boss={"url": hook.url, "language": "en"})
    for i in range(25):
        plant.alarm(f"press{i}")
    assert plant.notifying.step("boss")
    assert hook.heard[0]["title"] == "[bobae] 25 alarms on 25 machines"
    assert "and 15 more" in hook.heard[0]["message"]


def test_escalation_is_only_for_what_nobody_acknowledged(tmp_path, catalogue, hook):
    plant = Plants(tmp_path, catalogue, boss={"url": hook.url, "after": "30min"})
    first, second = plant.alarm(), plant.alarm("robot")
    plant.now_ns += HOUR // 4
    acknowledge(catalogue.alarms, first.id, by="kim", comment="", time_ns=plant.now_ns)
    assert not plant.notifying.step("boss")
    plant.now_ns += HOUR // 4
    assert plant.notifying.step("boss")
    assert hook.heard[0]["title"] == "[bobae] 경보: robot"
    assert [n.alarm for n in catalogue.notices.newest(limit=9)] == [second.id]


def test_at_night_only_what_is_urgent_and_the_rest_in_the_morning(tmp_path, catalogue, hook):
    plant = Plants(tmp_path, catalogue, shift={"url": hook.url, "quiet": "22:00-06:00", "language": "en"})
    plant.now_ns += 11 * HOUR
    plant.alarm("press")
    plant.alarm("robot")
    assert not plant.notifying.step("shift")
    plant.alarm("oven", "urgent")
    assert plant.notifying.step("shift")
    plant.now_ns += 8 * HOUR
    assert plant.notifying.step("shift")
    assert [m["title"] for m in hook.heard] == ["[bobae] alarm: oven", "[bobae] 2 alarms on 2 machines"]


def test_who_cannot_be_reached_is_tried_again_and_holds_up_nobody(tmp_path, catalogue, hook):
    plant = Plants(tmp_path, catalogue, shift={"url": hook.url}, gone={"url": "json://127.0.0.1:9/"})
    plant.alarm()
    with pytest.raises(Unreachable, match="it is tried again"):
        plant.notifying.step("gone")
    assert plant.notifying.step("shift")
    hook.status = 500
    plant.alarm("robot")
    with pytest.raises(Unreachable):
        plant.notifying.step("shift")
    assert not plant.notifying.step("shift")  # it waits a little
    hook.status, plant.now_ns = 200, plant.now_ns + 11 * S
    assert plant.notifying.step("shift")
    assert len(hook.heard) == 2


def test_a_restart_between_sending_and_noting_sends_again_and_one_after_it_does_not(tmp_path, catalogue, hook):
    plant = Plants(tmp_path, catalogue, shift={"url": hook.url})
    plant.alarm()

    def killed(*_: str) -> None:
        send(*_)
        raise KeyboardInterrupt

    plant.notifying._sends = killed
    with pytest.raises(KeyboardInterrupt):
        plant.notifying.step("shift")
    again = Plants(tmp_path, catalogue, shift={"url": hook.url})
    assert (again.notifying.step("shift"), again.notifying.step("shift")) == (True, False)
    assert len(hook.heard) == 2


def test_no_more_than_so_many_an_hour(tmp_path, catalogue, hook):
    plant = Plants(tmp_path, catalogue, shift={"url": hook.url, "at_most_per_hour": 3})
    for i in range(10):
        plant.now_ns += 60 * S
        plant.alarm(f"press{i}")
        plant.notifying.step("shift")
    assert len(hook.heard) == 3
    plant.now_ns += HOUR
    assert plant.notifying.step("shift")
    assert hook.heard[-1]["title"] == "[bobae] 설비 7대에서 경보 7건"


def test_mail_arrives_with_a_korean_subject(tmp_path, catalogue):
    mails: list[bytes] = []
    port = free_port()

    class Box:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's)
            mails.append(envelope.content)
            return "250 OK"

    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        url = f"mailto://127.0.0.1:{port}/?from=bobae@plant.test&to=kim@plant.test&mode=insecure"
        plant = Plants(tmp_path, catalogue, shift={"url": url})
        plant.alarm()
        assert plant.notifying.step("shift")
    finally:
        controller.stop()
    (mail,) = mails
    assert str(make_header(decode_header(message_from_bytes(mail)["Subject"]))) == "[bobae] 경보: press"


def test_an_address_is_kept_out_of_the_plant_file(tmp_path, catalogue, hook, monkeypatch):
    (tmp_path / "boss.url").write_text(hook.url, "utf-8")
    receivers = {"boss": {"url": "file:boss.url"}, "shift": {"url": "env:BOBAE_TEST_SHIFT"}, "odd": {"url": "nothing"}}
    plant = Plants(tmp_path, catalogue, **receivers)
    plant.alarm()
    assert plant.notifying.step("boss")
    with pytest.raises(BadInput, match="BOBAE_TEST_SHIFT is empty"):
        plant.notifying.step("shift")
    monkeypatch.setenv("BOBAE_TEST_SHIFT", hook.url)
    plant.now_ns += 11 * S
    assert plant.notifying.step("shift")
    with pytest.raises(BadInput, match="none that Apprise understands"):
        plant.notifying.step("odd")


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 23), st.integers(0, 23))
def test_quiet_hours_are_those_of_the_plant(hour, minute, begin, end):
    now = (hour * 60 + minute) * 60 * S
    with telling_time_of("UTC"):
        wanted = (begin <= hour < end) if begin <= end else (hour >= begin or hour < end)
        assert is_quiet(f"{begin:02}:00-{end:02}:00", now) == wanted
    with telling_time_of("Asia/Seoul"):
        assert is_quiet("22:00-06:00", now) == ((hour + 9) % 24 >= 22 or (hour + 9) % 24 < 6)


@given(st.sampled_from(["low", "medium", "high", "urgent"]), st.sampled_from(["low", "medium", "high", "urgent"]))
def test_only_from_a_priority_on(least, priority):
    order = ["low", "medium", "high", "urgent"]
    alarm = Alarm("p:a", "p", "m", "anomaly", 1, 1, 2.0, (), text("{n} s", n=1), priority)
    message = due(Receiver(url="json://x", from_priority=least), [alarm], [], now_ns=2)
    assert (message is not None) == (order.index(priority) >= order.index(least))
