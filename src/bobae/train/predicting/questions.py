"""The questions that can be asked of what has not been seen yet, by task."""

from collections.abc import Mapping

from bobae.core import BadInput
from bobae.train.predicting.classify import Classify
from bobae.train.predicting.forecast import Forecast
from bobae.train.predicting.posed import Question
from bobae.train.predicting.rul import Rul
from bobae.train.predicting.soft_sensor import SoftSensor

QUESTIONS: Mapping[str, Question] = {
    "rul": Rul(),
    "soft-sensor": SoftSensor(),
    "classify": Classify(),
    "forecast": Forecast(),
}


def question_of(task: str) -> Question:
    """The question of that task.

    Raises:
        BadInput: it is none that foretells.
    """
    if task not in QUESTIONS:
        raise BadInput(
            "the task {task} foretells nothing; choose one of {tasks}", task=task, tasks=", ".join(QUESTIONS)
        )
    return QUESTIONS[task]
