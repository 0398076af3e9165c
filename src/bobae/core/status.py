"""OPC UA status codes: whether a sample can be trusted, and why not.

The top two bits of a code are its severity: 0 good, 1 uncertain, 2 bad (OPC UA Part 4, 7.39). Codes are kept as they
came; the ones named here are those that bobae writes itself.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

from bobae.core.language import Text, text

GOOD = 0


class Quality(StrEnum):
    """Which samples a reader lets count."""

    GOOD = "good"
    USABLE = "usable"  # good and uncertain
    ALL = "all"

    @property
    def worst(self) -> int:
        """The highest status code that still counts."""
        return {"good": 0x3FFF_FFFF, "usable": 0x7FFF_FFFF, "all": 0xFFFF_FFFF}[self.value]


class Gap(IntEnum):
    """Why there are no samples from here on: the status of a sample without a value that bobae writes."""

    NO_COMMUNICATION = 0x8031_0000  # BadNoCommunication: the machine does not answer
    NOT_COLLECTED = 0x808A_0000  # BadNotConnected: bobae was not running, or had not been told of the tag
    SENSOR_SILENT = 0x8032_0000  # BadWaitingForInitialData: connected, but this tag has not come yet
    OVERFLOW = 0x80B8_0000  # BadRequestTooLarge: more came than could be taken
    DISK_FULL = 0x8003_0000  # BadOutOfMemory: nothing more could be kept
    NO_SUCH_NODE = 0x8034_0000  # BadNodeIdUnknown: the server does not know the address
    WRONG_KIND = 0x8074_0000  # BadTypeMismatch: a text where the tag holds numbers
    EMPTY_CELL = 0x809B_0000  # BadNoData: a file has the row, but nothing in this column


GAP_REASONS: dict[Gap, Text] = {
    Gap.NO_COMMUNICATION: text("the machine did not answer"),
    Gap.NOT_COLLECTED: text("bobae was not collecting"),
    Gap.SENSOR_SILENT: text("connected, but the sensor sent nothing yet"),
    Gap.OVERFLOW: text("more samples came than could be taken"),
    Gap.DISK_FULL: text("the disk was full"),
    Gap.NO_SUCH_NODE: text("the machine does not know this address"),
    Gap.WRONG_KIND: text("a text came where the tag holds numbers"),
    Gap.EMPTY_CELL: text("the cell of the file is empty"),
}
# Good, with the information bit of a historian that placed the sample in time itself: a value that was still the same
# when the connection came back (OPC UA Part 8 and 13: InfoType DataValue 0x400, Interpolated 0x2)
STILL_GOOD = 0x0000_0402


def is_good(status: int) -> bool:
    """Whether the severity is Good."""
    return status >> 30 == 0
