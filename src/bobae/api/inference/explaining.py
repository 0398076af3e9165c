"""Which inputs are behind an answer: their shares in order, and the same in a sentence."""

from typing import Any

import numpy as np

from bobae.core import Contract, Floats, text
from bobae.core.gauge import number, unit
from bobae.serve.inference import Answers

_SHOWN = 3


def explained(contract: Contract, x: Floats, answers: Answers) -> list[dict[str, Any]]:
    """For each row its score, whether it alarms, and each input with its value and share, the largest share first.

    Args:
        contract: what goes in.
        x: the rows (rows, inputs).
        answers: of the model; `contribution` (rows, inputs) where it has one.
    """
    shares = np.nan_to_num(answers.get("contribution", np.zeros_like(x)))
    return [_row(contract, x[row], shares[row], answers, row) for row in range(len(x))]


def _row(contract: Contract, x: Floats, shares: Floats, answers: Answers, row: int) -> dict[str, Any]:
    ordered = np.argsort(-shares, kind="stable")
    inputs = [
        {
            "name": contract.inputs[i].name,
            "share": float(shares[i]),
            "value": None if np.isnan(x[i]) else float(x[i]),
            "unit": contract.inputs[i].unit,
        }
        for i in ordered.tolist()
    ]
    told: dict[str, Any] = {name: _number(answers[name][row]) for name in ("score", "alarm") if name in answers}
    shown = [
        f"{contract.inputs[i].name} {number(float(x[i]))} {unit(contract.inputs[i].unit)}".strip()
        for i in ordered.tolist()[:_SHOWN]
        if shares[i] > 0
    ]
    said = text("nothing stands out") if not shown else text("most of it is {signals}", signals="; ".join(shown))
    return told | {"inputs": inputs, "text": str(said)}


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
