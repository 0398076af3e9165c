"""assess: what the data can answer, how far they are ready, and the one missing thing that would help most."""

from bobae.train.assess.assessment import Assessment, assess
from bobae.train.assess.clock import TimeSpan
from bobae.train.assess.readiness import MissingThing, Part, Readiness
from bobae.train.assess.roles import find_roles
from bobae.train.assess.tasks import TaskAnswer

__all__ = ["Assessment", "MissingThing", "Part", "Readiness", "TaskAnswer", "TimeSpan", "assess", "find_roles"]
