"""Vibration: a snapshot of many samples told in a few numbers, so that it can stand in a row beside other signals.

Sources: R. Randall and J. Antoni 2011 (envelope analysis, bearing frequencies); the numbers are those of ISO 13373-2.
"""

import functools
from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Bools, Floats

_BANDS = {"band": 64, "envelope": 16}  # of the spectrum and of that of the envelope
_ORDERS = 3  # harmonics of each bearing frequency
_WIDTH = 0.03  # half the width of a band around one, as a share of it: a bearing slips
_FEWEST = 256
_TINY = 1e-30


@dataclass(frozen=True)
class Bearing:
    """A rolling bearing: how many rolling elements, their diameter over the pitch diameter, the angle of contact.

    Example:
        >>> {name: round(order, 3) for name, order in Bearing(9, 0.2032).orders.items()}
        {'outer': 3.586, 'inner': 5.414, 'ball': 4.718, 'cage': 0.398}
    """

    elements: int
    ratio: float
    angle_deg: float = 0.0

    @property
    def orders(self) -> dict[str, float]:
        """How often each part is struck in one turn of the shaft."""
        slip = self.ratio * float(np.cos(np.deg2rad(self.angle_deg)))
        return {
            "outer": self.elements / 2 * (1 - slip),
            "inner": self.elements / 2 * (1 + slip),
            "ball": (1 - slip**2) / self.ratio,
            "cage": (1 - slip) / 2,
        }


def snapshot(
    samples: Floats, *, rate_hz: float, shaft_hz: float | None = None, bearing: Bearing | None = None
) -> dict[str, float]:
    """A snapshot in numbers that do not depend on how long it is.

    Size (rms), spikes (kurtosis, crest factor), asymmetry (skewness); the share of the power in each of 64 bands
    of the spectrum (as logarithms). Of the spectrum of the envelope: with a bearing the share of its power at the first
    three multiples of each of its frequencies, without one the shares in 16 bands.

    Args:
        samples: acceleration, evenly sampled (samples,).
        rate_hz: samples a second.
        shaft_hz: turns a second; needed with a bearing.
        bearing: its geometry.

    Raises:
        BadInput: fewer than 256 samples, some missing, or a bearing without the shaft's speed.
    """
    if len(samples) < _FEWEST or not np.isfinite(samples).all():
        raise BadInput(
            "a snapshot needs {fewest} samples without holes; this one has {n}",
            fewest=_FEWEST,
            n=int(np.isfinite(samples).sum()),
        )
    if bearing is not None and not shaft_hz:
        raise BadInput("the frequencies of a bearing follow from the speed of its shaft; give shaft_hz")
    away = samples - samples.mean()
    rms = float(np.sqrt(np.square(away).mean()))
    z = away / max(rms, _TINY)
    found = {
        "rms": rms,
        "kurtosis": float((z**4).mean()),
        "skewness": float((z**3).mean()),
        "crest": float(np.abs(z).max()),
    }
    power, envelope = _power(away), _power(_envelope(away))
    spectra = {"band": power} if bearing is not None else {"band": power, "envelope": envelope}
    for name, spectrum in spectra.items():
        shares = _triangles(len(spectrum), _BANDS[name]) @ spectrum
        shares = np.log10(np.maximum(shares / max(float(spectrum[1:].sum()), _TINY), 1e-6))
        found |= {f"{name}_{i + 1:02d}": float(share) for i, share in enumerate(shares)}
    if bearing is not None and shaft_hz:
        hertz: Floats = np.asarray(np.fft.rfftfreq(len(samples), 1.0 / rate_hz), dtype=np.float64)
        whole = max(float(envelope[1:].sum()), _TINY)
        for name, order in bearing.orders.items():
            struck = sum(float(envelope[_around(hertz, n * order * shaft_hz)].sum()) for n in range(1, _ORDERS + 1))
            found[f"bearing_{name}"] = float(np.log10(max(struck / whole, 1e-6)))
    return found


@functools.lru_cache(maxsize=8)
def _triangles(lines: int, bands: int) -> Floats:
    """Bands that fade into the next, so that a line which moves a little moves the numbers a little (bands, lines)."""
    edges = np.linspace(1, lines - 1, bands + 2)[:, None]
    at = np.arange(lines)
    rises, falls = (at - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.asarray(np.clip(np.minimum(rises, falls), 0.0, None))


def _power(values: Floats) -> Floats:
    return np.asarray(np.square(np.abs(np.fft.rfft((values - values.mean()) * np.hanning(len(values))))))


def _envelope(values: Floats) -> Floats:
    """The size of the analytic signal."""
    spectrum = np.fft.fft(values)
    keep = np.zeros(len(values))
    keep[0] = 1.0
    keep[1 : (len(values) + 1) // 2] = 2.0
    if len(values) % 2 == 0:
        keep[len(values) // 2] = 1.0
    return np.asarray(np.abs(np.fft.ifft(spectrum * keep)))


def _around(hertz: Floats, centre: float) -> Bools:
    step = hertz[1] - hertz[0]
    return np.asarray(np.abs(hertz - centre) <= max(_WIDTH * centre, step))
