"""What the measured columns tell: dead, doubled or stuck sensors, impossible values, a machine that stood still."""

from collections.abc import Callable

import numpy as np

from bobae.core import Bools, Finding, Floats, Kind, Role, text
from bobae.page import duration, number, percent
from bobae.train.assess.leaks import near_copies
from bobae.train.assess.look import Look, finding
from bobae.train.assess.names import is_setting, never_negative
from bobae.train.assess.profile import Profile, runs

_SENTINELS = (-999.0, -999.9, -9999.0, -99999.0, 9999.0, 99999.0, 999999.0, 32767.0, -32768.0, 65535.0, 1e30)
_FAR = 5.0  # widths of the middle 98 % beyond which a value is not of the same kind
_FEW_MISSING = 0.01
_SHOWN = 6  # column names written out


def signal_findings(look: Look) -> list[Finding]:
    """All that is odd about the columns themselves."""
    return [found for check in _CHECKS for found in check(look)]


def _constant(look: Look) -> list[Finding]:
    names = [p.column.name for p in look.of(Role.IGNORED) if p.is_constant and p.rows > 1]
    if not names:
        return []
    said = text("{columns}: the same value in every row, so nothing can be learned from it", columns=_list(names))
    return [finding("column_constant", "info", said, *names)]


def _empty(look: Look) -> list[Finding]:
    names = [p.column.name for p in look.known.values() if p.column.kind is Kind.EMPTY or p.missing == p.rows]
    said = text("{columns}: empty", columns=_list(names))
    return [finding("column_empty", "info", said, *names)] if names else []


def _copied(look: Look) -> list[Finding]:
    found = []
    for p in look.of(Role.IGNORED):
        if p.column.reason is not None and p.column.reason.template == "the same as {other}":
            other = str(p.column.reason.values["other"])
            said = text("{column} is {other} again, row by row; only one is used", column=p.column.name, other=other)
            found.append(finding("column_duplicate", "info", said, p.column.name, other))
    return found


def _totals(look: Look) -> list[Finding]:
    names = [
        p.column.name
        for p in look.of(Role.IGNORED)
        if p.column.reason is not None and p.column.reason.template == "a running total: it only ever rises"
    ]
    said = text("{columns}: only ever rises, such as running hours or a meter; not watched", columns=_list(names))
    return [finding("running_total", "info", said, *names)] if names else []


def _near_copied(look: Look) -> list[Finding]:
    pairs = near_copies(look.features, look.known)
    if not pairs:
        return []
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    if len(pairs) == 1:
        said = text("{one} and {other} rise and fall as one: they count as one sensor", one=names[0], other=names[1])
        return [finding("columns_alike", "info", said, *names)]
    said = text(
        "{n} pairs of columns rise and fall as one, such as {one} and {other}: they count as one sensor",
        n=len(pairs),
        one=pairs[0][0],
        other=pairs[0][1],
    )
    return [finding("columns_alike", "info", said, *names)]


def _missing(look: Look) -> list[Finding]:
    holes = [p for p in look.of(Role.FEATURE, Role.TARGET) if 0 < p.missing < p.rows]
    many = sorted((p for p in holes if p.missing >= _FEW_MISSING * p.rows), key=lambda p: -p.missing)
    found = []
    for p in many[:_SHOWN]:
        share = p.missing / p.rows
        said = text("{column}: {share} of the values are missing", column=p.column.name, share=percent(share))
        level = "warning" if share > 0.2 else "info"
        found.append(finding("values_missing", level, said, p.column.name, rows=p.missing))
    rest = [*many[_SHOWN:], *(p for p in holes if p.missing < _FEW_MISSING * p.rows)]
    if rest:
        names, most = [p.column.name for p in rest], max(p.missing / p.rows for p in rest)
        said = text(
            "{columns}: values missing here and there, at most {share}", columns=_list(names), share=percent(most)
        )
        found.append(finding("values_missing_some", "info", said, *names, rows=sum(p.missing for p in rest)))
    return found


def _stuck(look: Look) -> list[Finding]:
    stuck = [p for p in (look.known[name] for name in look.features) if _stands_still(look, p)]
    found = []
    for group in _at_once(stuck):
        p, names = group[0], [q.column.name for q in group]
        lasted = p.longest_run * (look.sampling_s or 0.0)
        how_long = duration(lasted) if lasted else text("{n} rows", n=f"{p.longest_run:,}")
        if len(group) >= 3:
            said = text(
                "{n} columns stand still together for {lasted}: most likely the recording stopped, not the sensors",
                n=len(group),
                lasted=how_long,
            )
            found.append(finding("recording_frozen", "warning", said, *names, rows=p.longest_run))
            continue
        for q in group:
            said = text(
                "{column} stands still at {value} for {lasted}, which it does not usually do: a stuck sensor?",
                column=q.column.name,
                value=number(float(look.dataset.values(q.column.name)[q.longest_from])),
                lasted=how_long,
            )
            found.append(finding("sensor_stuck", "warning", said, q.column.name, rows=q.longest_run))
    return found


def _stands_still(look: Look, p: Profile) -> bool:
    """Whether the longest stretch of one value is out of character, and the value not one where the signal rests."""
    if p.distinct <= 20 or p.longest_run < max(50.0, 20 * p.usual_run) or is_setting(p.column.name):
        return False
    values = look.dataset.values(p.column.name)
    elsewhere = int(np.count_nonzero(values == values[p.longest_from])) - p.longest_run
    return elsewhere <= 0.02 * len(values)


def _at_once(stuck: list[Profile]) -> list[list[Profile]]:
    """Stuck columns put together where their stretches are nearly the same rows."""
    groups: list[list[Profile]] = []
    for p in sorted(stuck, key=lambda p: p.longest_from):
        first = groups[-1][0] if groups else p
        shared = min(p.longest_from + p.longest_run, first.longest_from + first.longest_run) - p.longest_from
        if groups and shared > 0.8 * max(p.longest_run, first.longest_run):
            groups[-1].append(p)
        else:
            groups.append([p])
    return groups


def _impossible(look: Look) -> list[Finding]:
    found = []
    for p in look.of(Role.FEATURE, Role.TARGET):
        if not p.is_number or p.distinct <= 10:
            continue
        values = look.dataset.values(p.column.name)
        code, n = _sentinel(p, values)
        if n:
            said = text(
                "{column}: rows with {code}, which looks like a code for 'no value': {n}",
                column=p.column.name,
                n=f"{n:,}",
                code=f"{code:g}",
            )
            found.append(finding("value_code", "warning", said, p.column.name, rows=n))
            continue
        far = outlying(p, values)
        if np.any(far) and not is_setting(p.column.name):
            found.append(_far_out(p, values, far))
        negative = int(np.count_nonzero(values < 0))
        if never_negative(p.column.name) and p.column.unit != "g" and 0 < negative < 0.5 * p.rows:
            said = text(
                "{column} goes below zero ({low}) in {n} rows; is its zero point right?",
                column=p.column.name,
                low=number(p.low),
                n=f"{negative:,}",
            )
            found.append(finding("value_negative", "info", said, p.column.name, rows=negative))
    return found


def outlying(p: Profile, values: Floats) -> Bools:
    """Values so far from all others that they cannot be of the same kind; none where that holds for many."""
    low, _, high = p.quantiles
    width = high - low
    if not width > 0:
        return np.zeros(len(values), dtype=np.bool_)
    far = (values > high + _FAR * width) | (values < low - _FAR * width)
    most = 0.01 if p.column.role is Role.TARGET else 0.001
    return far if np.mean(far) <= most else np.zeros(len(values), dtype=np.bool_)


def _far_out(p: Profile, values: Floats, far: Bools) -> Finding:
    worst = values[far][np.argmax(np.abs(values[far] - p.quantiles[1]))]
    n = int(np.count_nonzero(far))
    said = text(
        "{column}: rows far outside all others: {n} (up to {worst}; middle value {middle})",
        column=p.column.name,
        n=f"{n:,}",
        worst=number(float(worst)),
        middle=number(p.quantiles[1]),
    )
    is_target = p.column.role is Role.TARGET
    return finding("target_outliers" if is_target else "value_spikes", "warning", said, p.column.name, rows=n)


def _off(look: Look) -> list[Finding]:
    off = look.standing_still
    n = int(np.count_nonzero(off))
    if not n:
        return []
    _, lengths = runs(off.astype(np.float64))
    said = text(
        "the machine seems to stand still in {share} of the rows (stretches: {n}); they are told apart from running",
        share=percent(n / len(off)),
        n=f"{(len(lengths) + int(off[0])) // 2:,}",
    )
    return [finding("machine_off", "info", said, rows=n)]


_CHECKS: tuple[Callable[[Look], list[Finding]], ...] = (
    _empty,
    _constant,
    _copied,
    _totals,
    _near_copied,
    _missing,
    _stuck,
    _impossible,
    _off,
)


def _sentinel(p: Profile, values: Floats) -> tuple[float, int]:
    for code in _SENTINELS:
        if code not in (p.low, p.high):
            continue
        n = int(np.count_nonzero(values == code))
        others = values[(values != code) & ~np.isnan(values)]
        if len(others) and n < 0.5 * len(values):
            width = np.ptp(others)
            if min(abs(code - others.min()), abs(code - others.max())) > width:
                return code, n
    return 0.0, 0


def _list(names: list[str]) -> str:
    more = f" (+{len(names) - _SHOWN})" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
