"""Models that monitors of a live plant lack: trained from what its historian has, or told why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bobae.app.happened import Happened
from bobae.app.main_job import TASK, Up, up
from bobae.app.settings import Settings
from bobae.app.telling import Tell
from bobae.app.wanted import Wanted
from bobae.app.watched_places import model_path
from bobae.core import BadInput, Monitor, Progress, text


@dataclass(frozen=True, eq=False)
class TrainingMissing:
    """Trains what is missing.

    Attributes:
        folder: of the plant.
        settings: those that hold there.
        wanted: of each training; its costs and budget hold over those of the plant file.
        known: asset -> its faults, called what they were.
    """

    folder: Path
    settings: Settings
    wanted: Wanted = field(default_factory=Wanted)
    known: Mapping[str, tuple[Happened, ...]] = field(default_factory=dict)

    def missing(self, monitors: Sequence[Monitor]) -> list[Monitor]:
        """The monitors without a model."""
        return [monitor for monitor in monitors if not model_path(self.folder, monitor).is_file()]

    def train(self, monitor: Monitor, progress: Progress, tell: Tell) -> Up | None:
        """Train the model of one monitor; what comes of it is told, and that nothing came of it too."""
        model = model_path(self.folder, monitor)
        came = self._trained(monitor, model, progress, tell) if monitor.task == TASK else None
        for made in () if came is None else came.files:
            tell(text("{path}: {what}", path=made.path, what=made.what))
        if not model.is_file():
            why = text("there is no model {path} yet; once there is more to learn from, start bobae again", path=model)
            tell(text("{asset} is not watched: {why}", asset=monitor.asset, why=why), "warning")
        return came

    def _trained(self, monitor: Monitor, model: Path, progress: Progress, tell: Tell) -> Up | None:
        own = replace(self.settings, alarm_budget=str(monitor.alarm_budget), costs=monitor.costs)
        try:
            return up(
                [self.folder],
                own,
                results=model.parent,
                model=model,
                asset=monitor.asset,
                wanted=self.wanted,
                known=self.known.get(monitor.asset, ()),
                progress=progress,
                tell=tell,
            )
        except BadInput as error:  # such as nothing to learn from yet
            tell(error.text, "warning")
            return None
