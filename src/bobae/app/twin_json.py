"""What the twin found, for programs."""

from collections.abc import Sequence
from typing import Any

from bobae.evidence.intervals import finite
from bobae.flow.checking import doubts
from bobae.simulate.bottleneck import METHODS, Bottlenecks
from bobae.simulate.comparing import Comparison
from bobae.simulate.figures import UNITS
from bobae.simulate.forecasting import Promise
from bobae.simulate.optimising import Optimum
from bobae.simulate.study import Study


def study_as_json(found: Study) -> dict[str, Any]:
    """Every figure with its interval."""
    return {
        "version": found.plan.version,
        "days": found.span.days,
        "warm_up_days": found.span.warm_up_days,
        "runs": len(found.hashes),
        "figures": [
            {"figure": key.measure, "of": key.of, "unit": UNITS[key.measure], **found.figure(key).as_json()}
            for key in found.runs
        ],
        "doubts": [str(doubt.what) for doubt in doubts(found.plan)],
    }


def comparison_as_json(found: Comparison) -> dict[str, Any]:
    """What was changed and what that changes."""
    return {
        "changes": [{"place": place, "before": one, "after": other} for place, one, other in found.changes],
        "days": found.before.span.days,
        "warm_up_days": found.before.span.warm_up_days,
        "runs": len(found.before.hashes),
        "figures": [
            {
                "figure": key.measure,
                "of": key.of,
                "unit": UNITS[key.measure],
                "before": before.as_json(),
                "after": after.as_json(),
                "difference": difference.as_json(),
            }
            for key, (before, after, difference) in found.figures.items()
        ],
    }


def bottlenecks_as_json(found: Bottlenecks) -> dict[str, Any]:
    """The likeliest bottleneck first."""
    return {
        "bottleneck": found.suspects[0].name,
        "machines": [
            {
                "machines": one.name,
                "utilisation": one.utilisation.as_json(),
                "active_min": one.active_min.as_json(),
                "first_by": {method: one.first_by[method] for method in METHODS},
                "throughput_if_quicker": None if one.throughput is None else one.throughput.as_json(),
                "cycle_time_if_quicker": None if one.cycle_time is None else one.cycle_time.as_json(),
            }
            for one in found.suspects
        ],
    }


def optimum_as_json(found: Optimum, aim: str) -> dict[str, Any]:
    """The best values, and what they are worth on fresh chance."""
    return {
        "aim": aim,
        "values": dict(found.values),
        "tries": found.tries,
        "searched": finite(found.searched),
        "gain": found.gain.as_json(),
        "is_real": found.is_real,
        "proof": comparison_as_json(found.proof),
    }


def promises_as_json(found: Sequence[Promise]) -> dict[str, Any]:
    """Every order's days from now; None where runs ended before."""
    return {
        "orders": [
            {
                "order": one.number,
                "product": one.product,
                "due_days": one.due_days,
                "early_days": finite(one.early_days),
                "likely_days": finite(one.likely_days),
                "late_days": finite(one.late_days),
                "on_time": one.on_time,
                "lost": one.lost,
            }
            for one in found
        ]
    }
