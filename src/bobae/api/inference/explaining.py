"""Which inputs are behind an answer: their shares in order, and the same in a sentence."""

from typing import Any

import numpy as np

from bobae.core import Contract, Floats, text
from bobae.core.gauge import number, unit
from bobae.serve.inference import Answers

_SHOWN = 3
_SAID = ("score", "alarm", "prediction", "low", "high", "chances", "chance", "strange")


def explained(contract: Contract, x: Floats, answers: Answers) -> list[dict[str, Any]]:
    """For each row what is said of it, and each input with its value and share, the largest share first.

    Of a model that foretells the share is that of all that moved the answer, and `effect` is how much and which way.

    Args:
        contract: what goes in.
        x: the rows (rows, inputs).
        answers: of the model; `contribution` (rows, inputs) where it has one.
    """
    effects = np.nan_to_num(answers.get("contribution", np.zeros_like(x)))
    foretells = "prediction" in answers
    shares = effects
    if foretells:
        whole = np.abs(effects).sum(axis=1, keepdims=True)
        shares = np.abs(effects) / np.where(whole > 0, whole, 1.0)
    told = [_row(contract, x[row], shares[row], answers, row) for row in range(len(x))]
    if foretells:
        for row, each in enumerate(told):
            for one in each["inputs"]:
                one["effect"] = float(effects[row, _place(contract, one["name"])])
    return told


def _place(contract: Contract, name: str) -> int:
    return next(i for i, wanted in enumerate(contract.inputs) if wanted.name == name)


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
    told: dict[str, Any] = {name: _told(answers[name][row]) for name in _SAID if name in answers}
    shown = [
        f"{contract.inputs[i].name} {number(float(x[i]))} {unit(contract.inputs[i].unit)}".strip()
        for i in ordered.tolist()[:_SHOWN]
        if shares[i] > 0
    ]
    said = text("nothing stands out") if not shown else text("most of it is {signals}", signals="; ".join(shown))
    return told | {"inputs": inputs, "text": str(said)}


def _told(value: Any) -> float | list[float] | None:
    if np.ndim(value):
        return [float(one) for one in value]
    return None if np.isnan(value) else float(value)
