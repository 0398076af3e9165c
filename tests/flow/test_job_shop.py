"""A job shop whose best schedule is known, followed move by move."""

from bobae.flow import Production, compiled
from bobae.flow.plain import PlainRun

# ft06: H. Fisher and G. L. Thompson, in Industrial Scheduling, 1963; machine and minutes of each step of each job
JOBS = (
    ((2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)),
    ((1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)),
    ((2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)),
    ((1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)),
    ((2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)),
    ((1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)),
)
# one of the best: which job each machine does first, second, ... (found and proved best by OR-Tools CP-SAT)
BEST = (
    (0, 3, 2, 5, 1, 4),
    (1, 3, 5, 0, 4, 2),
    (2, 0, 1, 4, 3, 5),
    (2, 5, 0, 3, 1, 4),
    (1, 4, 2, 3, 5, 0),
    (2, 5, 1, 4, 0, 3),
)


def shop():
    routes = {
        f"job{j}": [{"machines": f"m{m}", "time": f"{minutes} min"} for m, minutes in job] for j, job in enumerate(JOBS)
    }
    return compiled(
        Production.model_validate(
            {
                "machines": {f"m{k}": {} for k in range(6)},
                "routes": routes,
                "orders": [{"product": name} for name in routes],
            }
        )
    )


def ended(run):
    run.until(24 * 3600)
    assert run.finished == 6
    return max(at for _, _, at, _ in run.done) / 60e6


def test_the_best_schedule_takes_as_long_as_is_proved():
    def follows(sequence):
        left = list(sequence)

        def choose(run, machine, lots):
            lot = next((lot for lot in lots if lot.product == left[0]), None)
            return None if lot is None else (left.pop(0), lot)[1]

        return choose

    choose = {f"m{k}": follows(sequence) for k, sequence in enumerate(BEST)}
    assert ended(PlainRun.new(shop(), seed=0, choose=choose)) == 55.0


def test_first_come_first_served_takes_longer():
    assert ended(PlainRun.new(shop(), seed=0)) > 55.0
