"""Score with a prediction: one row out for each row in, from a sealed model."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from bobae.core import BadInput, Floats, Manifest, Target


def answer_columns(answers: Mapping[str, Floats], manifest: Manifest) -> dict[str, npt.NDArray[np.generic]]:
    """What a prediction's outputs say, as columns of one value a row.

    'prediction', 'low', 'high'; for kinds the name of the kind and p_<kind>; for a forecast each of the three for each
    horizon, such as prediction_900s. Then 'chance' and 'strange' where the model says them, and 'top_tag'.

    Raises:
        BadInput: the model does not say what it foretells.
    """
    target = manifest.target
    if target is None:
        raise BadInput("the model {name} does not say what it foretells; train it anew", name=manifest.name)
    if target.classes:
        columns = _kinds(answers, target)
    elif target.ahead_s:
        columns = {
            f"{name}_{seconds:g}s": answers[name][:, i]
            for i, seconds in enumerate(target.ahead_s)
            for name in ("prediction", "low", "high")
        }
    else:
        columns = {name: answers[name] for name in ("prediction", "low", "high")}
    columns |= {name: answers[name] for name in ("chance", "strange") if name in answers}
    tags = np.array([wanted.name for wanted in manifest.contract.inputs], dtype=object)
    columns["top_tag"] = tags[np.abs(answers["contribution"]).argmax(axis=1)]
    return columns


def _kinds(answers: Mapping[str, Floats], target: Target) -> dict[str, npt.NDArray[np.generic]]:
    names = np.array(target.classes, dtype=object)
    columns: dict[str, npt.NDArray[np.generic]] = {"prediction": names[answers["prediction"].astype(np.int64)]}
    return columns | {f"p_{name}": answers["chances"][:, i] for i, name in enumerate(target.classes)}
