"""Whatever goes wrong is told as what can be done about it: try again, or ask a person."""

import asyncio
import struct

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from bobae.connectors.opcua.failures import told
from bobae.connectors.opcua.publishing import Publishing
from bobae.core import Refused, Unreachable

URL = "opc.tcp://10.0.0.7:4840"


@pytest.mark.parametrize(
    ("error", "ours", "words"),
    [
        (ConnectionRefusedError(111, "refused"), Unreachable, "does not answer"),
        (TimeoutError(), Unreachable, "timeout"),
        (ua.UaStatusCodeError(ua.StatusCodes.BadTooManySessions), Unreachable, "BadTooManySessions"),
        (ua.UaStatusCodeError(ua.StatusCodes.BadUserAccessDenied), Refused, "BadUserAccessDenied"),
        (ua.UaStatusCodeError(ua.StatusCodes.BadCertificateUntrusted), Refused, "BadCertificateUntrusted"),
        (ua.UaError("No matching endpoints"), Refused, "No matching endpoints"),
        (ua.uaerrors.UaStructParsingError("cut off"), Unreachable, "cut off"),
        (struct.error("unpack requires 8 bytes"), Unreachable, "8 bytes"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), Unreachable, "invalid start byte"),
    ],
)
def test_an_error_says_what_can_be_done(error, ours, words):
    with pytest.raises(ours, match=words) as said, told(URL):
        raise error
    assert URL in str(said.value)


class Wire:
    """What a server answers to publish requests, one after the other; then nothing more."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)

    async def send_request(self, request, timeout):
        if not self._answers:
            await asyncio.Event().wait()
        return ua.utils.Buffer(self._answers.pop(0))


def answer(*notifications) -> bytes:
    response = ua.PublishResponse()
    response.Parameters.NotificationMessage.NotificationData = list(notifications)
    return struct_to_binary(response)


def watched(*answers: bytes) -> None:
    async def watch():
        publishing = Publishing(Wire(*answers), URL, ua.CreateSubscriptionResult(1, 20.0, 100, 5))
        publishing.start(lambda _: None)
        try:
            await publishing.watch()
        finally:
            await publishing.stop()

    asyncio.run(watch())


def test_a_subscription_that_the_server_ends_is_lost():
    with pytest.raises(Unreachable, match="BadTimeout"):
        watched(answer(ua.StatusChangeNotification(ua.StatusCode(ua.StatusCodes.BadTimeout))))


def test_an_answer_that_is_cut_off_is_a_lost_connection():
    with pytest.raises(Unreachable, match="as expected"):
        watched(answer(ua.StatusChangeNotification(ua.StatusCode(0)))[:40])


def test_silence_is_a_lost_connection():
    with pytest.raises(Unreachable, match=r"nothing for 0\.2 s"):
        watched(answer())
