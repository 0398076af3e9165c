import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from bobae.core import BadInput, NotEnoughEvidence
from bobae.graph import Lags
from bobae.learners.anomaly import fit_fleet, fleet
from bobae.learners.anomaly.covariance import Moments
from bobae.learners.anomaly.regimes import scaling
from bobae.learners.anomaly.residuals import Residuals, lagged

ASSETS, ROWS, SENSORS = 7, 240, 5


@pytest.fixture(scope="module")
def x():
    dice = np.random.default_rng(0)
    shared = dice.normal(size=(ASSETS, ROWS, 2)) @ dice.normal(size=(ASSETS, 2, SENSORS))
    x = 100.0 + 7.0 * dice.normal(size=(ASSETS, 1, SENSORS)) + shared + 0.5 * dice.normal(size=(ASSETS, ROWS, SENSORS))
    x[2, :, 1] = 4.0  # a sensor that stands still
    x[3, :, 2] = np.round(x[3, :, 2] > 103.0)  # one whose quartiles may see nothing
    return x


def alone(rows, lags):
    """One asset by the same pieces as a detector: (scaled, residuals, moving sizes, standing sizes)."""
    everywhere = np.ones(len(rows))
    _, scale = scaling(rows, np.empty((len(rows), 0)), judged=everywhere, clip=50.0)
    scaled = scale.run(rows, np.zeros(len(rows), dtype=np.int64))
    fresh = np.zeros(len(rows))
    fresh[0] = 1.0
    piece = Lags(lags, rows.shape[1])
    residuals = Residuals.learned(Moments.of(lagged(scaled, fresh, piece, 0, len(rows))[lags:]), rows.shape[1])
    moving, standing = residuals.run(scaled, fresh, piece)
    return residuals, *(np.sqrt(np.square(r).mean(axis=1)) for r in (moving, standing))


@pytest.mark.parametrize("lags", [0, 3])
def test_each_asset_of_a_fleet_is_learned_as_if_it_were_alone(x, lags, monkeypatch):
    monkeypatch.setattr(fleet, "CHUNK_NUMBERS", 3 * ROWS * SENSORS * (lags + 1))  # chunks of 3, 3 and 1 assets
    found = fit_fleet(x, lags=lags)
    for i in range(ASSETS):
        residuals, moving, standing = alone(x[i], lags)
        assert np.allclose(found.moving[i], residuals.moving.matrix, rtol=1e-9, atol=1e-9)
        assert np.allclose(found.moving_bias[i], residuals.moving.bias, rtol=1e-9, atol=1e-9)
        assert np.allclose(found.standing[i], residuals.standing.matrix, rtol=1e-9, atol=1e-9)
        assert np.isclose(found.moving_limit[i], np.quantile(moving[lags:], 0.99), rtol=1e-9)
        assert np.isclose(found.standing_limit[i], np.quantile(standing[lags:], 0.99), rtol=1e-9)


@pytest.mark.parametrize("lags", [0, 3])
def test_rows_scored_one_by_one_are_scored_as_a_whole_asset_would_be(x, lags):
    found, past, scores = fit_fleet(x, lags=lags), None, []
    for row in range(40):
        score, past = found.score(x[:, row], past)
        scores.append(score)
    for i in range(ASSETS):
        _, moving, standing = alone(x[i], lags)
        whole = np.maximum(moving / found.moving_limit[i], standing / found.standing_limit[i])
        assert np.allclose(np.array(scores)[:, i], whole[:40], rtol=1e-9)


def test_only_the_asset_at_fault_is_over_its_limit(x):
    rows = np.median(x, axis=1)
    rows[4, 3] += 20.0
    score, _ = fit_fleet(x).score(rows)
    assert (score > 1.0).tolist() == [i == 4 for i in range(ASSETS)]


def test_the_covariance_is_that_of_scikit_learn():
    dice = np.random.default_rng(1)
    rows = dice.normal(size=(300, 6)) @ dice.normal(size=(6, 6))
    rows -= rows.mean(axis=0)
    theirs = LedoitWolf(assume_centered=True).fit(rows)
    covariance, shrinkage = Moments.of(rows).covariance()
    assert np.allclose(covariance, theirs.covariance_, rtol=1e-9, atol=1e-12)
    assert np.isclose(shrinkage, theirs.shrinkage_, rtol=1e-9)


def test_moments_of_parts_make_those_of_the_whole():
    rows = np.random.default_rng(2).normal(size=(90, 4))
    whole, parts = Moments.of(rows), Moments.of(rows[:30]) + Moments.of(rows[30:])
    assert np.allclose(parts.covariance()[0], whole.covariance()[0], rtol=1e-12)
    assert np.allclose((whole - Moments.of(rows[:30])).covariance()[0], Moments.of(rows[30:]).covariance()[0])


def test_a_missing_value_is_told_with_its_asset(x):
    holed = x.copy()
    holed[5, 10, 0] = np.nan
    with pytest.raises(BadInput, match="asset number 6"):
        fit_fleet(holed)


def test_too_few_rows_for_the_lags_are_refused(x):
    with pytest.raises(NotEnoughEvidence, match="at least 79"):
        fit_fleet(x[:, :70], lags=4)


def test_rows_of_another_shape_are_refused(x):
    found = fit_fleet(x)
    with pytest.raises(BadInput, match=r"\(7, 4\)"):
        found.score(x[:, 0, :4])
    with pytest.raises(BadInput, match=r"\(240, 5\)"):
        fit_fleet(x[0])
