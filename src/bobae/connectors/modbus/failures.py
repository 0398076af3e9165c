"""The exception codes of a device as statuses of OPC UA."""

from bobae.core import Gap, Text, text

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
# the gateway says that it has no way to the device, or that the device does not answer it
GATEWAY = frozenset({10, 11})
_STATUSES = {
    ILLEGAL_FUNCTION: 0x803D_0000,  # BadNotSupported
    ILLEGAL_ADDRESS: int(Gap.NO_SUCH_NODE),
    ILLEGAL_VALUE: 0x803C_0000,  # BadOutOfRange
    4: 0x808B_0000,  # BadDeviceFailure
    5: 0x80B2_0000,  # BadWaitingForResponse
    6: 0x8004_0000,  # BadResourceUnavailable: busy
    7: 0x80E4_0000,  # BadRequestNotAllowed
    8: 0x809D_0000,  # BadDataLost: its memory has a wrong parity
    10: int(Gap.NO_COMMUNICATION),
    11: int(Gap.NO_COMMUNICATION),
}
_UNKNOWN = 0x8001_0000  # BadUnexpectedError
_NAMES = {
    1: text("the device does not know this function"),
    2: text("the device does not know this address"),
    3: text("the device takes no such value or number of registers"),
    4: text("the device has failed"),
    6: text("the device is busy"),
    10: text("the gateway has no way to the device"),
    11: text("the device does not answer the gateway"),
}


def status_of(code: int) -> int:
    """The status of a reading that was answered with this exception code (V1.1b3, section 7)."""
    return _STATUSES.get(code, _UNKNOWN)


def said(code: int) -> Text:
    """What the device says by this exception code."""
    return _NAMES.get(code, text("the device answers with the exception {code}", code=code))
