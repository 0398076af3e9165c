"""The rationalisation records of alarm points in words, and as a table for an audit."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bobae.app.verdicts import verdict_in_words
from bobae.core import BadInput, Text, UnknownName, Verdict, local_time, text
from bobae.core.gauge import number, unit
from bobae.evidence.budget import rounded
from bobae.monitor.priority import in_words
from bobae.registry.catalogue import AlarmRecord, Catalogue

_COLUMNS = (
    *("point", "revision", "since", "asset", "kind", "consequence", "respond_within", "priority", "latching", "told"),
    *("tag", "condition", "model", "version", "verdict", "budget_per_week", "limit_factor", "promoted_by"),
)


def record_of(catalogue: Catalogue, point: str) -> Sequence[AlarmRecord]:
    """All revisions of one point's record, oldest first.

    Raises:
        UnknownName: nothing is written down about a point of that name.
    """
    if found := catalogue.records.history(point):
        return found
    known = [one.point for one in catalogue.records.newest()]
    raise UnknownName.among(
        "nothing is written down about {name!r} yet (bobae up does it); nearest: {nearest}", name=point, known=known
    )


def record_line(one: AlarmRecord) -> Text:
    """One point's record on one line."""
    priority = in_words(one.record["priority"])
    return text("{point}  {priority}  since {time}", point=one.point, priority=priority, time=_when(one.time_ns))


def record_told(history: Sequence[AlarmRecord]) -> Iterator[Text]:
    """One point's record in sentences, then what changed when."""
    newest = history[-1]
    record = newest.record
    yield text(
        "{point}, revision {number} since {time}", point=newest.point, number=newest.number, time=_when(newest.time_ns)
    )
    yield text(
        "  asks for somebody within {time}; if nobody acts, the consequence is {consequence}. Priority: {priority}",
        time=record["respond_within"],
        consequence=in_words(record["consequence"]),
        priority=in_words(record["priority"]),
    )
    yield from _of_model(record) if record["kind"] == "model" else _of_rule(record)
    if record["latching"]:
        yield text("  it stands after its end until somebody resets it")
    yield text("  may be shelved for seven days at the most, with a reason")
    yield text("  told: {names}", names=", ".join(record["told"]) or "-")
    for lesson in record["lessons"]:
        yield text("  earlier: {found}; done: {done}", found=lesson["found"] or "-", done=lesson["done"] or "-")
    for one in history:
        yield text(
            "  revision {number}  {time}  {changed}",
            number=one.number,
            time=_when(one.time_ns),
            changed=text("written down") if one.number == 1 else ", ".join(one.changed),
        )


def record_as_json(one: AlarmRecord) -> dict[str, Any]:
    """Plain JSON values in the current language."""
    record = dict(one.record)
    if (limit := record.get("limit")) is not None and limit["why"] is not None:
        record["limit"] = limit | {"why": str(Text.from_json(limit["why"]))}
    if (moved := record.get("promoted")) is not None:
        record["promoted"] = {n: v for n, v in moved.items() if n != "time_ns"} | {"time": _iso(moved["time_ns"])}
    if "learned_until_ns" in record:
        record["learned_until"] = _iso(record.pop("learned_until_ns"))
    told = {"point": one.point, "revision": one.number, "since": _iso(one.time_ns), "changed": list(one.changed)}
    return told | {"record": record}


def write_records(records: Sequence[AlarmRecord], path: Path) -> None:
    """The records as a table, one row a point: the master alarm database for an audit.

    Raises:
        BadInput: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:  # so that Excel reads Korean
            rows = csv.DictWriter(file, _COLUMNS)
            rows.writeheader()
            rows.writerows(_row(one) for one in records)
    except OSError as error:
        raise BadInput("cannot write {path}: {reason}", path=path, reason=error) from error


def _of_model(record: Mapping[str, Any]) -> Iterator[Text]:
    if "model" not in record:
        yield text("  no model watches it")
        return
    yield text(
        "  model {model}, version {version}: {verdict}; learned until {time} from {n} signals: {inputs}",
        model=record["model"],
        version=record["version"],
        verdict=verdict_in_words(Verdict(record["verdict"])),
        time=_when(record["learned_until_ns"]),
        n=len(record["inputs"]),
        inputs=", ".join(record["inputs"]),
    )
    yield text(
        "  limit: set for {budget} false alarms a week, proved on time that it had not learned from; it stands at"
        " {factor} times that",
        budget=rounded(record["budget_per_week"]),
        factor=number(record["limit"]["factor"]),
    )
    if record["limit"]["why"] is not None:
        yield text("  because: {why}", why=Text.from_json(record["limit"]["why"]))
    if (moved := record["promoted"]) is not None:
        yield text(
            "  live since {time}, by {by}: {because}",
            time=_when(moved["time_ns"]),
            by=moved["by"],
            because=moved["because"] or "-",
        )
    yield text("  do: look at the signals that the alarm names, the first one first")


def _of_rule(record: Mapping[str, Any]) -> Iterator[Text]:
    yield text("  rule on {tag}: {condition} {unit}", tag=record["tag"], **_condition(record))
    for name in ("on_delay", "off_delay"):
        if name in record:
            yield text("  {name}: {time}", name=name, time=record[name])
    if "only_when" in record:
        only = ", ".join(f"{name} {value}" for name, value in record["only_when"].items())
        yield text("  suppressed by design unless {condition}", condition=only)


def _condition(record: Mapping[str, Any]) -> dict[str, str]:
    condition = ", ".join(f"{name} {value}" for name, value in record["condition"].items())
    return {"condition": condition, "unit": unit(record["unit"])}


def _row(one: AlarmRecord) -> dict[str, Any]:
    record = one.record
    row = {name: record[name] for name in _COLUMNS if name in record}
    row |= {"point": one.point, "revision": one.number, "since": _iso(one.time_ns), "told": ", ".join(record["told"])}
    if record["kind"] == "rule":
        return row | {"condition": " ".join(_condition(record).values()).strip()}
    promoted = record["promoted"] or {}
    return row | {"limit_factor": record["limit"]["factor"], "promoted_by": promoted.get("by", "")}


def _when(time_ns: int) -> str:
    return local_time(time_ns).strftime("%Y-%m-%d %H:%M")


def _iso(time_ns: int) -> str:
    return local_time(time_ns).isoformat()
