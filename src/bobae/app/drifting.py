"""What has moved since the models of a plant learned, and whether it matters: each held against its last day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bobae.app.models import run_of
from bobae.app.promoting import name_of, shelf_of
from bobae.app.ruling import SETTLE_NS
from bobae.app.settings import Settings
from bobae.core import Contract, Cut, Floats, Ints, Monitor, Plant, StoreReader, Tag, Text, UnknownName, text
from bobae.core.gauge import number, unit
from bobae.core.status import Quality, is_good
from bobae.evidence.shift import Usual
from bobae.monitor.data_contract import Came, Violation, violations
from bobae.monitor.drift import Influence, InputShift, influence, inputs_moved, rows_judged
from bobae.monitor.late_values import Residuals, residuals
from bobae.registry import SealedModel, TrustList, open_sealed
from bobae.registry.catalogue import Alias, Catalogue, Drift, DriftCheck
from bobae.serve import WARM_ROWS, step_ns
from bobae.train.score import rows_for

DAY_NS = 24 * 3600 * 1_000_000_000
LABORATORY_DAYS = 90
_MOST_ROWS = 5_000  # that are decided both ways; of a day at one each ten seconds these are the last 14 hours
_FEW = 3


@dataclass(frozen=True, eq=False)
class Drifting:
    """Looks at what the models of one plant are given.

    Attributes:
        plant: what its plant file says.
        store: its samples.
        catalogue: which versions are live.
        sealed: the model in a file, after the import gate.
        path: where the live version of a monitor lies; None: it has none.
    """

    plant: Plant
    store: StoreReader
    catalogue: Catalogue
    sealed: Callable[[Path], SealedModel]
    path: Callable[[Monitor], Path | None]

    @classmethod
    def of(
        cls,
        folder: Path,
        settings: Settings,
        store: StoreReader,
        catalogue: Catalogue,
        *,
        sealed: Callable[[Path], SealedModel] | None = None,
    ) -> "Drifting":
        """Of the plant in `folder`; `sealed` opens its models, by default each time anew."""
        assert settings.plant is not None
        shelf = shelf_of(folder, settings, catalogue)

        def path(monitor: Monitor) -> Path | None:
            live = catalogue.versions.pointed_at(name_of(monitor), Alias.LIVE)
            return None if live is None else shelf.sealed_path(live)

        def opened(model: Path) -> SealedModel:
            return open_sealed(model, trust=TrustList.read(settings.home))

        return cls(settings.plant, store, catalogue, sealed or opened, path)

    def look(self, monitor: Monitor, now_ns: int, *, window_ns: int = DAY_NS) -> DriftCheck | None:
        """What has moved at one machine since its model learned; None: no model is live there.

        Args:
            monitor: whose model.
            now_ns: ns UTC.
            window_ns: the rows of how long before are looked at.

        Raises:
            Refused: the model's file was changed, or does not pass the import gate.
            UnknownName, BadInput: an input is not collected any more, or holds words where numbers are expected.
        """
        if (path := self.path(monitor)) is None:
            return None
        model = self.sealed(path)
        contract = model.manifest.contract
        seen = self._seen(monitor.asset, contract, now_ns, window_ns)
        usual = {name: Usual.from_json(kept) for name, kept in model.monitor.items()}
        run = run_of(model)
        judged = rows_judged(run(seen.x, seen.gap))
        broken = violations(contract, usual, seen.came, seen.x[seen.warm :], judged[seen.warm :])
        shifts = inputs_moved(contract, usual, seen.time_ns, seen.x, judged, warm=seen.warm)
        moved = [one for one in shifts if one.shift.moved]
        effect = None
        if moved:
            end = int(np.flatnonzero(judged)[-1]) + 1
            some = slice(max(0, end - _MOST_ROWS - seen.warm), end)
            times, x, gap = seen.time_ns[some], seen.x[some], seen.gap[some]
            effect = influence(contract, run, usual, moved, times, x, gap, judged[some], warm=seen.warm)
        rows = int(judged[seen.warm :].sum())
        answer = _answer(shifts, broken, moved, effect)
        found = {
            "from_ns": now_ns - window_ns,
            "rows": rows,
            "inputs": [one.as_json() for one in shifts],
            "influence": None if effect is None else effect.as_json(),
            "violations": [{"breach": str(v.breach), "name": v.name, "said": v.said.as_json()} for v in broken],
            "said": _said(answer, broken, moved, effect).as_json(),
        }
        since_ns = min((one.since_ns for one in moved if one.since_ns is not None), default=now_ns)
        since_ns = since_ns if answer in (Drift.MOVED, Drift.MATTERS) else now_ns
        return DriftCheck(name_of(monitor), model.sha256[:12], answer, since_ns, now_ns, found)

    def laboratory(self, now_ns: int) -> Iterator[DriftCheck]:
        """Whether the tags that estimate something still do, by what the laboratory found of it later."""
        for asset, described in self.plant.assets.items():
            for name, tag in described.tags.items():
                if tag.estimated_by is not None:
                    measured, estimate = f"{asset}.{name}", f"{asset}.{tag.estimated_by}"
                    yield self._laboratory(measured, estimate, tag.unit, now_ns)

    def _seen(self, asset: str, contract: Contract, now_ns: int, window_ns: int) -> "_Seen":
        """The rows that the model has had, and those before that it was warmed with."""
        step = step_ns(contract)
        paths = [f"{asset}.{wanted.name}" for wanted in contract.inputs]
        end, begin = now_ns // step * step, (now_ns - window_ns) // step * step
        cut = Cut(tuple(paths), begin - WARM_ROWS * step, end, step, settle_ns=SETTLE_NS)
        rows = rows_for(self.store.cut(cut), contract)
        counts = [
            self.store.frame(paths, begin, end, end - begin, aggs=("count",), quality=quality).values[:, 0, 0]
            for quality in (Quality.GOOD, Quality.ALL)
        ]
        tags = self.plant.assets[asset].tags
        came = []
        for wanted, good, every in zip(
            contract.inputs, *(np.nan_to_num(one).astype(int) for one in counts), strict=True
        ):
            tag = tags.get(wanted.name, Tag())
            came.append(Came(good, every - good, tag.unit, tag.range))
        warm = int((rows.time_ns <= begin).sum())
        x = contract.rows(rows.data)
        return _Seen(rows.time_ns, x, rows.gap(contract.max_gap_s), came, warm)

    def _laboratory(self, measured: str, estimate: str, code: str | None, now_ns: int) -> DriftCheck:
        try:
            found = self._beside(measured, estimate, now_ns)
        except UnknownName:  # nothing of it has come yet
            found = Residuals(0, "not_enough_evidence")
        answers = {"moved": Drift.MATTERS, "same": Drift.STEADY, "not_enough_evidence": Drift.NOT_ENOUGH}
        answer = answers[found.answer]
        kept = {"estimated_by": estimate, "residuals": found.as_json(), "said": _late(estimate, found, code).as_json()}
        return DriftCheck(measured, "", answer, found.since_ns or now_ns, now_ns, kept)

    def _beside(self, measured: str, estimate: str, now_ns: int) -> Residuals:
        samples = self.store.raw([measured], now_ns - LABORATORY_DAYS * DAY_NS, now_ns)
        samples = samples.rows(np.array([is_good(int(status)) for status in samples.status], dtype=bool))
        then = self.store.asof([estimate], samples.time_ns)[0]
        assert samples.receipt_ns is not None  # what a store has kept has one
        return residuals(samples.time_ns, samples.receipt_ns, samples.value, then)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Rows of a machine as its model has had them; `warm` of them come before the stretch that is looked at."""

    time_ns: Ints
    x: Floats
    gap: Floats
    came: Sequence[Came]
    warm: int


def _answer(
    shifts: Sequence[InputShift], broken: Sequence[Violation], moved: Sequence[InputShift], effect: Influence | None
) -> Drift:
    if broken:
        return Drift.BROKEN
    if all(one.shift.answer == "not_enough_evidence" for one in shifts):
        return Drift.NOT_ENOUGH
    if effect is not None and effect.matters:
        return Drift.MATTERS
    return Drift.MOVED if moved else Drift.STEADY


def _said(answer: Drift, broken: Sequence[Violation], moved: Sequence[InputShift], effect: Influence | None) -> Text:
    if answer is Drift.BROKEN:
        return broken[0].said
    if answer is Drift.NOT_ENOUGH:
        return text("too few rows to say whether anything has moved")
    if answer is Drift.STEADY:
        return text("everything is as it was when the model learned")
    inputs = ", ".join(_in_words(one) for one in moved[:_FEW])
    if answer is Drift.MOVED or effect is None:
        return text("{inputs}: the model decides as if nothing had moved", inputs=inputs)
    return text(
        "{inputs}: {share} % of the rows alarm only because of it; if nothing is wrong with the machine, train anew",
        inputs=inputs,
        share=number(100 * effect.alarming, 2),
    )


def _in_words(one: InputShift) -> str:
    code = unit(one.unit)
    before, now = (f"{number(value)} {code}".strip() for value in (one.shift.before, one.shift.now))
    return f"{one.name} {before} → {now}"


def _late(estimate: str, found: Residuals, code: str | None) -> Text:
    if found.answer == "not_enough_evidence":
        return text(
            "{n} measured values beside {estimate} are too few to say anything", n=found.values, estimate=estimate
        )
    values: Mapping[str, Any] = {
        "estimate": estimate.partition(".")[2],
        "usual": number(found.usual),
        "now": number(found.now),
        "unit": unit(code),
        "hours": number(found.late_h, 2),
    }
    if found.answer == "same":
        return text(
            "{estimate} is as far from what the laboratory finds as ever: {usual} {unit} ({hours} h later)", **values
        )
    return text(
        "the laboratory finds {now} {unit} more than {estimate} says, where it was {usual}: calibrate it, or train it"
        " anew ({hours} h later)",
        **values,
    )
