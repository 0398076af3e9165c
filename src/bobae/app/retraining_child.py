"""The process that trains a candidate and holds it against the live model; what it took is given back at its end.

It reads one JSON document and writes one: what came of it, or why nothing did.
"""

import contextlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bobae.app import discovery
from bobae.app.models import run_of
from bobae.app.training_cut import TrainingCut, rows_of
from bobae.core import BobaeError
from bobae.evidence.value import Prices
from bobae.registry import TrustList, open_sealed, own_key, seal
from bobae.train.duel import Fighter, duel
from bobae.train.known import LoggedFault
from bobae.train.outcome import Outcome
from bobae.train.proof import Terms
from bobae.train.train import train

_POLITE = 10  # of 19: the scorer comes first


def main() -> None:
    """Do what standard input asks for."""
    asked = json.load(sys.stdin)
    _be_modest(asked)
    out = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        try:
            told: Mapping[str, Any] = _trained(asked)
        except BobaeError as error:
            told = {"error": type(error).__name__, "text": error.text.as_json()}
    json.dump(told, out)
    out.flush()


def _be_modest(asked: Mapping[str, Any]) -> None:
    if sys.platform == "win32":
        return
    import resource

    os.nice(_POLITE)
    seconds = round(asked["time_s"] * (os.cpu_count() or 1))  # of CPU: it ends too if nobody is left who would end it
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (asked["memory_bytes"], asked["memory_bytes"]))


def _trained(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    plant, cut, home = Path(asked["plant"]), TrainingCut.from_json(asked["cut"]), Path(asked["home"])
    log = None if asked["faults"] is None else tuple(LoggedFault(*fault) for fault in asked["faults"])
    dataset = rows_of(plant, cut)
    terms = Terms(asked["budget"], Prices.of(asked["costs"], asked["currency"]), asked["currency"], asked["seed"])
    outcome = train(
        dataset,
        discovery.learner_for(asked["task"]),
        alarm_budget=asked["budget"],
        costs=asked["costs"],
        currency=asked["currency"],
        log=log,
        seed=asked["seed"],
        name=asked["name"],
    )
    assert outcome.candidate is not None
    key = own_key(home, name=platform.node() or "here", today=datetime.now(tz=UTC).date())
    fresh = seal(outcome.candidate, Path(asked["out"]), key=key)
    learned_ns = _learned_until(outcome)
    told = {"learned_until_ns": learned_ns, "dataset_sha256": outcome.dataset_sha256, "comparison": None}
    if asked["live"] is not None:
        live = open_sealed(Path(asked["live"]), trust=TrustList.read(home))
        from_ns = max(learned_ns, asked["live_learned_until_ns"])
        champion, challenger = (Fighter(one.manifest, run_of(one)) for one in (live, fresh))
        told["comparison"] = duel(dataset, champion, challenger, terms, from_ns=from_ns, log=log).as_json()
    return told


def _learned_until(outcome: Outcome) -> int:
    """The last moment that it learned from or set its limit on; all later rows are new to it."""
    used = (part.end_ns for part in outcome.split.parts if part.part in ("fit", "calibrate"))
    return max((end for end in used if end is not None), default=0)


if __name__ == "__main__":
    main()
