"""A person is recognised by a secret that is kept nowhere; wrong ones make one wait."""

from pathlib import Path
from typing import Any

import pytest

from bobae.core import BadInput, Refused
from bobae.write import WrongSecret


def test_a_secret_is_shown_once_and_kept_nowhere(plant: Any, tmp_path: Path) -> None:
    secret = plant.writing.persons.add(" 김철수 ")
    assert plant.writing.persons.known("김철수", secret).name == "김철수"
    assert not any(secret.encode() in file.read_bytes() for file in tmp_path.iterdir())
    with plant.book.looking() as book:
        assert book.people.find("김철수").secret.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_name_that_is_there_is_not_given_twice(plant: Any) -> None:
    with pytest.raises(Refused, match="there already"):
        plant.writing.persons.add("KIM")
    for name in ("", "a:b", "a\nb", "x" * 101):
        with pytest.raises(BadInput):
            plant.writing.persons.add(name)


def test_who_was_removed_is_not_known_until_added_again(plant: Any) -> None:
    persons = plant.writing.persons
    old = persons.add("choi")
    persons.remove("choi")
    with pytest.raises(WrongSecret):
        persons.known("choi", old)
    with pytest.raises(BadInput):
        persons.remove("choi")
    new = persons.add("choi")
    with pytest.raises(WrongSecret):
        persons.known("choi", old)
    assert persons.known("Choi", new).name == "choi"
    assert [one.name for one in persons.all()] == ["choi", "kim", "lee", "park"]


def test_wrong_secrets_make_one_wait(plant: Any) -> None:
    persons = plant.writing.persons
    secret = persons.add("choi")
    for _ in range(5):
        with pytest.raises(WrongSecret, match="the name or the secret is not right"):
            persons.known("choi", "wrong")
    with pytest.raises(WrongSecret, match="wait 60 s"):
        persons.known("choi", secret)
    plant.wait(60)
    with pytest.raises(WrongSecret, match="not right"):
        persons.known("choi", "wrong")
    with pytest.raises(WrongSecret, match="wait 120 s"):
        persons.known("choi", secret)
    plant.wait(120)
    assert persons.known("choi", secret).name == "choi"
    with pytest.raises(WrongSecret, match="not right"):
        persons.known("choi", "wrong")
    assert plant.events().count("wrong_secret") == 7


def test_a_name_that_nobody_has_is_answered_like_a_wrong_secret(plant: Any) -> None:
    with pytest.raises(WrongSecret, match="the name or the secret is not right"):
        plant.writing.persons.known("nobody", "x")
