"""The meter's part of plant.yaml: its tags with units, ranges, addresses and dead bands."""

from bobae.core import Asset, Plant, Source, Tag
from bobae.twins.meter.tags import ASSET, TAGS

SOURCE = "main_meter"


def live_part(*, port: int, language: str) -> Plant:  # noqa: ARG001
    """The live meter at a port of this machine, as a plant of its own: one asset, one source.

    Example:
        >>> sorted(live_part(port=5020, language="en").sources)
        ['main_meter']
    """
    tags = {
        tag.name: Tag(
            unit=tag.unit,
            range=(tag.low, tag.high),
            source=SOURCE,
            address=tag.address,
            deadband=tag.dead_band or None,
        )
        for tag in TAGS
    }
    return Plant(
        plant="busan",
        assets={ASSET: Asset.model_validate({"class": "energy_meter", "tags": tags})},
        sources={SOURCE: Source.model_validate({"connector": "modbus", "url": f"tcp://127.0.0.1:{port}"})},
    )
