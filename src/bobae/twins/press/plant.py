"""The press's plant.yaml: the same tags, whether they come from its log files or from the machine itself."""

from collections.abc import Mapping
from pathlib import Path

from bobae.twins.press.tags import ASSET, TAGS, WORDS

SOURCE = "press1"


def write_plant(path: Path, language: str, columns: Mapping[str, str]) -> None:
    """A plant whose tags come from log files: `columns` says which column each tag stands in."""
    dead_bands = {tag.name: tag.dead_band for tag in TAGS if tag.dead_band}
    source = "  log: {connector: files, path: history}"
    path.write_text(_yaml(language, source, _tag_rows("log", columns, dead_bands)), encoding="utf-8")


def write_live_plant(path: Path, *, url: str, language: str, model: str | None = None) -> None:
    """A plant whose tags come from the live press at `url`, product and state among them; `model` watches it."""
    # no dead bands: the PLC has left out already what is too small to tell
    rows = _tag_rows(SOURCE, {name: node_id(name) for name in (*(tag.name for tag in TAGS), *WORDS)}, {})
    source = f"  {SOURCE}: {{connector: opcua, url: '{url}', publishing_ms: 100}}"
    path.write_text(_yaml(language, source, rows, model), encoding="utf-8")


def columns_of(language: str) -> dict[str, str]:
    """Tag -> its column in the press's log files, with its unit."""
    return {tag.name: tag.header(language) for tag in TAGS}


def node_id(tag: str) -> str:
    """Where the live press's server has a tag."""
    return f"ns=2;s={SOURCE}.{tag}"


def _tag_rows(source: str, addresses: Mapping[str, str], dead_bands: Mapping[str, float]) -> list[str]:
    limits = {tag.name: [f"unit: {tag.unit!r}", f"range: [{tag.low:g}, {tag.high:g}]"] for tag in TAGS}
    rows = []
    for name, address in addresses.items():
        parts = [*limits.get(name, []), f"source: {source}", f"address: {address!r}"]
        if name in dead_bands:
            parts.append(f"deadband: {dead_bands[name]:g}")
        rows.append(f"      {name}: {{{', '.join(parts)}}}")
    return rows


def _yaml(language: str, source: str, tag_rows: list[str], model: str | None = None) -> str:
    plant, _, asset = ASSET.partition("/")
    lines = [
        f"plant: {plant}",
        "timezone: Asia/Seoul",
        "currency: KRW",
        f"language: {language}",
        "assets:",
        f"  {asset}:",
        "    class: hydraulic_press",
        "    tags:",
        *tag_rows,
        "sources:",
        source,
        "monitors:",
        f"  - asset: {asset}",
        "    task: anomaly",
        "    alarm_budget: 1/week",
        "    costs: {missed: 2000000, false: 100000, late: 100000}",
        *([] if model is None else [f"    model: {model}"]),
    ]
    return "\n".join(lines) + "\n"
