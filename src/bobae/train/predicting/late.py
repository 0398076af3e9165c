"""Late values: how many rows after its own a laboratory value is known, and whether it can be followed at all."""

import math

import numpy as np

from bobae.core import BadInput, Contract, Floats, Text, text
from bobae.core.model import Late
from bobae.evidence.folding import COUNT, Kind
from bobae.train.predicting.posed import Asked, Posed
from bobae.train.rows import Rows


def lateness(rows: Rows, asked: Asked) -> Late | None:
    """What was asked, in rows; None where nothing was.

    Raises:
        BadInput: a time where rows have none, or a number without a unit where they have one.
    """
    if asked.late is not None:
        return asked.late
    if rows.has_time:
        if asked.lab_delay is not None:
            raise BadInput(
                "how late laboratory values come is a time, such as --lab-delay 8h; {n} says no unit",
                n=f"{asked.lab_delay:g}",
            )
        if asked.lab_delay_s is None:
            return None
        step = rows.sampling_s
        # clocks jitter: a row that comes half a step early still counts as that late
        return Late(rows=max(1, math.ceil(asked.lab_delay_s / step - 1e-9)), least_s=asked.lab_delay_s - step / 2)
    if asked.lab_delay_s is not None:
        raise BadInput("the rows have no time, so --lab-delay is a number of rows, such as --lab-delay 3")
    return None if asked.lab_delay is None else Late(rows=max(1, math.ceil(asked.lab_delay)))


def in_the_way(late: Late, rows: Rows, kind: Kind) -> Text | None:
    """Why late values cannot be followed in these rows; None where they can."""
    if kind == "lot":
        return text(
            "Late laboratory values are not used: for the model each lot or run begins afresh. Where each has one row, "
            "leave --lot-col away"
        )
    if kind not in ("time", "asset", "block"):
        return text("Late laboratory values are not used: the order of the rows does not say which came first")
    longest = int(np.unique(rows.stream, return_counts=True)[1].max())
    tried = longest if kind == "asset" else longest // COUNT
    if 2 * late.rows > tried:
        return text(
            "Late laboratory values are not used: they come {rows} rows late, and the model is tried on {tried} rows "
            "in a row",
            rows=late.rows,
            tried=tried,
        )
    return None


def late_of(posed: Posed) -> Late | None:
    """How late values are followed, as the learner is told; None: they are not."""
    rows = posed.settings.get("late_rows")
    return None if rows is None else Late(rows=rows, least_s=posed.settings.get("late_s"))


def what_came_of_it(posed: Posed, contract: Contract) -> tuple[Text, ...]:
    """Whether the model learned to follow late values, where it was asked to."""
    late = late_of(posed)
    if late is None:
        return ()
    if any(one.late for one in contract.inputs):
        return (
            text(
                "Laboratory values move the answers from row {rows} after their own on: whoever asks the model hands "
                "them in",
                rows=late.rows,
            ),
        )
    return (
        text(
            "Laboratory values that come late (rows: {rows}) did not bring the answers nearer, so they are not used",
            rows=late.rows,
        ),
    )


def last_known(posed: Posed, late: Late) -> Floats:
    """The newest laboratory value that is known in each row of its stream (rows,); NaN where there is none yet."""
    value, stream = late.read(posed.data, posed.target.name), posed.rows.stream
    known = np.maximum.accumulate(np.where(np.isfinite(value), np.arange(len(value)), -1))
    same = (known >= 0) & (stream[known] == stream)
    return np.where(same, value[known], np.nan)
