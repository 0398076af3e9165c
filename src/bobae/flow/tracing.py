"""What happened in a run, event by event, as a table."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from bobae.core import Ints
from bobae.flow.compiling import Plan
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.flow.layout import NONE, TRACED

EVENTS = {
    w.RELEASE: "released",
    w.ORDER: "ordered",
    w.ARRIVE: "arrived",
    w.BLOCK: "found no room",
    w.START: "started",
    w.DONE: "done",
    w.FAIL: "failed",
    w.REPAIR: "repaired",
    w.CARE_DUE: "maintenance began",
    w.CARE_END: "maintenance ended",
    w.LEAVE: "left",
    w.SCRAP: "scrapped",
}
_OF_GROUPS, _OF_NOBODY = (w.ARRIVE, w.BLOCK), (w.RELEASE, w.ORDER, w.LEAVE, w.SCRAP)


def events(run: Run) -> pa.Table:
    """All that a traced run has told so far, in the order in which it happened.

    Columns: `time_us` from the start; `event`, a word of `EVENTS`; `lot`, its name as a number; `machines` and
    `machine`, the group and the number in it from 1; `product` and `step`, as the plan names them; null where an event
    has none. A batch starts and is done under the name of its first lot, `lots` says how many go with it.
    """
    rows = np.concatenate(run.trace) if run.trace else np.zeros(0, TRACED)
    kind, step = rows["kind"], rows["step"]
    group, machine = _places(run.plan, kind, rows["machine"])
    has_step = (step >= 0) & (step < len(run.plan.steps)) & ~np.isin(kind, (w.LEAVE, w.SCRAP))
    products = [product for product, _ in run.plan.steps]
    names = [name for _, name in run.plan.steps]
    return pa.table(
        {
            "time_us": rows["at"],
            "event": _named(kind, np.ones(len(kind), bool), EVENTS),
            "lot": pa.array(rows["lot"], mask=rows["lot"] < 0),
            "machines": _named(group, group >= 0, dict(enumerate(run.plan.groups))),
            "machine": pa.array(machine, mask=machine <= 0),
            "product": _named(step, has_step, dict(enumerate(products))),
            "step": _named(step, has_step, dict(enumerate(names))),
            "lots": pa.array(rows["extra"], mask=~np.isin(kind, (w.START, w.DONE))),
        }
    )


def _places(plan: Plan, kind: Ints, machine: Ints) -> tuple[Ints, Ints]:
    """The group of each row and the machine's number in it; what stands in the column depends on the event."""
    machines, groups = plan.tables.machines, plan.tables.groups
    single = ~np.isin(kind, (*_OF_GROUPS, *_OF_NOBODY))
    group = np.where(np.isin(kind, _OF_GROUPS), machine, NONE)
    group[single] = machines["group"][machine[single]]
    number = np.zeros(len(kind), np.int64)
    number[single] = machine[single] - groups["first"][group[single]] + 1
    return group, number


def _named(numbers: Ints, known: Any, names: Mapping[int, str]) -> pa.DictionaryArray:
    """Whole numbers as their names, kept once each."""
    order = {number: place for place, number in enumerate(names)}
    places = np.array([order.get(int(number), 0) for number in np.unique(numbers)])
    found = places[np.searchsorted(np.unique(numbers), numbers)] if len(numbers) else numbers
    return pa.DictionaryArray.from_arrays(pa.array(found.astype(np.int32), mask=~known), pa.array(list(names.values())))
