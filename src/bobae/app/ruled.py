"""The rules of a plant, one for each machine that they are for."""

from bobae.core import Plant
from bobae.monitor.rules.plan import Ruled


def ruled_in(plant: Plant) -> list[Ruled]:
    """Each rule of a plant on each machine that it is for."""
    found = []
    for rule in plant.rules:
        for path, asset in plant.assets.items():
            is_meant = path == rule.asset or (rule.class_ is not None and asset.class_ == rule.class_)
            if is_meant and rule.tag in asset.tags:
                found.append(Ruled(f"{path}:{rule.name}", path, rule))
    return found
