"""What would clear an alarm: the model is asked again, with the signals behind the alarm as they usually are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from bobae.app.promoting import shelf_of
from bobae.app.settings import Settings
from bobae.core import Contract, Floats, StoreReader, Text, text
from bobae.core.gauge import number, unit
from bobae.core.model import UNSEEN
from bobae.graph import Runner
from bobae.registry import TrustList, open_sealed
from bobae.registry.catalogue import Alarm, Alias, Catalogue
from bobae.serve import WARM_ROWS, step_ns

AFTER_ROWS = 360
_FEW = 3


@dataclass(frozen=True, eq=False)
class Clearing:
    """Asks the models of one plant what would clear their alarms.

    Attributes:
        folder: of the plant.
        settings: those that hold there.
        catalogue: which version of each model is live.
        store: the plant's samples.
    """

    folder: Path
    settings: Settings
    catalogue: Catalogue
    store: StoreReader

    def of(self, alarm: Alarm) -> Text | None:
        """What would clear an alarm of a model, in a sentence; None where nobody can say it, as for a rule.

        The rows from the alarm on go through the model again, with one signal behind it as the others would have it by
        what was so before, then with two and with three; the fewest that end the alarm are named.

        Raises:
            Refused: the model does not pass the import gate any more.
        """
        version = self.catalogue.versions.pointed_at(alarm.monitor, Alias.LIVE)
        if version is None or not alarm.top_tags:
            return None
        shelf = shelf_of(self.folder, self.settings, self.catalogue)
        sealed = open_sealed(shelf.sealed_path(version), trust=TrustList.read(self.settings.home))
        contract = sealed.manifest.contract
        x, begins = self._rows(alarm, contract)
        if begins >= len(x):
            return None
        runner = Runner(sealed.graph, contract)
        if not _alarms(runner, x, begins):
            return text("what the model says of these rows now is no alarm any more")
        places = [i for tag, _ in alarm.top_tags[:_FEW] if (i := _place(contract, tag)) is not None]
        for few in range(1, len(places) + 1):
            for chosen in combinations(places, few):
                put_right = _put_right(x, begins, chosen)
                if not _alarms(runner, put_right, begins):
                    return _told(contract, chosen, put_right[begins:])
        names = ", ".join(contract.inputs[i].name for i in places)
        return text("no value of {tags} alone would clear it: more is out of step", tags=names)

    def _rows(self, alarm: Alarm, contract: Contract) -> tuple[Floats, int]:
        """The rows around the beginning of an alarm (rows, inputs), and at which it begins."""
        step = step_ns(contract)
        begin_ns, end_ns = alarm.row_ns - WARM_ROWS * step, alarm.row_ns + AFTER_ROWS * step
        paths = [f"{alarm.asset}.{wanted.name}" for wanted in contract.inputs]
        frame = self.store.frame(paths, begin_ns, end_ns, step)
        values = frame.values[:, 0].T.copy()
        texts = {row.path for row in self.store.tags() if row.kind == "text"}
        for i, wanted in enumerate(contract.inputs):
            if wanted.categories is not None:
                codes = {category: float(n) for n, category in enumerate(wanted.categories)}
                for row in np.flatnonzero(~np.isnan(values[:, i])).tolist():
                    shown = values[row, i]
                    word = frame.texts[int(shown)] if paths[i] in texts else str(shown)
                    values[row, i] = codes.get(word, UNSEEN)
        there = ~np.isnan(values).all(axis=1)
        return values[there], int((frame.time_ns[there] < alarm.row_ns).sum())


def _alarms(runner: Runner, x: Floats, begins: int) -> bool:
    """Whether the model alarms at the end of the rows: what went before is remembered for a while."""
    last = max(1, (len(x) - begins) // 4)
    return bool(runner.run(x)["alarm"][-last:].any())


def _put_right(x: Floats, begins: int, places: Sequence[int]) -> Floats:
    """The rows with some signals, from the alarm on, as the others would have them by what was so before."""
    before, others = x[:begins], [i for i in range(x.shape[1]) if i not in places]
    whole = before[np.isfinite(before).all(axis=1)]
    changed = x.copy()
    if len(whole) <= len(others) + 1:
        return changed
    design = np.column_stack([whole[:, others], np.ones(len(whole))])
    weights = np.linalg.lstsq(design, whole[:, list(places)], rcond=None)[0]
    after = np.column_stack([np.nan_to_num(x[begins:, others]), np.ones(len(x) - begins)])
    changed[begins:, list(places)] = after @ weights
    return changed


def _place(contract: Contract, tag: str) -> int | None:
    return next((i for i, wanted in enumerate(contract.inputs) if wanted.name == tag and not wanted.categories), None)


def _told(contract: Contract, places: Sequence[int], rows: Floats) -> Text:
    shown = [
        f"{contract.inputs[i].name} {number(float(np.median(rows[:, i])))} {unit(contract.inputs[i].unit)}".strip()
        for i in places
    ]
    return text("it would clear with {signals}, as usual", signals=", ".join(shown))
