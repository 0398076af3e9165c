"""A soft sensor that follows late values answers a row at a time, over many requests, as it did when it was judged."""

import numpy as np

from bobae.learners.soft_sensor import SoftSensorLearner
from bobae.serve.inference import Asked, ServedModel, Stretch
from bobae.testing.made_results import vessel
from bobae.train.predicting import posed
from bobae.train.predicting.train import train_prediction
from bobae.train.score import score


def test_a_late_value_handed_in_moves_the_answers_as_in_the_score_of_a_file() -> None:
    learner = SoftSensorLearner(candidates=("ridge",))
    outcome = train_prediction(vessel(600, seed=1), learner, asked=posed.Asked(lab_delay_s=10_800.0))
    assert outcome.candidate is not None
    manifest, fresh = outcome.candidate.manifest, vessel(120, seed=2)
    served = ServedModel(manifest, outcome.candidate.graph, "1")
    told = []
    for number, row in enumerate(manifest.contract.rows(fresh)):
        asked = Asked(row[None], stretch=Stretch("vessel", start=number == 0))
        answers = served.infer([asked])[0]
        assert isinstance(answers, dict)
        told.append(answers["prediction"][0])

    def run(x: np.ndarray, gap: np.ndarray) -> dict[str, np.ndarray]:
        whole = served.infer([Asked(x, gap)])[0]
        assert isinstance(whole, dict)
        return whole

    of_file = score(fresh, manifest, run).column("prediction").to_numpy()
    assert np.array_equal(np.array(told), of_file)
    blind = manifest.contract.rows(fresh)
    blind[:, -1] = np.nan
    assert not np.array_equal(run(blind, np.where(np.arange(120) == 0, 2.0, 0.0))["prediction"], of_file)
