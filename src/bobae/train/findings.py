"""The findings: everything a training or a backtest found out, put together as one outcome."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Ints, Text, text
from bobae.evidence.leak import Leak
from bobae.evidence.splits import Split
from bobae.train.known import Known
from bobae.train.outcome import METRIC_TITLES, Outcome
from bobae.train.proof import Proof
from bobae.train.proven import PARTS, Origin, Part, PartRows, SplitOutcome
from bobae.train.rows import Rows
from bobae.train.timeline import LEFT_OUT, PROVE, Trace, events_in_proof, series, told_episodes, told_events, top_tags

MOVED_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Findings:
    """What was worked out: the rows, known faults, part of each row (rows,), what the model said, the proof."""

    rows: Rows
    known: Known
    part: Ints
    trace: Trace
    proof: Proof

    def outcome(self, split: SplitOutcome, origin: Origin, *, leak: Leak | None) -> Outcome:
        """All of it as one outcome; the candidate and the time it took are still missing."""
        rows, known, part, proof = self.rows, self.known, self.part, self.proof
        return Outcome(
            task="anomaly",
            verdict=proof.judgement.verdict,
            headlines=(*proof.judgement.said, proof.value.said),
            split=split,
            metrics=proof.metrics,
            titles=METRIC_TITLES,
            baselines=proof.baselines,
            leak=leak,
            alarms=proof.alarms,
            episodes=told_episodes(rows, self.trace, known, part),
            events=told_events(rows, known, part, proof.judged),
            series=series(rows, self.trace, part),
            top_tags=top_tags(self.trace, rows, known, part),
            value=proof.value,
            warnings=self._warnings(leak),
            seed=origin.seed,
            cpu_s=0.0,
            dataset_sha256=origin.dataset_sha256,
            origin=rows.data.origin,
            learner=origin.learner,
            candidate=None,
            sampling_s=rows.sampling_s,
            has_time=rows.has_time,
            settings=origin.settings,
        )

    def _warnings(self, leak: Leak | None) -> tuple[Text, ...]:
        found = list(self.rows.warnings)
        if not self.known.labelled:
            found.append(
                text(
                    "Nobody marked known faults, so everything it learned from was taken for normal running. Mark the "
                    "faults you know in a column of 0 and 1, or give a maintenance log."
                )
            )
        hidden = len(self.known.events) - len(events_in_proof(self.rows, self.known, self.part))
        if hidden:
            found.append(text("{count} known faults lie outside the period it was tried on.", count=hidden))
        if leak is not None and leak.warns:
            found.append(leak.said())
        proved = self.part == PROVE
        if proved.any() and float(self.trace.moved[proved].mean()) > MOVED_SHARE:
            found.append(
                text("The normal state of the machine has moved since the rows it learned from: train it anew soon.")
            )
        if self.proof.value.assumed and np.isfinite(self.proof.value.saved.value):
            found.append(text("The costs are assumed; give your own to see your own figures."))
        return tuple(found)


def told_split(split: Split, rows: Rows, known: Known, part: Ints) -> SplitOutcome:
    """The split for a person: rows really used in each part, and the time they cover."""
    titles: dict[Part, Text] = {
        "fit": text("learned from"),
        "calibrate": text("alarm limit set on"),
        "prove": text("tried on"),
        "left_out": text("left out"),
    }
    parts = []
    for code, name in enumerate(PARTS):
        inside = part == code
        used = inside if code in (PROVE, LEFT_OUT) else inside & ~known.near
        if name == "left_out":
            used = used | (known.near & (part < PROVE))
        parts.append(PartRows.of(name, titles[name], rows.time_ns[inside], int(used.sum())))
    return SplitOutcome(split.kind, split.by, split.reason, tuple(parts))
