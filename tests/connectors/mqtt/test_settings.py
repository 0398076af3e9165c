"""What plant.yaml may say about an MQTT source, and what is said when it is wrong."""

import pytest

from bobae.connectors.mqtt import connector
from bobae.connectors.mqtt.login import client_id_of
from bobae.connectors.mqtt.settings import checked
from bobae.connectors.mqtt.sparkplug import connector as sparkplug_connector
from bobae.core import BadInput, LiveConnector, UnknownName

URL = {"url": "mqtt://10.0.0.7"}


def test_what_is_not_said_has_a_usual_value():
    said = checked(URL)
    assert (said.login.endpoint, said.qos, said.login.keepalive_s) == ("mqtt://10.0.0.7:1883", 1, 10.0)
    assert checked({"url": "mqtts://broker:8884"}).login.endpoint == "mqtts://broker:8884"
    assert checked({"url": "mqtt://[::1]"}).login.endpoint == "mqtt://[::1]:1883"
    assert isinstance(connector(URL), LiveConnector)
    assert isinstance(sparkplug_connector(URL), LiveConnector)


def test_the_password_comes_from_the_environment_and_is_not_shown(monkeypatch):
    monkeypatch.setenv("LINE1_PASSWORD", "s3cret")
    said = checked(URL | {"user": "bobae", "password_env": "LINE1_PASSWORD"})
    assert said.login.password == "s3cret"
    assert "s3cret" not in repr(said)


def test_a_client_id_is_made_up_once_and_kept(tmp_path):
    login = checked(URL).login
    first = client_id_of(login, tmp_path / "line1")
    assert first == client_id_of(login, tmp_path / "line1")
    assert first != client_id_of(login, tmp_path / "line2")
    assert client_id_of(login, None) is None
    assert client_id_of(checked(URL | {"client_id": "mine"}).login, tmp_path) == "mine"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"url": None}, "write url"),
        ({"url": "http://10.0.0.7"}, "10.0.0.7"),
        ({"url": "mqtt://host:port"}, "host:port"),
        ({"url": "mqtt://host/topic"}, "host/topic"),
        ({"url": "mqtt://bobae:s3cret@host"}, "password_env"),
        ({"ca": "ca.pem"}, "mqtts://10.0.0.7:8883"),
        ({"url": "mqtts://host", "ca": "not-there.pem"}, "not-there.pem"),
        ({"url": "mqtts://host", "key": "key.pem"}, "no `certificate`"),
        ({"qos": 2}, "0 - 1"),
        ({"keepalive_s": 0}, "keepalive_s"),
        ({"time": "a..b"}, r"\.ts"),
        ({"time": "samples[].ts"}, r"\.ts"),
        ({"time_unit": "minutes"}, "s, ms, us, ns"),
        ({"quality": "q"}, "belong together"),
        ({"quality": "q", "good": "yes"}, "opcda"),
        ({"availability": "line/#"}, "line/#"),
        ({"password_env": "NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE"),
    ],
)
def test_a_setting_that_cannot_be_is_told(wrong, told):
    with pytest.raises(BadInput, match=told) as error:
        checked(URL | wrong)
    assert "s3cret" not in str(error.value)


def test_a_password_without_a_user_is_told(monkeypatch):
    monkeypatch.setenv("LINE1_PASSWORD", "s3cret")
    with pytest.raises(BadInput, match="no `user`"):
        checked(URL | {"password_env": "LINE1_PASSWORD"})


def test_an_unknown_setting_is_told_with_the_nearest():
    with pytest.raises(UnknownName, match="nearest: keepalive_s"):
        checked(URL | {"keepalive": 100})
    with pytest.raises(BadInput, match="a/b"):
        sparkplug_connector(URL | {"host_id": "a/b"})
