"""Other tools on the same rows: python score.py IN.npz OUT.npz, run in the peers' own environment.

IN holds, for each job, `JOB/fit` (rows, sensors) and `JOB/rows` (rows, sensors), and `JOB/starts` (row numbers where
another file begins). OUT gets `TOOL/JOB`, a score for each of the fit rows and then of the rows; `TOOL/cpu_s`.
No tool sees a label. All get the same scaling: mean 0 and standard deviation 1 by the fit rows.
"""

import copy
import sys
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.lof import LOF
from pyod.models.mcd import MCD
from pyod.models.ocsvm import OCSVM
from pyod.models.pca import PCA
from river import anomaly, compose, preprocessing
from sklearn.neural_network import MLPRegressor

SEED = 0
Scorer = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def pyod(make: Callable[[], object]) -> Scorer:
    """One of PyOD's detectors with its default settings."""

    def score(fit: np.ndarray, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:  # noqa: ARG001
        found = make().fit(fit)
        return np.concatenate([found.decision_scores_, found.decision_function(rows)])

    return score


def autoencoder(fit: np.ndarray, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:  # noqa: ARG001
    """Half the sensors, a sixth, half again, back to all; mean squared error of reconstruction."""
    sensors = fit.shape[1]
    hidden = (sensors // 2, max(2, sensors // 6), sensors // 2)
    net = MLPRegressor(hidden_layer_sizes=hidden, activation="tanh", max_iter=500, random_state=SEED).fit(fit, fit)
    both = np.vstack([fit, rows])
    return np.square(both - net.predict(both)).mean(axis=1)


def half_space_trees(fit: np.ndarray, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """River's detector of streams: each row is scored, then learned; another file goes on from the fit rows."""
    learned = compose.Pipeline(preprocessing.MinMaxScaler(), anomaly.HalfSpaceTrees(seed=SEED))
    first = list(_streamed(learned, fit))
    files = np.split(rows, starts[1:])
    return np.array(first + [s for file in files for s in _streamed(copy.deepcopy(learned), file)])


def _streamed(model: compose.Pipeline, rows: np.ndarray) -> Iterator[float]:
    for values in rows.tolist():
        row = dict(enumerate(values))
        yield model.score_one(row)
        model.learn_one(row)


# PyOD's CBLOF is not among them: with 400 rows to learn from it finds no clusters in some files, and raises
TOOLS: dict[str, Scorer] = {
    "PyOD ECOD": pyod(ECOD),
    "PyOD COPOD": pyod(COPOD),
    "PyOD IForest": pyod(lambda: IForest(random_state=SEED)),
    "PyOD KNN": pyod(KNN),
    "PyOD LOF": pyod(LOF),
    "PyOD PCA": pyod(lambda: PCA(random_state=SEED)),
    "PyOD MCD": pyod(lambda: MCD(random_state=SEED)),
    "PyOD OCSVM": pyod(OCSVM),
    "PyOD HBOS": pyod(HBOS),
    "autoencoder": autoencoder,
    "river HalfSpaceTrees": half_space_trees,
}


def main() -> None:
    """Score every job with every tool."""
    warnings.simplefilter("ignore")  # of convergence and of singular matrices: the scores say it
    given, out = np.load(sys.argv[1]), {}
    jobs = sorted({key.rpartition("/")[0] for key in given})
    for tool, score in TOOLS.items():
        began = time.process_time()
        for job in jobs:
            fit, rows = given[f"{job}/fit"], given[f"{job}/rows"]
            spread = fit.std(axis=0)
            centre, spread = fit.mean(axis=0), np.where(spread > 0, spread, 1.0)
            out[f"{tool}/{job}"] = score((fit - centre) / spread, (rows - centre) / spread, given[f"{job}/starts"])
        out[f"{tool}/cpu_s"] = np.array(time.process_time() - began)
        print(f"{tool}: {out[f'{tool}/cpu_s']:.1f} CPU s", file=sys.stderr)
    np.savez(sys.argv[2], **out)


if __name__ == "__main__":
    main()
