import json

import pytest

from bobae.core import BadInput, Text, UnknownName, say, speaking, text
from bobae.core.language import locale_language, parse_po


def test_an_error_is_said_in_the_language_of_the_reader() -> None:
    error = BadInput("{name} is missing", name="DIR")
    with speaking("ko"):
        assert str(error) == "DIR이(가) 빠졌습니다" or "DIR" in str(error)
    assert str(error) == "DIR is missing"


def test_speaking_ends_with_its_block() -> None:
    with speaking("ko"):
        pass
    assert say("stopped") == "stopped"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("서울", "서울로"),
        ("부산", "부산으로"),
        ("대구", "대구로"),
        ("bar", "bar로"),
        ("3", "3으로"),
        ("2", "2로"),
        ("7", "7로"),
    ],
)
def test_a_particle_follows_the_sound_before_it(word: str, said: str) -> None:
    assert Text("{word}(으)로", {"word": word}).render("ko") == said


def test_a_message_inside_a_message_is_said_in_the_same_language() -> None:
    assert text("{file}:{row}: {what}", file="a", row=1, what=text("a number")).render("en") == "a:1: a number"


def test_a_message_that_was_kept_is_said_in_any_language_later() -> None:
    kept = json.loads(json.dumps(text("{n} alarms in {rows} rows", n=3, rows=text("{n} s", n=60)).as_json()))
    assert Text.from_json(kept).render("en") == "3 alarms in 60 s rows"
    assert Text.from_json(kept).render("ko") == "60초행에서 경보 3건"


def test_a_wrong_name_is_told_the_nearest() -> None:
    error = UnknownName.among("no column {name!r}; nearest: {nearest}", name="p1.flwo", known=["p1.flow", "p2.temp"])
    assert str(error) == "no column 'p1.flwo'; nearest: p1.flow"


def test_a_po_file_may_break_its_rows() -> None:
    po = 'msgid ""\nmsgstr "Language: ko"\n\nmsgid "one "\n"two"\nmsgstr "하나\\n"\n"둘"\n\nmsgid "later"\nmsgstr ""\n'
    assert parse_po(po) == {"one two": "하나\n둘"}


def test_the_locale_decides_where_nobody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert locale_language() == "ko"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert locale_language() == "en"
