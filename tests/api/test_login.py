"""People sign in, are known until it is over, and nobody acts in another's name."""

import base64
import contextlib
import hashlib
import http.client
import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bobae.app.access import Door, Tokens, Tries, Users
from bobae.core import BadInput, Refused
from bobae.core.access import UserRole
from bobae.registry.catalogue import AuditEvent, WriteStore, open_catalogue
from bobae.write import Persons, TooManyTries, WrongSecret
from bobae.write.secret import NOBODY, recognises, to_recognise

JSON = {"Content-Type": "application/json"}
KIM, LEE = "a sentence of Kim", "eine Rede von Lee"
HOUR = 3600 * 1_000_000_000


@pytest.fixture(scope="module")
def users(client: Any) -> Iterator[Users]:
    made = Users(client.plant.writing.book)
    made.add("김철수", UserRole.ADMINISTRATOR, KIM)
    made.add("lee", UserRole.OPERATOR, LEE)
    return made


def sign_in(client: Any, name: str, password: str) -> Any:
    said = json.dumps({"name": name, "password": password})
    return client.ask("POST", "/api/v1/session", body=said, headers=JSON)


def signed_in(client: Any, name: str, password: str) -> dict[str, str]:
    answer = sign_in(client, name, password)
    assert answer.status == 200, answer.body
    return JSON | {"Cookie": answer.headers["Set-Cookie"].partition(";")[0], "X-CSRF-Token": answer.json["csrf"]}


def test_who_signs_in_learns_who_they_are(client: Any, users: Users) -> None:
    answer = sign_in(client, "김철수", KIM)
    kept = answer.headers["Set-Cookie"]
    assert kept.startswith("__Host-bobae=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=604800"):
        assert part in kept
    assert "Domain" not in kept
    told = client.get("/api/v1/session", headers={"Cookie": kept.partition(";")[0], "Accept-Language": "ko"}).json
    assert (told["name"], told["role"], told["role_text"], told["language"]) == (
        "김철수",
        "administrator",
        "시스템 관리자",
        "ko",
    )
    assert (told["csrf"], "user.manage" in told["may"]) == (answer.json["csrf"], True)
    assert [one["name"] for one in client.get("/api/v1/users", headers={"Cookie": kept}).json["items"]] == [
        "lee",
        "김철수",
    ]


def test_a_wrong_name_and_a_wrong_password_are_told_alike(client: Any, users: Users) -> None:
    answers = [sign_in(client, name, "not the password") for name in ("김철수", "nobody")]
    assert [answer.status for answer in answers] == [401, 401]
    assert answers[0].body == answers[1].body
    assert not answers[0].headers["WWW-Authenticate"].startswith("Basic")  # no browser asks for a password by itself
    assert client.ask("POST", "/api/v1/session", body="{}", headers=JSON).status == 422


def test_what_changes_something_shows_that_the_page_is_ours(client: Any, users: Users) -> None:
    headers, alarm = signed_in(client, "lee", LEE), client.raise_alarm("csrf")
    path = f"/api/v1/alarms/{alarm.id}/acknowledge"
    for change in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}):
        answer = client.post(path, {}, headers=headers | change)
        assert (answer.status, answer.json["type"]) == (403, "urn:bobae:no-csrf")
    for change in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post(path, {}, headers=headers | change)
        assert (answer.status, answer.json["type"]) == (403, "urn:bobae:cross-site")
    assert client.plant.alarms.get(alarm.id).state == "unacknowledged"
    ours = headers | {"Origin": f"http://127.0.0.1:{client.port}", "Sec-Fetch-Site": "same-origin"}
    assert client.post(path, {}, headers=ours).json["acknowledged_by"] == "lee"


def test_nobody_acts_in_another_name(client: Any, users: Users) -> None:
    headers, alarm = signed_in(client, "lee", LEE), client.raise_alarm("another name")
    answer = client.post(f"/api/v1/alarms/{alarm.id}/acknowledge", {"by": "김철수"}, headers=headers)
    assert (answer.status, "you are lee" in answer.json["detail"]) == (422, True)


def test_an_order_is_given_by_who_signed_in(client: Any, users: Users) -> None:
    kim, lee = signed_in(client, "김철수", KIM), signed_in(client, "lee", LEE)
    order = {"tag": "line1/oven.setpoint", "value": 122, "because": "a test"}
    asked = client.post("/api/v1/writes", order, headers=lee).json
    assert asked["asked_by"] == "lee"
    assert client.post(f"/api/v1/writes/{asked['id']}/approve", {}, headers=lee).status == 403
    approved = client.post(f"/api/v1/writes/{asked['id']}/approve", {}, headers=kim).json
    assert (approved["state"], approved["approved_by"]) == ("approved", ["김철수"])
    assert client.post(f"/api/v1/writes/{asked['id']}/cancel", {}, headers=lee).json["state"] == "cancelled"


def test_a_secret_says_who_one_is_as_before(client: Any, users: Users) -> None:
    secret = client.plant.writing.persons.add("park")
    headers = {"Authorization": "Basic " + base64.b64encode(f"park:{secret}".encode()).decode()}
    assert client.get("/api/v1/writes", headers=headers).status == 200
    assert client.get("/api/v1/audit", headers=headers).status == 403
    assert sign_in(client, "park", secret).status == 401
    client.plant.writing.persons.remove("park")


def test_a_program_shows_a_token_and_approves_nothing(client: Any, users: Users) -> None:
    tokens = Tokens(client.plant.writing.book)
    shown, made = tokens.make("김철수", role=UserRole.ENGINEER, days=1, label="MES")
    headers = JSON | {"Authorization": f"Bearer {shown}"}
    assert shown.startswith("bob_")
    assert client.get("/api/v1/alarms", headers=headers).status == 200
    assert client.get("/v2", headers=headers).json["name"] == "bobae"
    assert "error" in client.get("/v2").json
    assert client.post("/api/v1/writes/1/approve", {}, headers=headers).status == 403
    assert client.get("/api/v1/users", headers=headers).status == 403
    assert [one.label for one in tokens.all()] == ["MES"]
    tokens.end(made.digest[:8])
    assert client.get("/api/v1/alarms", headers=headers).status == 401
    with pytest.raises(Refused, match="cannot be more"):
        tokens.make("lee", role=UserRole.MANAGER, days=1)


def test_a_link_signs_in_once(client: Any, users: Users) -> None:
    shown, _ = Tokens(client.plant.writing.book).link("lee")
    said = json.dumps({"link": shown})
    assert client.ask("POST", "/api/v1/session", body=said, headers=JSON).json["name"] == "lee"
    assert client.ask("POST", "/api/v1/session", body=said, headers=JSON).status == 401


def test_sessions_end_when_one_goes_or_is_changed(client: Any, users: Users) -> None:
    first, second = signed_in(client, "lee", LEE), signed_in(client, "lee", LEE)
    assert client.ask("DELETE", "/api/v1/session", headers=first).status == 204
    assert [client.get("/api/v1/session", headers=one).status for one in (first, second)] == [401, 200]
    wrong = json.dumps({"password": "not the password", "new": "another sentence"})
    refused = client.ask("PUT", "/api/v1/session/password", body=wrong, headers=second)
    assert (refused.status, refused.headers["WWW-Authenticate"].startswith("Basic")) == (401, False)
    changed = json.dumps({"password": LEE, "new": "another sentence"})
    answer = client.ask("PUT", "/api/v1/session/password", body=changed, headers=second)
    assert client.get("/api/v1/session", headers=second).status == 401
    third = JSON | {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    assert client.get("/api/v1/session", headers=third).json["name"] == "lee"
    users.role("lee", UserRole.ENGINEER)
    assert client.get("/api/v1/session", headers=third).status == 401
    users.role("lee", UserRole.OPERATOR)
    users.password("lee", LEE)


def test_a_stream_ends_with_the_session(client: Any, users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bobae.api.alarms._SIGN_OF_LIFE_S", 0.3)
    headers = signed_in(client, "lee", LEE)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)) as connection:
        connection.request("GET", "/api/v1/events", headers=headers)
        stream = connection.getresponse()
        assert stream.readline() == b": connected\n"
        assert client.ask("DELETE", "/api/v1/session", headers=headers).status == 204
        assert b"event" not in stream.read()  # it comes to an end


def test_all_of_it_is_in_the_audit(client: Any, users: Users) -> None:
    headers = signed_in(client, "김철수", KIM)
    alarm = client.raise_alarm("audited")
    client.post(f"/api/v1/alarms/{alarm.id}/acknowledge", {}, headers=headers)
    entries = client.get("/api/v1/audit", limit=1000, headers=headers).json["items"]
    assert entries[-1]["said"] == {
        "method": "POST",
        "path": f"/api/v1/alarms/{alarm.id}/acknowledge",
        "status": 200,
        "from": "127.0.0.1",
    }
    events = {entry["event"] for entry in entries}
    assert {"signed_in", "signed_out", "wrong_secret", "user_added", "role_changed", "token_made"} <= events
    with client.plant.writing.book.looking() as book:
        assert book.audit.broken() is None
    everything = b"".join(file.read_bytes() for file in client.plant.folder.glob("catalogue.db*"))
    assert KIM.encode() not in everything
    assert headers["Cookie"].partition("=")[2].encode() not in everything


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WriteStore]:
    with open_catalogue(tmp_path) as catalogue:
        yield catalogue.writes


class Clock:
    now_ns = 1_800_000_000_000_000_000

    def __call__(self) -> int:
        return self.now_ns


def test_a_session_outlives_a_restart_and_is_over_when_nobody_used_it(store: WriteStore) -> None:
    clock = Clock()
    Users(store, clock).add("kim", UserRole.ADMINISTRATOR, KIM)
    shown = Door(store, Persons(store, clock), clock=clock).sign_in("kim", KIM, place="here").shown
    again = Door(store, Persons(store, clock), clock=clock)
    for _ in range(13):
        clock.now_ns += 11 * HOUR
        assert again.by_session(shown) is not None
    clock.now_ns += 12 * HOUR
    assert again.by_session(shown) is None
    shown = again.sign_in("kim", KIM, place="here").shown
    for _ in range(15):
        clock.now_ns += 11 * HOUR
        again.by_session(shown)
    clock.now_ns += 3 * HOUR
    assert again.by_session(shown) is None  # a week is over


def test_a_stranger_waits_like_somebody_who_is_there(store: WriteStore) -> None:
    persons = Persons(store)
    Users(store).add("kim", UserRole.ADMINISTRATOR, KIM)
    for name in ("kim", "nobody"):
        for _ in range(5):
            with pytest.raises(WrongSecret, match="not right"):
                persons.known(name, "wrong")
        with pytest.raises(TooManyTries, match=f"too many wrong secrets for {name}"):
            persons.known(name, KIM)


def test_a_stranger_takes_as_long_as_somebody_who_is_there() -> None:
    assert not recognises(NOBODY, "anything")
    assert NOBODY.split("$")[:4] == to_recognise("anything").split("$")[:4]


def test_a_place_that_is_wrong_too_often_waits(store: WriteStore) -> None:
    now = [0.0]
    door = Door(store, Persons(store), tries=Tries(free=2, wait_s=60, clock=lambda: now[0]))
    Users(store).add("kim", UserRole.ADMINISTRATOR, KIM)
    for name in ("a", "b"):
        with pytest.raises(WrongSecret):
            door.sign_in(name, "wrong", place="10.0.0.7")
    with pytest.raises(TooManyTries, match=r"from 10\.0\.0\.7"):
        door.sign_in("kim", KIM, place="10.0.0.7")
    assert door.sign_in("kim", KIM, place="10.0.0.8").actor.name == "kim"
    now[0] = 61.0
    assert door.sign_in("kim", KIM, place="10.0.0.7").actor.name == "kim"


def test_the_last_administrator_stays(store: WriteStore) -> None:
    users = Users(store)
    with pytest.raises(Refused, match="first user is an administrator"):
        users.add("kim", UserRole.OPERATOR, KIM)
    users.add("kim", UserRole.ADMINISTRATOR, KIM)
    users.add("lee", UserRole.OPERATOR, LEE)
    for refused in (lambda: users.remove("kim"), lambda: users.role("kim", UserRole.MANAGER)):
        with pytest.raises(Refused, match="last administrator"):
            refused()
    users.remove("lee")
    users.remove("kim")
    assert users.all() == []


@pytest.mark.parametrize("password", ["short", "          ", "aaaaaaaaaaaa", "administrator", "x" * 257])
def test_a_password_that_is_guessed_is_not_taken(store: WriteStore, password: str) -> None:
    with pytest.raises(BadInput, match="password"):
        Users(store).add("Administrator", UserRole.ADMINISTRATOR, password)
    assert Users(store).all() == []


def test_a_password_is_the_same_however_its_letters_were_put_together(store: WriteStore) -> None:
    Users(store).add("kim", UserRole.ADMINISTRATOR, "비밀번호는 긴 문장")
    decomposed = unicodedata.normalize("NFD", "비밀번호는 긴 문장")
    assert Persons(store).known("kim", decomposed).name == "kim"


def test_a_secret_of_an_older_bobae_is_known_and_kept_better(store: WriteStore, tmp_path: Path) -> None:
    secret = Persons(store).add("kim")
    salt = "00" * 16
    old = hashlib.scrypt(secret.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()
    with sqlite3.connect(tmp_path / "catalogue.db") as base:
        base.execute("UPDATE write_persons SET secret = ?", (f"scrypt:16384:8:1:{salt}:{old}",))
    base.close()
    assert Persons(store).known("kim", secret).name == "kim"
    with store.looking() as book:
        assert book.people.all()[0].secret.startswith("$argon2id$")
        assert AuditEvent.WRONG_SECRET not in {entry.event for entry in book.audit.after(0, limit=100)}
