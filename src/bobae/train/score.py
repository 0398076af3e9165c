"""Score: one row out for each row in, in the same order, from a sealed model."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bobae.core import BadInput, Contract, Dataset, Floats, Ints, Kind, Manifest, Progress, Role, silent, text
from bobae.train.assess.roles import find_roles
from bobae.train.predicting.score import answer_columns
from bobae.train.rows import Rows, rows_in_order

KEYS = (Role.TIME, Role.ASSET, Role.LOT)


class Runs(Protocol):
    """Anything that runs a contract over rows: a fitted model, or a sealed graph."""

    def __call__(self, x: Floats, gap: Floats) -> Mapping[str, Floats]:
        """The outputs for rows x (rows, inputs); gap (rows,) as in `Contract`."""
        ...


def score(dataset: Dataset, manifest: Manifest, run: Runs, *, progress: Progress = silent) -> pa.Table:
    """The key columns of the dataset (time, asset, lot), then what the model says, row for row.

    Rows without a time cannot be placed and get empty answers. Of an anomaly model `score` is 1.0 at the alarm limit;
    `top_tag` is the signal with the largest share, empty where the score has none. See `answer_columns` for others.

    Args:
        dataset: rows as read; roles are found unless some column already is a feature.
        manifest: of the sealed model.
        run: runs its graph.
        progress: told how far it is.

    Raises:
        BadInput: an input of the model is missing.
    """
    progress(text("finding out what each column is"), 0, 2)
    rows = rows_for(dataset, manifest.contract)
    progress(text("scoring the rows"), 1, 2)
    answers = run(manifest.contract.rows(rows.data), rows.gap(manifest.contract.max_gap_s))
    keys = [name for role in KEYS for name in rows.data.names(role)]
    columns = {name: dataset.table.column(name) for name in keys}
    said = alarm_columns(answers, manifest) if manifest.task == "anomaly" else answer_columns(answers, manifest)
    columns |= {name: _spread(values, rows.source, len(dataset)) for name, values in said.items()}
    progress(text("scoring the rows"), 2, 2)
    return pa.table(columns)


def alarm_columns(answers: Mapping[str, Floats], manifest: Manifest) -> dict[str, npt.NDArray[Any]]:
    """What an anomaly model's outputs say, as columns of one value a row: 'score', 'alarm', 'top_tag'."""
    return {
        "score": np.asarray(answers["score"]),
        "alarm": np.asarray(answers["alarm"]) > 0.5,
        "top_tag": _top_tags(answers, manifest.contract),
    }


def rows_for(dataset: Dataset, contract: Contract) -> Rows:
    """The rows in order, as a model with this contract takes them.

    Raises:
        BadInput: an input is missing (the nearest names are given) or holds words where numbers are expected.
    """
    if not dataset.names(Role.FEATURE):
        dataset = find_roles(dataset)
    for wanted in contract.inputs:
        if wanted.calendar is not None or (wanted.late and wanted.name not in dataset.table.column_names):
            continue
        column = dataset.column(wanted.name)
        if wanted.categories is not None:
            continue
        if column.kind in (Kind.TEXT, Kind.CATEGORY, Kind.TIME):
            raise BadInput(
                "the column {name!r} of {origin} does not hold numbers; the model was trained on numbers there",
                name=wanted.name,
                origin=dataset.origin or "-",
            )
        if column.role not in (Role.FEATURE, Role.TARGET):
            dataset = dataset.with_role(wanted.name, Role.FEATURE, column.reason)
    return rows_in_order(dataset)


def _top_tags(answers: Mapping[str, Floats], contract: Contract) -> npt.NDArray[np.object_]:
    tags = np.array([wanted.name for wanted in contract.inputs], dtype=object)
    shares = np.nan_to_num(np.asarray(answers["contribution"]))
    named: npt.NDArray[np.object_] = tags[shares.argmax(axis=1)]
    named[shares.max(axis=1, initial=0.0) <= 0] = None
    return named


def _spread(values: npt.NDArray[Any], place: Ints, count: int) -> pa.Array:
    """The values at their places among `count` rows, empty elsewhere."""
    out: list[Any] = [None] * count
    for at, value in zip(place.tolist(), values.tolist(), strict=True):
        out[at] = value
    return pa.array(out, {"f": pa.float64(), "b": pa.bool_()}.get(values.dtype.kind, pa.string()))
