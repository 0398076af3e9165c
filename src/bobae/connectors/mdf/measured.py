"""A measurement file channel by channel, each sample at its own time: what a folder that is watched takes from it."""

import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bobae.connectors.files import Part
from bobae.connectors.mdf.channels import Channels
from bobae.core import Samples


class Measured:
    """One file; the same face as a table of the files connector has.

    Args:
        path: the file.
        dbc: describes the CAN bus; None: the .dbc files beside it.

    Raises:
        BadInput: it is damaged, or holds no channel with single values.
    """

    grows = False

    def __init__(self, path: Path, dbc: Path | None = None) -> None:
        self._channels = Channels(path, dbc)
        weakref.finalize(self, self._channels.close)  # who only looks at it does not read it to its end
        self._by_name = {channel.name: channel for channel in self._channels.all}
        self.columns = tuple(self._by_name)
        self.units = {name: channel.unit for name, channel in self._by_name.items()}
        self.rows_seen = 0
        self.shape = ""

    @property
    def forms(self) -> dict[str, str]:
        """Whether each channel holds numbers or texts."""
        read = {name: self._channels.read(channel) for name, channel in self._by_name.items()}
        return {name: "number" if values.text is None else "text" for name, values in read.items()}

    def part(self, wanted: Sequence[str], start: int, most: int, *, final: bool = False) -> Part:  # noqa: ARG002
        """All samples of one channel, the `start`-th of those wanted; its `end` is the next one.

        Raises:
            BadInput: the file is damaged there.
        """
        values = self._channels.read(self._by_name[wanted[start]])
        tag = np.full(len(values.value), start, dtype=np.int32)
        more = start + 1 < len(wanted)
        if not more:
            self._channels.close()
        return Part(Samples(tag, values.time_ns, values.value, values.status, text=values.text), start + 1, more=more)
