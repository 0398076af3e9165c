"""What plant.yaml may say about an OPC UA source, and what is said when it is wrong."""

import pytest

from bobae.connectors.opcua import connector
from bobae.connectors.opcua.settings import checked
from bobae.core import BadInput, LiveConnector, UnknownName

URL = {"url": "opc.tcp://10.0.0.7:4841/line"}


def test_what_is_not_said_has_a_usual_value():
    said = checked(URL)
    assert (said.url, said.publishing_ms, said.sampling_ms, said.user, said.timeout_s) == (
        URL["url"],
        200,
        200,
        None,
        4,
    )
    assert checked(URL | {"publishing_ms": 1000}).sampling_ms == 1000
    assert checked(URL | {"sampling_ms": 0}).sampling_ms == 0
    assert (checked(URL).security, checked(URL).mode, checked(URL).requests_per_s) == ("none", "subscribe", 50)
    assert checked({"url": "opc.tcp://press3"}).url == "opc.tcp://press3:4840"
    assert isinstance(connector(URL), LiveConnector)


def test_the_password_comes_from_the_environment_and_is_not_shown(monkeypatch):
    monkeypatch.setenv("LINE1_PASSWORD", "s3cret")
    said = checked(URL | {"user": "bobae", "password_env": "LINE1_PASSWORD"})
    assert said.password == "s3cret"
    assert "s3cret" not in repr(said)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"url": None}, "write url"),
        ({"url": "http://10.0.0.7"}, "10.0.0.7"),
        ({"url": "opc.tcp://host:port"}, "host:port"),
        ({"url": "opc.tcp://bobae:s3cret@host"}, "password_env"),
        ({"publishing_ms": 0}, "publishing_ms"),
        ({"sampling_ms": "fast"}, "fast"),
        ({"sampling_ms": False}, "False"),
        ({"security": "encrypt"}, "sign_and_encrypt"),
        ({"policy": "Basic128Rsa15"}, "Basic256Sha256"),
        ({"mode": "push"}, "poll"),
        ({"queue_size": 0}, "queue_size"),
        ({"clear_password": "yes"}, "true, false"),
        ({"timeout_s": True}, "True"),
        ({"timeout_s": float("nan")}, "nan"),
        ({"password_env": "LINE1_PASSWORD"}, "no `user`"),
        ({"user": "bobae", "password_env": "NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE"),
    ],
)
def test_a_setting_that_cannot_be_is_told(wrong, told):
    with pytest.raises(BadInput, match=told) as error:
        checked(URL | wrong)
    assert "s3cret" not in str(error.value)


def test_an_unknown_setting_is_told_with_the_nearest():
    with pytest.raises(UnknownName, match="nearest: publishing_ms"):
        checked(URL | {"publish_ms": 100})
