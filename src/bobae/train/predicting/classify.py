"""Which kind of result a part or a run has."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from bobae.core import (
    BadInput,
    Bools,
    Column,
    Dataset,
    Floats,
    HeldOut,
    Ints,
    Kind,
    NotEnoughEvidence,
    Role,
    Target,
    Text,
    text,
)
from bobae.core.dataset import kinds_of
from bobae.evidence.folding import plan_folds
from bobae.evidence.intervals import Figure, block_bootstrap
from bobae.evidence.metrics import ranked_figures
from bobae.evidence.skill import Witnesses
from bobae.frames import are_runs, last_rows
from bobae.train.predicting.posed import Asked, Posed, Said, by_fold, with_target
from bobae.train.rows import Rows

_LEAST = 1e-6
_BINS = 8
_MOST_KINDS = 50
_KIND = "kind"


class Classify:
    """The target holds kinds; several columns of 0 and 1, of which one is set in each row, are one target."""

    def pose(self, rows: Rows, asked: Asked) -> Posed:
        """See `Question`."""
        data, name = _one_target(rows.data)
        y, classes = _kinds(data, name)
        truth = np.where(y < 0, np.nan, y.astype(np.float64))
        counted = last_rows(rows.stream) if are_runs(truth, rows.stream) else np.ones(len(y), dtype=np.bool_)
        folding = plan_folds(
            rows.time_ns if rows.has_time else None,
            rows.assets,
            rows.lots,
            x=data.matrix(data.names(Role.FEATURE)),
            y=truth,
            classes=True,
            seed=asked.seed,
        )
        settings = {} if asked.costs is None or len(classes) != 2 else {"costs": asked.costs}
        target = Target(name=name, classes=classes)
        return Posed(rows, data, target, np.where(counted, truth, np.nan), counted, folding, settings)

    def rules(self, posed: Posed, held: HeldOut) -> list[Said]:  # noqa: ARG002
        """How often each kind comes, a table of the one best signal, and the kind before where rows follow on."""
        kinds = len(posed.target.classes)
        y = np.where(np.isfinite(posed.truth), posed.truth, -1).astype(np.int64)
        x = posed.data.matrix(posed.data.names(Role.FEATURE))

        def usual(fit: Bools, prove: Bools) -> Floats:
            return np.repeat(_shares(y[fit], kinds)[None], prove.sum(), axis=0)

        def one_signal(fit: Bools, prove: Bools) -> Floats:
            return _table(x[fit], y[fit], x[prove], kinds)

        found = [
            _said("usual", text("always the most frequent kind"), by_fold(posed, usual)),
            _said("one_signal", text("a table of the one best signal"), by_fold(posed, one_signal)),
        ]
        if posed.folding.kind in ("time", "block", "lot"):

            def as_before(fit: Bools, prove: Bools) -> Floats:
                return _as_before(y, fit, kinds)[prove]

            found.append(_said("as_before", text("the kind of the one before"), by_fold(posed, as_before)))
        return found

    def losses(self, said: Said, posed: Posed, held: HeldOut) -> Floats:
        """Minus the logarithm of the chance given to what was true."""
        at = np.flatnonzero(held.tried & np.isfinite(posed.truth))
        out = np.full(len(posed.truth), np.nan)
        chances = said.answers["chances"][at, posed.truth[at].astype(np.int64)]
        out[at] = -np.log(np.maximum(chances, _LEAST))
        return out

    def figures(self, said: Said, posed: Posed, held: HeldOut, witnesses: Witnesses) -> dict[str, Figure]:
        """See `Question`."""
        figures = {"log_loss": witnesses.mean(self.losses(said, posed, held))}
        at = np.flatnonzero(held.tried & np.isfinite(posed.truth))
        truth, told = posed.truth[at].astype(np.int64), said.answers["prediction"][at].astype(np.int64)
        right = np.full(len(posed.truth), np.nan)
        right[at] = truth == told
        figures["accuracy"] = witnesses.mean(right)
        kinds = len(posed.target.classes)
        blocks = np.unique(witnesses.groups[at], return_inverse=True)[1]
        run = 2.0 if witnesses.in_time else 1.0
        figures["macro_f1"] = block_bootstrap(
            _confusions(truth, told, blocks, kinds), _macro_f1, seed=witnesses.seed, mean_run=run
        )
        if kinds == 2:
            rare = int(np.bincount(truth, minlength=2).argmin())
            score = _ranks_in_fold(said.answers["chances"][at, rare], held.fold[at])
            figures |= ranked_figures(score, truth == rare, blocks.astype(np.int64), seed=witnesses.seed)
        return figures

    def titles(self, posed: Posed) -> Mapping[str, Text]:  # noqa: ARG002
        """See `Question`."""
        return _TITLES


_TITLES: Mapping[str, Text] = {
    "log_loss": text("loss of the chances told (logarithmic)"),
    "accuracy": text("share told right"),
    "macro_f1": text("F1, each kind counting the same"),
    "average_precision": text("average precision for the rarer kind"),
    "auc": text("area under the ROC curve for the rarer kind"),
}


def _said(name: str, title: Text, chances: Floats) -> Said:
    known = np.nan_to_num(chances, nan=-1.0)
    return Said(name, title, {"chances": chances, "prediction": known.argmax(axis=1).astype(np.float64)})


def _one_target(data: Dataset) -> tuple[Dataset, str]:
    """The rows with one target of kinds, and its name; marks of which one is set in each row become one column."""
    names = data.names(Role.TARGET)
    if not names:
        raise BadInput("which column says how a part or a run turned out? Name it with --target")
    if len(names) == 1:
        return with_target(data, names[0]), names[0]
    marks = data.matrix(names)
    if not np.all(np.nan_to_num(marks).sum(axis=1) == 1):
        raise BadInput("{names} are several outcomes; name the one to be told with --target", names=", ".join(names))
    told = pa.array(np.array(names, dtype=object)[np.nan_to_num(marks).argmax(axis=1)], pa.string())
    table = data.table.append_column(_KIND, told)
    column = Column(_KIND, Kind.CATEGORY, Role.IGNORED)
    return with_target(replace(data, table=table, columns=(*data.columns, column)), _KIND), _KIND


def _kinds(data: Dataset, name: str) -> tuple[Ints, tuple[str, ...]]:
    """The number of each row's kind (rows,), -1 where not known, and the kinds' names."""
    y, kinds = kinds_of(data.values(name))
    if len(kinds) > _MOST_KINDS:
        raise BadInput(
            "the column {name} holds {n} different values: that is a measured value; use --task soft-sensor",
            name=name,
            n=len(kinds),
        )
    if len(kinds) < 2:
        raise NotEnoughEvidence("the column {name} holds one kind only: there is nothing to tell apart", name=name)
    return y, kinds


def _shares(y: Ints, kinds: int) -> Floats:
    """How often each kind comes, one more of each so that none is held impossible."""
    counts = np.bincount(y, minlength=kinds) + 1.0
    return np.asarray(counts / counts.sum())


def _table(x: Floats, y: Ints, new: Floats, kinds: int) -> Floats:
    """Shares of the kinds in eight ranges of the signal that sets them apart best."""
    usual = _shares(y, kinds)
    best, told = np.inf, np.repeat(usual[None], len(new), axis=0)
    for column, there in zip(x.T, new.T, strict=True):
        seen = column[np.isfinite(column)]
        if len(seen) < _BINS or np.ptp(seen) == 0:
            continue
        edges = np.unique(np.quantile(seen, np.linspace(0, 1, _BINS + 1)[1:-1]))
        place = np.searchsorted(edges, np.nan_to_num(column, nan=-np.inf))
        counts = np.zeros((len(edges) + 1, kinds))
        np.add.at(counts, (place, y), 1.0)
        shares = (counts + kinds * usual) / (counts.sum(axis=1, keepdims=True) + kinds)
        loss = float(-np.log(shares[place, y]).mean())
        if loss < best:
            best, told = loss, shares[np.searchsorted(edges, np.nan_to_num(there, nan=-np.inf))]
    return told


def _as_before(y: Ints, fit: Bools, kinds: int) -> Floats:
    """The kind of the example before, as likely to come again as it was in the rows to learn from (rows, kinds)."""
    known = np.where(y >= 0, np.arange(len(y)), -1)
    before = np.concatenate([[-1], np.maximum.accumulate(known)[:-1]])
    there = before >= 0
    both = fit & there & (y >= 0)
    again = (np.count_nonzero(y[both] == y[before[both]]) + 1.0) / (np.count_nonzero(both) + 2.0)
    usual = _shares(y[fit], kinds)
    out = np.repeat(usual[None], len(y), axis=0)
    out[there] = (1.0 - again) * usual
    out[there, y[before[there]]] += again
    return out


def _ranks_in_fold(score: Floats, fold: Ints) -> Floats:
    """Ranks within each fold, 0 to 1: the models of two folds need not share one scale."""
    out = np.empty(len(score))
    for number in np.unique(fold):
        mine = np.flatnonzero(fold == number)
        _, place, count = np.unique(score[mine], return_inverse=True, return_counts=True)
        out[mine] = ((np.cumsum(count) - count / 2.0) / len(mine))[place]
    return out


def _confusions(truth: Ints, told: Ints, blocks: Ints, kinds: int) -> Floats:
    tables = np.zeros((int(blocks.max(initial=-1)) + 1, kinds, kinds))
    np.add.at(tables, (blocks, truth, told), 1.0)
    return tables


def _macro_f1(tables: Floats) -> Floats:
    hit = np.diagonal(tables, axis1=-2, axis2=-1)
    shown, told = tables.sum(axis=-1), tables.sum(axis=-2)
    with np.errstate(all="ignore"):
        each = np.where(shown > 0, 2.0 * hit / (shown + told), np.nan)
    return np.asarray(np.nanmean(each, axis=-1))
