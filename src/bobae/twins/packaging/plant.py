"""The packaging line's part of plant.yaml: its metrics as tags, over Sparkplug."""

from bobae.core import Asset, Plant, Source, Tag
from bobae.twins.packaging.tags import ASSET, TAGS

SOURCE = "packaging"
GROUP, EDGE, DEVICE = "plant", "line1", "packer1"
STATE = "state"


def live_part(*, port: int, language: str) -> Plant:  # noqa: ARG001
    """The live line behind a broker at a port of this machine, as a plant of its own: one asset, one source.

    Example:
        >>> part = live_part(port=1883, language="en")
        >>> part.assets["packaging/line1/packer1"].tags["speed"].address
        'plant/line1/packer1:speed'
    """
    place = f"{GROUP}/{EDGE}/{DEVICE}"
    tags = {
        tag.name: Tag(unit=tag.unit, range=(0.0, tag.high), source=SOURCE, address=f"{place}:{tag.name}")
        for tag in TAGS
    }
    tags[STATE] = Tag(source=SOURCE, address=f"{place}:{STATE}")
    # the broker that the line brings along does not answer MQTT 5 at all
    source = {"connector": "sparkplug", "url": f"mqtt://127.0.0.1:{port}", "version": "3.1.1"}
    return Plant(
        plant="packaging",
        assets={ASSET: Asset.model_validate({"class": "packaging_line", "tags": tags})},
        sources={SOURCE: Source.model_validate(source)},
    )
