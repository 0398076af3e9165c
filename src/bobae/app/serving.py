"""Sealed models brought to where they are served: each proved here first."""

from collections.abc import Sequence
from pathlib import Path

from bobae.app.settings import Settings
from bobae.core import BadInput
from bobae.registry import Proving, TrustList, open_sealed
from bobae.serve.inference import ServedModel


def served_models(models: Sequence[Path], settings: Settings) -> list[ServedModel]:
    """The models in these files, ready to answer.

    Raises:
        Refused: one does not pass the import gate, as when its reference windows do not come out the same here.
        BadInput: two have the same name.
    """
    trust, made = TrustList.read(settings.home), dict[str, ServedModel]()
    with Proving() as proving:
        for path in models:
            sealed = open_sealed(path, trust=trust, proving=proving)
            name = sealed.manifest.name
            if name in made:
                raise BadInput(
                    "two models are called {name}; serve one of them, or train one by another name", name=name
                )
            made[name] = ServedModel(sealed.manifest, sealed.graph, sealed.sha256[:12])
    return list(made.values())
