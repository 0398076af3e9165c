"""How much independent evidence there is: machines, runs and batches, rows that repeat each other, lives that end."""

from collections.abc import Callable

import numpy as np

from bobae.core import Finding, Role, text
from bobae.page import percent
from bobae.train.assess.blocks import Counted, block_lengths, counted_within
from bobae.train.assess.grid import full_grid
from bobae.train.assess.look import Look, finding
from bobae.train.assess.profile import sampled_rows

FEW_GROUPS = 30


def group_findings(look: Look) -> list[Finding]:
    """All that is odd about how rows belong together."""
    return [found for check in _CHECKS for found in check(look)]


def independent(look: Look) -> int | None:
    """How many runs, files or machines there are that know nothing of each other; None for one long record."""
    return None if look.lots is None else len(block_lengths(look.dataset, look.lots))


def lives(look: Look) -> Counted | None:
    """The machine column and its counter where every machine is followed from its start to a different end."""
    groups = [p.column.name for p in look.of(Role.ASSET, Role.LOT)]
    counted = counted_within(look.dataset, look.known, groups)
    if counted is None or look.dataset.column(counted.group).role is not Role.ASSET:
        return None
    lengths = block_lengths(look.dataset, counted.group, by_file=True)
    return counted if len(lengths) >= 3 and np.ptp(lengths) > 0.1 * np.median(lengths) else None


def _few(look: Look) -> list[Finding]:
    n, rows = independent(look), len(look.dataset)
    if n is None or look.lots is None or n >= FEW_GROUPS:
        return []
    said = text(
        "only {n} independent groups ({column}) in {rows} rows: a test holds back whole groups, so {n} is what counts",
        n=n,
        column=look.lots,
        rows=f"{rows:,}",
    )
    return [finding("few_groups", "warning", said, look.lots, rows=n)]


def _lengths(look: Look) -> list[Finding]:
    lot = look.dataset.name_of(Role.LOT)
    if lot is None or look.known[lot].distinct < 2:
        return []
    lengths = block_lengths(look.dataset, lot)
    if lengths.max() <= 1.1 * lengths.min():
        return []
    said = text(
        "{column}: {low} to {high} rows each (middle {middle}); lengths differ, so compare by step, not by row",
        column=lot,
        low=f"{lengths.min():,}",
        high=f"{lengths.max():,}",
        middle=f"{int(np.median(lengths)):,}",
    )
    return [finding("lengths_differ", "info", said, lot, rows=len(lengths))]


def _run_to_end(look: Look) -> list[Finding]:
    counted = lives(look)
    if counted is None:
        return []
    lengths = block_lengths(look.dataset, counted.group, by_file=True)
    said = text(
        "{n} machines ({group}), each followed by the counter {counter} from its start to its own end,"
        " {low} to {high} rows: these are whole lives, good for telling how long is left",
        n=len(lengths),
        group=counted.group,
        counter=counted.counter,
        low=lengths.min(),
        high=lengths.max(),
    )
    return [finding("run_to_failure", "info", said, counted.group, counted.counter, rows=len(lengths))]


def _alike(look: Look) -> list[Finding]:
    """Rows so like another that a test on mixed rows would ask what it had been told."""
    found = []
    near = look.neighbours_alike
    if look.time_ns is not None and near > 0.8:
        said = text(
            "each row is nearly the one before it (correlation {r}): a test on mixed rows would look far too good,"
            " so tests here always lie later in time or in other groups",
            r=f"{near:.2f}",
        )
        found.append(finding("neighbours_alike", "info", said))
    share = _repeated(look) if look.time_ns is None else 0.0
    if share > 0.005:
        said = text(
            "{share} of the rows repeat an earlier row in all measured columns: mixed rows would be tested on what was"
            " learned",
            share=percent(share),
        )
        found.append(finding("rows_repeated", "warning", said, rows=round(share * len(look.dataset))))
    return found


def _repeated(look: Look) -> float:
    """The share of sampled rows whose measured values, to a thousandth of their range, were there before."""
    names = look.features
    if len(names) < 3 or len(look.dataset) < 20:
        return 0.0
    chosen = sampled_rows(len(look.dataset))
    keys = np.zeros(len(chosen), dtype=np.uint64)
    for i, name in enumerate(names):
        p = look.known[name]
        low, _, high = p.quantiles
        step = (high - low) / 1000 or 1.0
        level = np.round((np.nan_to_num(p.sample, nan=low - 1) - low) / step).astype(np.int64).view(np.uint64)
        keys = (keys ^ (level + np.uint64(i))) * np.uint64(0x9E3779B97F4A7C15)  # wraps round: a hash, not a sum
        keys ^= keys >> np.uint64(29)
    apart = keys[np.concatenate(([True], keys[1:] != keys[:-1]))]  # a recording that stands still is told elsewhere
    return float((len(apart) - len(np.unique(apart))) / len(keys))


def _grid(look: Look) -> list[Finding]:
    names = full_grid(look)
    if not names:
        return []
    said = text(
        "the rows fill every combination of {columns} exactly once: a designed or simulated experiment;"
        " mixed rows would only be filled in between, so a test holds back whole blocks",
        columns=", ".join(names),
    )
    return [finding("full_grid", "warning", said, *names, rows=len(look.dataset))]


_CHECKS: tuple[Callable[[Look], list[Finding]], ...] = (_few, _lengths, _run_to_end, _alike, _grid)
