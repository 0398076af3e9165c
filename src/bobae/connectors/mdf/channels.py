"""The channels of one measurement file: where each is, what it is called, its unit, and its samples."""

import contextlib
import datetime as dt
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asammdf
import numpy as np
from asammdf.blocks import v4_constants as v4
from asammdf.blocks.mdf_v4 import MDF4

from bobae.core import BadInput, Bools, Floats, Gap, Ints, Statuses, Text, Texts, text, ucum_code

INVALID = 0x8000_0000  # Bad: the file itself marks the sample as invalid
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Channel:
    """One channel: in which of the opened files and groups it is, and the name that it has nowhere else."""

    name: str
    file: int
    group: int
    index: int
    unit: str | None


@dataclass(frozen=True, eq=False)
class Values:
    """The samples of one channel, all (rows,); `text` is None for numbers."""

    time_ns: Ints
    value: Floats
    status: Statuses
    text: Texts | None


class Channels:
    """A measurement file, opened; a CAN log in it is decoded where a DBC file says how.

    Args:
        path: the file.
        dbc: describes the CAN bus; None: the .dbc files beside it.

    Attributes:
        all: its channels.
        notes: what a person should know about it.

    Raises:
        BadInput: it is damaged, or holds no channel with single values.
    """

    def __init__(self, path: Path, dbc: Path | None = None) -> None:
        self.notes: list[tuple[str, Text]] = []
        self._path = path
        self._raw = path.open("rb")  # opened here: the library leaves a file open that it cannot read
        self._files: list[Any] = []
        try:
            self._open(dbc)
        except BadInput:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        for file in self._files:
            file.close()
        self._raw.close()

    def read(self, channel: Channel) -> Values:
        """All samples of one channel; those that the file marks as invalid are bad.

        Raises:
            BadInput: the file is damaged there.
        """
        file = self._files[channel.file]
        with _damage(self._path):
            samples, invalid = file.get(
                group=channel.group, index=channel.index, samples_only=True, ignore_invalidation_bits=True
            )
            seconds = np.asarray(file.get_master(channel.group), dtype=np.float64)
        time_ns = self._start_ns + np.round(seconds * 1e9).astype(np.int64)
        value, texts = _plain(np.asarray(samples))
        status = np.zeros(len(value), dtype=np.uint32)
        nothing: Bools = np.isnan(value) if texts is None else np.zeros(len(value), dtype=bool)
        status[nothing] = Gap.EMPTY_CELL
        if invalid is not None:
            status[np.asarray(invalid, dtype=bool)] = INVALID
        return Values(time_ns, value, status, texts)

    def _open(self, dbc: Path | None) -> None:
        path = self._path
        with _damage(path):
            self._files.append(asammdf.MDF(self._raw))
            self._start_ns = (_aware(self._files[0].header.start_time) - _EPOCH) // dt.timedelta(microseconds=1) * 1000
            self._decode(dbc)
            self.all = _named([*self._found()])
        if not self.all:
            raise BadInput("no channel of {path} holds single values", path=path)

    def _decode(self, dbc: Path | None) -> None:
        """Add what a CAN log says, by the descriptions that there are."""
        log = self._files[0]
        if not any(map(_is_bus, log.groups)):
            return
        found = sorted(self._path.parent.glob("*.[dD][bB][cC]")) if dbc is None else [dbc]
        if not found:
            said = text(
                "{file} holds a log of a CAN bus, and no .dbc file lies beside it; without one its signals are not "
                "read",
                file=self._path.name,
            )
            self.notes.append(("can_without_dbc", said))
            return
        described = {"CAN": [(str(one), 0) for one in found]}
        self._files.append(log.extract_bus_logging(described, ignore_value2text_conversion=False))

    def _found(self) -> Iterator[tuple[str, str, Channel]]:
        """Name, group name and place of each channel with single values."""
        for number, file in enumerate(self._files):
            for at, group in enumerate(file.groups):
                if number == 0 and _is_bus(group):
                    continue
                for index, channel in enumerate(group.channels):
                    if index != file.masters_db.get(at) and _is_single(file, at, index):
                        unit = ucum_code(file.get_channel_unit(group=at, index=index) or "")
                        called = str(getattr(group.channel_group, "acq_name", "") or "")
                        yield channel.name, called, Channel(channel.name, number, at, index, unit)


def _is_bus(group: Any) -> bool:
    return bool(getattr(group.channel_group, "flags", 0) & v4.FLAG_CG_BUS_EVENT)


def _is_single(file: Any, group: int, index: int) -> bool:
    """Whether the samples of a channel are single values, by its first one."""
    first, _ = file.get(group=group, index=index, samples_only=True, record_count=1)
    return first.ndim == 1 and first.dtype.names is None and first.dtype.kind in "biufSUO"


def _named(found: Sequence[tuple[str, str, Channel]]) -> tuple[Channel, ...]:
    """Names that are there once: with the group's where two channels have the same, then numbered."""
    names = Counter(name for name, _, _ in found)
    taken: list[str] = []
    out = []
    for name, group, channel in found:
        wanted = name if names[name] == 1 or not group else f"{group}.{name}"
        free, number = wanted, 2
        while free in taken:
            free, number = f"{wanted}_{number}", number + 1
        taken.append(free)
        out.append(Channel(free, channel.file, channel.group, channel.index, channel.unit))
    return tuple(out)


def _plain(samples: "np.typing.NDArray[Any]") -> tuple[Floats, Texts | None]:
    if samples.dtype.kind in "biuf":
        return samples.astype(np.float64), None
    value = np.full(len(samples), np.nan)
    texts: Texts = np.full(len(samples), None, dtype=object)
    for i, cell in enumerate(samples.tolist()):
        if isinstance(cell, (int, float)):  # a conversion to texts may leave some numbers as they are
            value[i] = cell
        else:
            texts[i] = cell.decode("utf-8", errors="replace") if isinstance(cell, bytes) else str(cell)
    return value, texts


def _aware(start: dt.datetime) -> dt.datetime:
    return start if start.tzinfo is not None else start.replace(tzinfo=dt.UTC)


@contextlib.contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except BadInput:
        raise
    except Exception as error:  # the library has no error of its own for half of what can be wrong with a file
        for frame, _ in traceback.walk_tb(error.__traceback__):
            half_made = frame.f_locals.get("self")
            if isinstance(half_made, MDF4):
                half_made._closed = True  # its own end would stumble over what it has not got yet
                if half_made._tempfile is not None:
                    half_made._tempfile.close()
        raise BadInput("the file {path} is damaged: {reason}", path=path, reason=error) from error
