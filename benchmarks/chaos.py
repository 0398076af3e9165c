"""Every connector under every fault of a plant: how soon collecting goes on, and whether all that is missing is told.

python benchmarks/chaos.py [--quick] [--rounds N] [--only CONNECTOR ...]: writes benchmarks/results/chaos.json, which
`python docs/tables.py` makes into the matrix of docs/reference/chaos.md. Each trial has a server in a process of
its own. The long form tries each fault three times, with the settings that hold where plant.yaml says nothing; the
quick one once, with the hasty ones of the tests.
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import results

from bobae.collect import Patience
from bobae.testing.chaos import Came, Outcome, tried
from bobae.testing.chaos_faults import FAULTS, Fault
from bobae.testing.chaos_subject import Subject
from bobae.testing.chaos_subjects import SUBJECTS

ROUNDS = 3
# what each connector does if plant.yaml says nothing, and how often its source then gives a sign of life
_MQTT: dict[str, Any] = {"keepalive_s": 10.0, "timeout_s": 4.0}
USUAL: dict[str, tuple[dict[str, Any], float]] = {
    "opcua": ({"publishing_ms": 200.0, "timeout_s": 4.0}, 2.0),
    "mqtt": (_MQTT, 10.0),
    "sparkplug": (_MQTT, 10.0),
    "modbus": ({"poll_s": 1.0, "timeout_s": 1.5, "requests_per_s": 20.0}, 2.0),
    "secs": (
        {"t3_s": 45.0, "t5_s": 3.0, "t6_s": 5.0, "t7_s": 10.0, "linktest_s": 5.0, "poll_s": 1.0, "state_s": 10.0},
        5.0,
    ),
    "folder": ({"poll_s": 2.0, "quiet_s": 60.0, "timeout_s": 30.0}, 2.0),
    "sql": ({"poll_s": 1.0, "timeout_s": 5.0}, 2.0),
}


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="once each, with the hasty settings of the tests")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the long form")
    parser.add_argument("--only", nargs="+", choices=sorted(SUBJECTS), default=sorted(SUBJECTS))
    given = parser.parse_args()
    measured: list[dict[str, Any]] = []
    for name in given.only:
        rounds = 1 if given.quick else given.rounds
        measured += rows(SUBJECTS[name] if given.quick else usual(SUBJECTS[name]), rounds)
    results.show(measured)
    print(
        results.write(
            "chaos", f"python benchmarks/chaos.py {'--quick' if given.quick else f'--rounds {given.rounds}'}", measured
        )
    )


def usual(subject: Subject) -> Subject:
    """The same connector as it is in a plant."""
    settings, keep_alive_s = USUAL[subject.name]
    slowly = max(subject.every_ms, round(4000 * settings.get("poll_s", 0.0))) if not subject.resumes else 100
    return replace(
        subject,
        settings=settings,
        patience=Patience(),
        keep_alive_s=keep_alive_s,
        outage_s=max(8.0, 1.5 * keep_alive_s),
        every_ms=slowly if "poll_s" in settings and not subject.timed else subject.every_ms,
    )


def rows(subject: Subject, rounds: int) -> Iterator[dict[str, Any]]:
    """One row for each fault that concerns it."""
    faults = [fault for fault in FAULTS if fault.concerns(subject) and fault.unavailable() is None]
    came: list[Came] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bobae-chaos-") as folder:
            came.append(tried(subject, faults, Path(folder)))
    for fault in faults:
        yield _row(subject, fault, [one.outcomes[fault.name] for one in came])
    left = sorted({what for one in came for what in one.left})
    yield {
        "figure": f"{subject.name}: left behind",
        "value": len(left),
        "reference": "; ".join(left) or "tasks, threads and sockets, after all faults",
        "target": "0",
        "met": not left,
    }


def _row(subject: Subject, fault: Fault, outcomes: list[Outcome | BaseException]) -> dict[str, Any]:
    done = [one for one in outcomes if isinstance(one, Outcome)]
    wrong = [str(one) for one in outcomes if isinstance(one, BaseException)]
    wrong += [words for one in done for words in one.broken()]
    times = [one.resume_s for one in done] or [float("inf")]
    told = sorted({why for one in done for why in one.ramp.told})
    within = f"{max((one.within_s for one in done), default=2 * subject.keep_alive_s):g}"
    return {
        "figure": f"{subject.name}: {fault.name}",
        "value": statistics.median(times),
        "low": min(times),
        "high": max(times),
        "unit": "s",
        "reference": "; ".join(wrong) or f"gap rows: {', '.join(told) or 'none'}",
        "target": f"<= {within}, all told, nothing lost",
        "met": not wrong,
    }


if __name__ == "__main__":
    main()
