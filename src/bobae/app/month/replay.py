"""A month lived through: rows scored as they settle, alarms raised, answered, kept; a day in seconds."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bobae.app.alarm_keeping import AlarmKeeping
from bobae.app.desk import AlarmDesk
from bobae.app.drift_keeping import DriftKeeping
from bobae.app.drift_told import drift_said
from bobae.app.drifting import Drifting
from bobae.app.live_models import LiveModels
from bobae.app.main_job import up
from bobae.app.model_keeping import ModelKeeping
from bobae.app.month.operator import Operator, clock_time
from bobae.app.month.world import ASSET, LEARNED_DAYS, NS, World
from bobae.app.moved import has_moved
from bobae.app.plant_store import historian_folder
from bobae.app.promoting import ModelDesk
from bobae.app.rationalising import Rationalising
from bobae.app.retraining import Retraining
from bobae.app.settings import Settings, settings_for
from bobae.app.swapping import Swapping
from bobae.app.telling import Tell, tell_nobody
from bobae.app.wanted import Wanted
from bobae.app.watched_places import model_path
from bobae.app.watching import Watch
from bobae.core import Progress, Text, silent, telling_time_of, text
from bobae.evidence.eemua import AlarmFigures, alarm_figures
from bobae.evidence.ledger import Worth
from bobae.historian import Store, open_store
from bobae.monitor.ledger import whole
from bobae.registry.catalogue import Catalogue, open_catalogue
from bobae.serve import Line
from bobae.twins import press

SETTLE_NS = 300_000_000
LOOK_NS = 600 * NS  # how often the operator looks
HOUR_NS = 3600 * NS  # how often the keepers do
LOG = "maintenance_log.csv"


@dataclass(eq=False)
class Clock:
    """The time of the replay, ns UTC."""

    now_ns: int = 0

    def __call__(self) -> int:
        """Now."""
        return self.now_ns


@dataclass(frozen=True)
class Mechanisms:
    """Which of the mechanisms are at work."""

    answers: bool = True  # people judge alarms, and that moves the limit
    retrains: bool = True  # a model that no longer fits is trained anew, tried beside, and promoted
    drift: bool = True  # what has moved is looked at every six hours; without it only a standing alarm tells


@dataclass(eq=False)
class Month:
    """What came of it.

    Attributes:
        crossings: how many times the score went over the limit: the messages of a plain threshold.
        calls: when somebody was called, and for which fault, None for nothing.
        missed: known faults of the month that nobody was called for.
        found: known faults that somebody was called for.
        late_s: from the start of each of these to the call.
        figures: of the alarm system.
        cases: how many there were.
        worth: by the ledger.
        cost: of the month's faults and false alarms, by the truth.
        quiet_cost: of the month's faults, had nobody been called.
        factor: where the limit stands at the end.
        steps: what moved, and what was done about the model.
    """

    crossings: int = 0
    calls: list[tuple[int, press.Fault | None]] = field(default_factory=list)
    missed: int = 0
    found: int = 0
    late_s: list[float] = field(default_factory=list)
    figures: AlarmFigures | None = None
    cases: int = 0
    worth: Worth | None = None
    cost: float = 0.0
    quiet_cost: float = 0.0
    factor: float = 1.0
    steps: list[Text] = field(default_factory=list)

    @property
    def false(self) -> int:
        """Calls for nothing."""
        return sum(found is None for _, found in self.calls)


def learned(
    plant: Path, world: World, *, language: str = "en", progress: Progress = silent, tell: Tell = tell_nobody
) -> None:
    """A plant in a new folder that has collected for three weeks and trained its model."""
    plant.mkdir(parents=True, exist_ok=True)
    press.write_live_plant(plant / "plant.yaml", url="opc.tcp://127.0.0.1:4840", language=language)
    described = (plant / "plant.yaml").read_text("utf-8")
    more = "    alarm_budget: 1/week\n    retrain: automatic\n    shadow_for: 2d\n"
    (plant / "plant.yaml").write_text(described.replace("    alarm_budget: 1/week\n", more), "utf-8")
    with _opened(plant, lambda: press.START_NS) as store:
        for day in range(LEARNED_DAYS):
            progress(text("three weeks of the press are made"), day, LEARNED_DAYS)
            world.day(store, language=language)
    settings = settings_for(plant, language=language)
    assert settings.plant is not None
    model = model_path(plant, settings.plant.monitors[0])
    with telling_time_of(settings.timezone):
        _write_log(plant / LOG, world)
    wanted = Wanted(log=plant / LOG)
    up([plant], settings, results=model.parent, model=model, asset=ASSET, wanted=wanted, progress=progress, tell=tell)


def lived(
    plant: Path,
    world: World,
    mechanisms: Mechanisms = Mechanisms(),
    *,
    language: str = "en",
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> Month:
    """The month, in the plant that `learned` has left.

    Args:
        plant: its folder.
        world: as it was before `learned`; its steps are made again, kept by nobody.
        mechanisms: which are at work.
        language: of the plant.
        progress: told how far it is.
        tell: told what happens, as it happens.
    """
    clock = Clock()
    for _ in range(LEARNED_DAYS):
        world.unseen_day()
    clock.now_ns = world.now_ns
    settings = settings_for(plant, language=language)
    with (
        telling_time_of(settings.timezone),
        _opened(plant, clock) as store,
        open_catalogue(historian_folder(plant)) as catalogue,
    ):
        return _Life(plant, settings, world, clock, store, catalogue, mechanisms, progress, tell).live()


class _Life:
    def __init__(
        self,
        plant: Path,
        settings: Settings,
        world: World,
        clock: Clock,
        store: Store,
        catalogue: Catalogue,
        mechanisms: Mechanisms,
        progress: Progress,
        tell: Tell,
    ) -> None:
        assert settings.plant is not None
        self.world, self.clock, self.store, self.catalogue = world, clock, store, catalogue
        self.monitor = settings.plant.monitors[0]
        self.desk = AlarmDesk(settings.plant, catalogue, clock=clock)
        self.operator = Operator(world, self.desk, answers=mechanisms.answers, tell=tell)
        self.progress, self.tell, self.language = progress, tell, settings.language
        self.keeping = AlarmKeeping(settings.plant, catalogue, clock=clock)
        self.records = Rationalising(plant, settings, catalogue, clock=clock)
        self.models = LiveModels(plant, settings, store, catalogue, clock=clock)
        self.swapping = Swapping(self.models, [self.monitor], look_s=0.0)
        retraining = Retraining(plant, settings, catalogue)
        self.looks_after = ModelKeeping(
            ModelDesk(plant, settings, catalogue), retraining.train, moved=has_moved(catalogue), clock=clock
        )
        self.looks_for_drift = DriftKeeping(
            Drifting.of(plant, settings, store, catalogue, sealed=self.models.opened), clock=clock
        )
        self.retrains, self.drifts = mechanisms.retrains, mechanisms.drift
        self.watches: list[Watch] = self.models.watched([self.monitor], lambda *_: None)
        self.line = Line([watch.live for watch in self.watches], settle_ns=SETTLE_NS, from_ns=world.now_ns)
        self.line.warm(store)

    def live(self) -> Month:
        month, self.over = Month(), False
        for day in range(self.world.days):
            self.progress(text("a month of the press is lived through"), day, self.world.days)
            begin_ns = self.world.now_ns
            self.world.day(self.store, language=self.language)
            for until_ns in range(begin_ns + HOUR_NS, self.world.now_ns + 1, HOUR_NS):
                self._hour(month, until_ns)
        return self._summed(month)

    def _hour(self, month: Month, until_ns: int) -> None:
        """An hour: what settled is scored while the operator looks; then the keepers have their turn."""
        watchers = {watch.monitor: watch for watch in self.watches}
        for row in self.line.settled(self.store, until_ns + SETTLE_NS):
            self.clock.now_ns = row.time_ns + SETTLE_NS
            watch = watchers[row.model]
            watch.watcher.observe(row.time_ns, row.answers, row.x)
            if not watch.silent:
                over = row.answers is not None and float(row.answers["score"]) > 1.0
                month.crossings += over and not self.over
                self.over = over
            if row.time_ns % LOOK_NS == 0:
                self.operator.step(self.clock.now_ns)
        self.clock.now_ns = until_ns + SETTLE_NS
        self.keeping.step()
        self.records.step()
        if self.drifts:
            self._steps(month, [drift_said(check) for check in self.looks_for_drift.step(self.clock.now_ns)])
        if self.retrains:
            self._look_after_models(month)

    def _steps(self, month: Month, steps: Sequence[Text]) -> None:
        for said in steps:
            month.steps.append(text("{time} {said}", time=clock_time(self.clock.now_ns), said=said))
            self.tell(month.steps[-1])

    def _look_after_models(self, month: Month) -> None:
        self._steps(month, [step.said for step in self.looks_after.step(self.clock.now_ns)])
        if (change := self.swapping.changes(self.watches)) is not None:
            self.line.remove(change.gone)
            self.line.add([watch.live for watch in change.new], self.store)
            self.watches = [w for w in self.watches if w.monitor not in change.gone] + list(change.new)

    def _summed(self, month: Month) -> Month:
        begin, end = self.world.month_ns, self.clock.now_ns + 1
        month.calls = self.operator.calls
        month.figures = alarm_figures(self.catalogue.calls.between(begin, end), begin, end)
        month.cases = len(self.catalogue.cases.page(limit=10_000))
        totals = whole(self.catalogue.ledger.entries(begin, end))
        month.worth = max((t.worth for t in totals), key=lambda w: abs(w.saved.value), default=None)
        point = f"{self.monitor.asset}:{self.monitor.task}"
        month.factor = self.catalogue.feedback.limits().get(point, 1.0)
        self._cost(month)
        return month

    def _cost(self, month: Month) -> None:
        costs = self.monitor.costs
        for fault in self.world.known():
            if not self.world.month_ns <= fault.start_ns < self.clock.now_ns:
                continue
            month.quiet_cost += costs.missed
            first = min((at for at, found in month.calls if found is fault), default=None)
            if first is None or first > fault.end_ns:
                month.missed += 1
                month.cost += costs.missed
                continue
            month.found += 1
            late_s = max(0.0, (first - fault.start_ns) / NS)
            month.late_s.append(late_s)
            month.cost += min(costs.missed, costs.late * late_s / 3600)
        month.cost += costs.false * month.false


def _opened(plant: Path, clock: object) -> Store:
    return open_store(historian_folder(plant), write=True, clock=clock, commit_s=0.001)  # type: ignore[arg-type]


def _write_log(path: Path, world: World) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["start", "end", "kind", "what"])
        for fault in sorted(world.known(), key=lambda fault: fault.start_ns):
            if fault.start_ns < world.month_ns:
                times = [clock_time(at) for at in (fault.start_ns, fault.written_off_ns)]
                rows.writerow([*times, "machine fault" if fault.machine else "sensor fault", fault.kind])
