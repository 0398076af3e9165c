"""The judgement: a model and simple rules on the rows tried, weighed against each other and written down."""

import numpy as np

from bobae.core import Bools, HeldOut, Task, Text, text
from bobae.evidence.leak import Leak
from bobae.evidence.skill import Witnesses, decide_by_skill, skill
from bobae.train.predicting.outcome import PredictionOutcome, Trials, weights_of
from bobae.train.predicting.posed import Asked, Posed, Question, Said
from bobae.train.predicting.worth import worth
from bobae.train.proven import BaselineOutcome, Origin, Part, PartRows, SplitOutcome


class Judgement:
    """The model and the rules on the rows tried: figures, skill over the best rule, verdict.

    Attributes:
        question, posed, held, asked: what is judged.
        witnesses: which rows are one witness together, for the intervals.
        count: how many witnesses have a loss.
        best: what the rule said that comes nearest to, or beats, the model.
        skill: 1 minus the loss over that of the best rule.
        weighing: the verdict.
        metrics, baselines: figures of the model, and of the rules, best first.
    """

    def __init__(self, question: Question, posed: Posed, held: HeldOut, asked: Asked) -> None:
        self.question, self.posed, self.held, self.asked = question, posed, held, asked
        groups = posed.folding.groups
        self.witnesses = Witnesses(
            groups, np.ones(len(groups)), posed.folding.kind in ("time", "block", "sorted"), asked.seed
        )
        model = Said("model", text("this model"), held.answers)
        ours = question.losses(model, posed, held)
        rules = question.rules(posed, held)
        losses = {rule.name: question.losses(rule, posed, held) for rule in rules}
        # where a rule can say nothing, nobody is compared; one that can say nothing anywhere is no rival
        found = {rule.name: skill(ours, losses[rule.name], self.witnesses) for rule in rules}
        rules.sort(key=lambda rule: np.nan_to_num(found[rule.name].value, nan=np.inf))
        self.best = rules[0]
        self.skill = found[self.best.name]
        self.count = len(np.unique(groups[np.isfinite(ours)]))
        self.weighing = decide_by_skill(self.skill, self.count, best=self.best.title)
        self.metrics = question.figures(model, posed, held, self.witnesses)
        self.baselines = tuple(
            BaselineOutcome(rule.name, rule.title, question.figures(rule, posed, held, self.witnesses))
            for rule in rules
        )

    def outcome(
        self, task: Task, origin: Origin, *, tags: tuple[str, ...], leak: Leak | None, currency: str
    ) -> PredictionOutcome:
        """All of it as one outcome; the candidate and the time it took are still missing.

        Args:
            task: the question.
            origin: where the model and the rows come from.
            tags: names of the model's inputs.
            leak: what a shuffled test would have claimed.
            currency: of the costs.
        """
        posed, rows = self.posed, self.posed.rows
        trials = self._trials(tags)
        warnings = [*(rows.warnings if rows.has_time else ()), *posed.warnings]
        if leak is not None and leak.warns:
            warnings.append(leak.said())
        return PredictionOutcome(
            task=task,
            target=posed.target,
            verdict=self.weighing.verdict,
            headlines=self.weighing.said,
            split=_split(posed, self.held),
            metrics=self.metrics,
            titles=self.question.titles(posed),
            baselines=self.baselines,
            skill=self.skill,
            witnesses=self.count,
            leak=leak,
            weights=weights_of(trials),
            trials=trials,
            tried=self.held.said,
            value=worth(posed, self.held, self.best, self.asked, currency),
            warnings=tuple(warnings),
            seed=origin.seed,
            cpu_s=0.0,
            dataset_sha256=origin.dataset_sha256,
            origin=posed.data.origin,
            learner=origin.learner,
            candidate=None,
            sampling_s=rows.sampling_s,
            has_time=rows.has_time,
            settings=origin.settings,
        )

    def _trials(self, tags: tuple[str, ...]) -> Trials:
        rows, at = self.posed.rows, np.flatnonzero(self.held.tried & self.posed.known)
        answers = {name: values[at] for name, values in self.held.answers.items()}
        return Trials(
            rows.source[at],
            rows.time_ns[at],
            rows.machine[at],
            rows.machines,
            self.held.fold[at],
            self.posed.truth[at],
            answers,
            tags,
        )


def _split(posed: Posed, held: HeldOut) -> SplitOutcome:
    rows, folding = posed.rows, posed.folding

    def part(name: Part, title: Text, inside: Bools) -> PartRows:
        at = np.flatnonzero(inside)
        return PartRows.of(name, title, rows.time_ns[at] if rows.has_time else at[:0], len(at))

    parts = (
        part("fit", text("learned from in the end"), posed.known),
        part("prove", text("tried on, by models that had not seen them"), held.tried & posed.known),
    )
    by = text("{by}, in {count} parts", by=folding.by, count=len(folding.folds))
    return SplitOutcome(folding.kind, by, folding.reason, parts)
