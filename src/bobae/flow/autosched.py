"""Reads a fab as AutoSched AP tables: the form that the SMT2020 testbed comes in.

Tab separated text: `part`, `route_*`, `tool`, `setup`, `setupgrp`, `downcal`, `pmcal`, `attach`, `fromto`, `order` and,
where there is one, `WIP`. What a table says and this reader does not know is an error with file and line: a fab that
differs from its description is worth nothing. How the words are meant is written down, with sources, in
`docs/decisions/0065-what-a-fab-table-means.md`.

Source: D. Kopp, M. Hassoun, A. Kalir, L. Moench, SMT2020 - A Semiconductor Manufacturing Testbed, IEEE Transactions on
Semiconductor Manufacturing 33(4), 2020, doi:10.1109/TSM.2020.3001933.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bobae.core import BadInput
from bobae.flow.production import (
    Failure,
    Machines,
    Maintenance,
    Move,
    Order,
    Product,
    Production,
    Release,
    Rule,
    Setup,
    Step,
)

_UNITS = {"min": "min", "hr": "h", "day": "d", "sec": "s"}
_CLOCK = "%m/%d/%y %H:%M:%S"


@dataclass(frozen=True)
class _Row:
    """One line of a table, which knows where it stands."""

    file: str
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def time(self, column: str, unit: str) -> str:
        if self[unit] not in _UNITS:
            raise self.wrong(unit)
        return f"{self[column]} {_UNITS[self[unit]]}"

    def distribution(self, kind: str, column: str, second: str, unit: str) -> str:
        """The mean and, for a uniform one, how far it reaches to either side."""
        if self[kind] == "constant":
            return self.time(column, unit)
        if self[kind] == "exponential":
            return f"exponential({self.time(column, unit)})"
        if self[kind] == "uniform":
            mean, half, of = float(self[column]), float(self[second]), _UNITS[self[unit]]
            return f"uniform({mean - half!r} {of}, {mean + half!r} {of})"
        raise self.wrong(kind)

    def wrong(self, column: str) -> BadInput:
        return BadInput(
            "{file}, line {line}: '{value}' in column {column} is not known here",
            file=self.file,
            line=self.line,
            value=self[column],
            column=column,
        )


def autosched(folder: str | Path) -> Production:
    """The fab that the tables in a folder describe.

    Raises:
        BadInput: a table is missing, or says something that is not known here.
    """
    return _Fab(Path(folder)).production()


class _Fab:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = {path.name.lower().split(".")[0]: path for path in sorted(folder.iterdir()) if path.is_file()}
        self._tools = list(self._rows("tool"))
        self._areas = {row["STNFAM"]: row["STNGRP"] for row in self._tools}
        self._setup_rows = list(self._rows("setup"))

    def production(self) -> Production:
        parts = list(self._rows("part"))
        return Production(
            machines={row["STNFAM"]: self._machines(row) for row in self._tools},
            routes={row["ROUTE"]: self._route(row) for row in parts},
            products={row["PART"]: Product(route=row["ROUTE"]) for row in parts},
            releases=tuple(self._release(row) for row in self._rows("order")),
            orders=tuple(self._order(row) for row in (self._rows("wip") if "wip" in self._files else ())),
            setups=tuple(self._setups()),
            moves=tuple(
                Move(
                    origin=row["FROMLOC"], to=row["TOLOC"], time=row.distribution("DDIST", "DTIME", "DTIME2", "DUNITS")
                )
                for row in self._rows("fromto")
            ),
        )

    def _rows(self, name: str) -> Iterator[_Row]:
        path = self._files.get(name)
        if path is None:
            raise BadInput("{folder} has no table '{name}'", folder=self._folder, name=name)
        with path.open(encoding="utf-8", newline="") as lines:
            for number, values in enumerate(csv.DictReader(lines, delimiter="\t"), start=2):
                texts = {key: (value or "").strip() for key, value in values.items() if isinstance(key, str)}
                if any(texts.values()):
                    yield _Row(path.name, number, texts)

    def _machines(self, row: _Row) -> Machines:
        family = row["STNFAM"]
        ranks = row["FWLRANK"].split(";")
        rules: dict[str, Rule] = {"rank_FIFO": "fifo", "rank_CR": "cr"}
        if row["RULE"] not in ("rule_HotLotFIRST", "rule_LSSU") or not set(ranks) <= {"rank_HP", "rank_RSETUP", *rules}:
            raise row.wrong("FWLRANK")
        return Machines(
            count=int(float(row["STNQTY"] or 1)),
            load=row.time("LTIME", "LTUNITS"),
            unload=row.time("ULTIME", "ULTUNITS"),
            cascade=float(row["STNCAP"] or 1) == 2.0,
            rule=next((rules[rank] for rank in ranks if rank in rules), "fifo"),
            by_priority="rank_HP" in ranks,
            by_setup="rank_RSETUP" in ranks,
            wake="least setup" if row["WAKERESRANK"] == "wake_LeastSetupTime" else "longest idle",
            shortest_runs=bool(row["SETUPGRP"]),
            failures=tuple(self._failures(row)),
            maintenance=tuple(self._maintenance(family)),
            location=row["STNFAMLOC"],
            area=row["STNGRP"],
        )

    def _attached(self, kind: str, where: str, name: str) -> Iterator[_Row]:
        for row in self._rows("attach"):
            if row["CALTYPE"] == kind and row["RESTYPE"] == where and row["RESNAME"] == name:
                yield row

    def _failures(self, tool: _Row) -> Iterator[Failure]:
        calendars = {row["DOWNCALNAME"]: row for row in self._rows("downcal")}
        for attached in self._attached("down", "stngrp", tool["STNGRP"]):
            row = calendars[attached["CALNAME"]]
            if row["DOWNCALTYPE"] != "mttf_by_cal":
                raise row.wrong("DOWNCALTYPE")
            yield Failure(
                apart=row.distribution("MTTFDIST", "MTTF", "", "MTTFUNITS"),
                lasts=row.distribution("MTTRDIST", "MTTR", "", "MTTRUNITS"),
                first=attached.distribution("FOADIST", "FOA", "", "FOAUNITS"),
            )

    def _maintenance(self, family: str) -> Iterator[Maintenance]:
        calendars = {row["PMCALNAME"]: row for row in self._rows("pmcal")}
        for attached in self._attached("pm", "stnfam", family):
            row = calendars[attached["CALNAME"]]
            by_pieces = row["PMCALTYPE"] == "mtbpm_by_pieces"
            if not by_pieces and row["PMCALTYPE"] != "mtbpm_by_cal":
                raise row.wrong("PMCALTYPE")
            yield Maintenance(
                every=f"{row['MTBPM']} pieces" if by_pieces else row.time("MTBPM", "MTBPMUNITS"),
                first=f"{attached['FOA']} pieces" if by_pieces else attached.time("FOA", "FOAUNITS"),
                lasts=row.distribution("MTTRDIST", "MTTR", "MTTR2", "MTTRUNITS"),
            )

    def _route(self, part: _Row) -> tuple[Step, ...]:
        rows = list(self._rows(part["ROUTEFILE"].lower().split(".")[0]))
        numbers = {row["STEP"]: i + 1 for i, row in enumerate(rows)}
        return tuple(self._step(row, numbers) for row in rows)

    def _step(self, row: _Row, numbers: Mapping[str, int]) -> Step:
        per = {"per_lot": "lot", "per_piece": "piece", "per_batch": "batch"}
        fields: dict[str, Any] = {
            "name": row["DESC"],
            "machines": row["STNFAM"],
            "time": row.distribution("PDIST", "PTIME", "PTIME2", "PTUNITS"),
            "per": per[row["PTPER"]],
        }
        if row["BATCHMX"]:
            fields["batch"] = (int(row["BATCHMN"]), int(row["BATCHMX"]))
        if row["SETUP"]:
            fields |= {"setup": row["SETUP"], "setup_always": row["WHEN"] == "always"}
            if row["STIME"]:  # a reticle: it is not among the setups that lots are ranked by
                fields |= {"setup_time": row.time("STIME", "STUNITS"), "setup_ranked": False}
        if row["SVESTN"] == "yes":
            fields["same_machine_for"] = numbers[row["FORSTEP"]]
        if row["PartInterval"]:
            fields |= {"interval": row.time("PartInterval", "PartIntUnits"), "interval_per": "piece"}
        elif row["BatchInterval"]:
            fields |= {"interval": row.time("BatchInterval", "BatchIntUnits"), "interval_per": "lot"}
        if row["REWORK"]:
            fields |= {"rework": float(row["REWORK"]) / 100.0, "rework_to": numbers[row["RWKSTEP"]]}
        if row["StepPercent"]:
            fields["share"] = float(row["StepPercent"]) / 100.0
        if row["CQT"]:
            fields |= {"limit": row.time("CQT", "CQTUNITS"), "limit_to": numbers[row["STEP_CQT"]]}
        return Step(**fields)

    def _release(self, row: _Row) -> Release:
        start, due = _clock(row["START"]), _clock(row["DUE"])
        return Release(
            product=row["PART"],
            every=row.distribution("RDIST", "REPEAT", "", "RUNITS"),
            pieces=int(row["PIECES"]),
            lots=int(row["LOTSPERRPT"]),
            priority=int(row["PRIOR"]),
            due=f"{(due - start).total_seconds()} s",
            count=int(row["RPT#"]),
        )

    def _order(self, row: _Row) -> Order:
        start = _clock(row["START"])
        return Order(
            product=row["PART"],
            pieces=int(row["PIECES"]),
            priority=int(row["PRIOR"]),
            step=int(row["CURSTEP"]),
            due=f"{(_clock(row['DUE']) - start).total_seconds()} s",
        )

    def _setups(self) -> Iterator[Setup]:
        shortest = {row["SETUP"]: int(row["MINRUN"]) for row in self._rows("setupgrp") if row["MINRUN"]}
        for row in self._setup_rows:
            yield Setup(
                to=row["NEWSETUP"],
                after=row["CURSETUP"] or None,
                time=row.time("STIME", "STUNITS"),
                shortest_run=shortest.get(row["NEWSETUP"], 0),
            )


def _clock(text: str) -> datetime:
    return datetime.strptime(text, _CLOCK)  # noqa: DTZ007
