"""A soft sensor follows what the laboratory says late, where that helps, and never before it is known."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from bobae.core import Column, Dataset, HeldOut, Kind, Role
from bobae.core.model import Late
from bobae.evidence.conformal import error_bands
from bobae.graph import Bands
from bobae.learners.making.crossed import Crossed
from bobae.learners.making.following import followed
from bobae.testing.made_results import vessel

_HOUR_NS = 3_600_000_000_000
ROWS = 400


def found(off: np.ndarray) -> tuple[Crossed, np.ndarray, np.ndarray]:
    """Two signals' worth of estimates that are off by so much, tried in four stretches; the truth; the gap."""
    said = np.random.default_rng(5).normal(size=ROWS)
    truth, fold = said + off, np.arange(ROWS) * 4 // ROWS
    answers = {"prediction": said, "low": said, "high": said, "contribution": np.zeros((ROWS, 2))}
    bands = Bands(*error_bands(truth, said, np.arange(ROWS)))
    gap = np.where(np.arange(ROWS) == 0, 2.0, 0.0)
    return Crossed((), bands, HeldOut(fold, truth, answers, {"ridge": 1.0})), truth, gap


def known_later(values: np.ndarray, rows: int) -> np.ndarray:
    return np.concatenate([np.full(rows, np.nan), values[:-rows]])


def test_a_bias_that_lasts_is_followed() -> None:
    crossed, truth, gap = found(3.0 + 0.2 * np.random.default_rng(6).normal(size=ROWS))
    kept = followed(crossed, 2, known_later(truth, 2), gap, np.arange(ROWS), confidence=0.9)
    assert kept.bias is not None
    missed = np.abs(kept.held_out.answers["prediction"] - truth)
    assert np.median(missed) < 0.5
    assert (missed[crossed.held_out.fold == 2][:2] > 2.0).all()  # a new model knows nothing of the old one's bias
    assert kept.held_out.answers["contribution"].shape == (ROWS, 3)
    assert next(iter(kept.held_out.said)).startswith("ridge + late")
    low, high = (kept.held_out.answers[name] for name in ("low", "high"))
    assert 0.85 < ((truth >= low) & (truth <= high)).mean() < 0.99
    assert kept.bands.table[:, 0].max() < 0.0  # what is usual now lies on both sides


def test_noise_is_not_followed() -> None:
    crossed, truth, gap = found(np.random.default_rng(6).normal(size=ROWS))
    kept = followed(crossed, 2, known_later(truth, 2), gap, np.arange(ROWS), confidence=0.9)
    assert kept.bias is None
    assert kept.held_out is crossed.held_out


def test_values_that_never_come_are_not_followed() -> None:
    crossed, _, gap = found(np.full(ROWS, 3.0))
    kept = followed(crossed, 2, np.full(ROWS, np.nan), gap, np.arange(ROWS), confidence=0.9)
    assert kept.bias is None


def two_vessels() -> Dataset:
    """Twelve hours of two vessels, their rows in turn; the fifth hour of the first is cut short."""
    hours = np.repeat(np.arange(12), 2)
    time = hours * _HOUR_NS
    time[8] -= _HOUR_NS // 2 + 1
    table = pa.table(
        {
            "time": pa.array(time, type=pa.timestamp("ns", tz="UTC")),
            "vessel": pa.array(["A", "B"] * 12),
            "kappa": pa.array(hours + np.array([0.0, 100.0] * 12)),
        }
    )
    columns = (
        Column("time", Kind.TIME, Role.TIME),
        Column("vessel", Kind.CATEGORY, Role.ASSET),
        Column("kappa", Kind.NUMBER, Role.TARGET),
    )
    return Dataset(table, columns)


def test_a_late_value_goes_into_the_row_in_which_it_is_known() -> None:
    data, late = two_vessels(), Late(rows=2, least_s=2 * 3_600.0 - 1_800.0)
    first, second = (late.read(data, "kappa")[i::2] for i in (0, 1))
    assert np.array_equal(second, [np.nan, np.nan, *(100.0 + np.arange(10))], equal_nan=True)
    assert np.isnan(first[4])  # it came too soon after the row two before
    assert first[5] == 3.0


def test_the_order_of_the_file_says_nothing_about_what_is_late() -> None:
    data, late = two_vessels(), Late(rows=2)
    mixed = np.random.default_rng(0).permutation(len(data))
    assert np.array_equal(late.read(data.rows(mixed), "kappa"), late.read(data, "kappa")[mixed], equal_nan=True)


def test_a_column_that_is_not_there_tells_nothing_late() -> None:
    data = vessel(10, seed=0)
    without = replace(data, table=data.table.drop(["kappa"]), columns=data.columns[:-1])
    assert np.isnan(Late(rows=1).read(without, "kappa")).all()
    assert np.isnan(Late(rows=50).read(data, "kappa")).all()
