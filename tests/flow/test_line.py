import numpy as np
import pytest

from bobae.flow import Production, compiled
from bobae.flow.engine import Run
from bobae.flow.line import is_plain, line_times

HOUR_S = 3600.0
WORK_FAILURE = {"apart": "exponential(40 min)", "lasts": "exponential(6 min)", "counts": "work"}


def line(*buffers, every="exponential(70 s)", **machine):
    machines = {f"m{k}": {"buffer": buffer, **machine} for k, buffer in enumerate(buffers)}
    return Production.model_validate(
        {
            "machines": machines,
            "routes": {"part": [{"machines": name, "time": "exponential(1 min)"} for name in machines]},
            "releases": [{"product": "part", "every": every}],
        }
    )


@pytest.mark.parametrize(
    "made",
    [
        line(None, 2, 0, 5),
        line(0, 0, 0, every=None),
        line(3, 1, 4, 1, 5, every=None, failures=[WORK_FAILURE], load="5 s"),
        line(None, None, 7, failures=[WORK_FAILURE]),
    ],
    ids=["open", "fed", "fed and breaking", "open and breaking"],
)
def test_a_plain_line_leaves_part_by_part_as_in_the_engine(made):
    plan = compiled(made)
    assert is_plain(plan)
    run = Run.new(plan, seed=5)
    run.until(200 * HOUR_S)
    done = np.concatenate(run.done)
    released, left = line_times(plan, seed=5, until_us=int(200 * HOUR_S * 1e6))
    assert len(done) > 3000
    assert done["done"].tolist() == left.tolist()
    assert done["released"].tolist() == released.tolist()


@pytest.mark.parametrize(
    "other",
    [
        line(None, 2, count=2),
        line(None, 2, rule="lifo"),
        line(None, 2, failures=[{**WORK_FAILURE, "counts": "calendar"}]),
        line(None, 2, maintenance=[{"every": "8 h", "lasts": "10 min"}]),
    ],
)
def test_what_is_more_than_a_plain_line_is_not_taken_for_one(other):
    assert not is_plain(compiled(other))
