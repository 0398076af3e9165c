"""A snapshot in numbers: sizes, spikes, bands, and the parts of a bearing that are struck."""

import numpy as np
import pytest

from bobae.core import BadInput
from bobae.frames.vibration import Bearing, snapshot

RATE, SHAFT = 12_000.0, 29.0
BEARING = Bearing(9, 0.2032)


def struck(part: str, *, seed: int = 0) -> np.ndarray:
    """A resonance at 3 kHz that one part of the bearing strikes again and again, under noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(24_000) / RATE
    since = t % (1.0 / (BEARING.orders[part] * SHAFT))
    return 3.0 * np.exp(-since * 800) * np.sin(2 * np.pi * 3000 * since) + rng.normal(size=len(t))


@pytest.mark.parametrize("part", ["outer", "inner", "ball"])
def test_the_part_that_is_struck_stands_out(part: str) -> None:
    told = snapshot(struck(part), rate_hz=RATE, shaft_hz=SHAFT, bearing=BEARING)
    shares = {name: told[f"bearing_{name}"] for name in ("outer", "inner", "ball")}
    assert max(shares, key=lambda name: shares[name]) == part
    quiet = snapshot(np.random.default_rng(1).normal(size=24_000), rate_hz=RATE, shaft_hz=SHAFT, bearing=BEARING)
    assert told[f"bearing_{part}"] > quiet[f"bearing_{part}"] + 0.3


def test_size_and_spikes() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=20_000)
    told, twice = snapshot(noise, rate_hz=RATE), snapshot(2 * noise, rate_hz=RATE)
    assert told["rms"] == pytest.approx(1.0, rel=0.03)
    assert told["kurtosis"] == pytest.approx(3.0, abs=0.15)
    assert twice["rms"] == pytest.approx(2 * told["rms"])
    rest = {name: value for name, value in told.items() if name != "rms"}
    assert all(twice[name] == pytest.approx(value) for name, value in rest.items())


def test_a_line_that_moves_a_little_moves_the_numbers_a_little() -> None:
    t = np.arange(8192) / RATE
    tones = [
        snapshot(np.sin(2 * np.pi * hertz * t) + 0.01 * np.sin(9000 * t), rate_hz=RATE) for hertz in (2000, 2010, 4000)
    ]
    here, near, far = (np.array([v for k, v in tone.items() if k.startswith("band")]) for tone in tones)
    assert np.abs(here - near).max() < 0.3 * np.abs(here - far).max()


def test_bad_snapshots_are_told() -> None:
    with pytest.raises(BadInput, match="256 samples"):
        snapshot(np.zeros(100), rate_hz=RATE)
    holes = np.zeros(1000)
    holes[5] = np.nan
    with pytest.raises(BadInput, match="999"):
        snapshot(holes, rate_hz=RATE)
    with pytest.raises(BadInput, match="shaft_hz"):
        snapshot(np.zeros(1000), rate_hz=RATE, bearing=BEARING)
