"""The etch tool's part of plant.yaml: its tags by trace, lot, wafer, recipe and step by event, its alarms."""

from bobae.core import Asset, Plant, Source, Tag
from bobae.twins.etch.tags import ASSET, TAGS

SOURCE = "etcher1"
STEP_BEGUN = 301
LOT, WAFER, RECIPE, STEP = 3001, 3002, 3003, 3004
MATCH_ALARM = 12


def live_part(*, port: int, language: str) -> Plant:  # noqa: ARG001
    """The live tool at a port of this machine, as a plant of its own: one asset, one source.

    Example:
        >>> sorted(live_part(port=5000, language="en").sources)
        ['etcher1']
    """
    _, _, path = ASSET.partition("/")
    words = {"lot": LOT, "wafer": WAFER, "recipe": RECIPE, "step": STEP}
    tags = {
        tag.name: Tag(unit=tag.unit, range=(0.0, tag.high), source=SOURCE, address=f"trace/{tag.variable}")
        for tag in TAGS
    }
    tags |= {
        name: Tag.model_validate({"source": SOURCE, "address": f"dv/{variable}@ce/{STEP_BEGUN}", "context": name})
        for name, variable in words.items()
    }
    tags |= {
        "state": Tag(source=SOURCE, address="state"),
        "match_alarm": Tag(source=SOURCE, address=f"alarm/{MATCH_ALARM}"),
    }
    return Plant(
        plant="fab",
        assets={path: Asset.model_validate({"class": "plasma_etcher", "tags": tags})},
        sources={SOURCE: Source.model_validate({"connector": "secs", "host": "127.0.0.1", "port": port})},
    )
