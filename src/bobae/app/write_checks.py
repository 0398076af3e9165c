"""What can be wrong with the limits within which a tag may be written to, beyond their shape."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from bobae.app.discovery import names
from bobae.app.plugins import check
from bobae.core import BobaeError, Missing, Tag, Text, WriteAllowed, seconds_of, text

Found = Iterator[tuple[str | None, Text]]


def write_mistakes(tag: Mapping[str, Any], sources: Mapping[str, Any]) -> Found:
    """What is wrong with `write` of a tag, each with the key below it that it is about; None: with all of it.

    Args:
        tag: the plain values of the tag; those whose shape is wrong are told elsewhere.
        sources: the plain values of all sources.
    """
    try:
        checked = Tag.model_validate(tag)
    except ValidationError:
        return
    if checked.write is None:
        return
    yield from _way_there(checked, sources)
    yield from _values(checked, checked.write)
    yield from _times(checked.write)


def _way_there(tag: Tag, sources: Mapping[str, Any]) -> Found:
    if tag.source is None or tag.address is None:
        yield None, text("a tag that is written to needs a `source` and an `address`; give it both, or leave `write`")
        return
    source = sources.get(tag.source)
    connector = source.get("connector") if isinstance(source, dict) else None
    if connector not in names("connectors"):
        return  # told already
    try:
        abilities = check(connector).manifest.abilities
    except Missing:  # it says so itself once the source is opened
        return
    if "write" not in abilities:
        yield None, text("the connector {connector} only reads; nothing can be written over it", connector=connector)


def _values(tag: Tag, write: WriteAllowed) -> Found:
    if (write.range is None) == (not write.allowed):
        yield (
            None,
            text(
                "say what may be written: `range: [low, high]` and `step` for numbers, or a list `allowed` for the rest"
            ),
        )
    elif write.range is None:
        if write.safe is not None and write.safe not in write.allowed:
            yield "safe", text("the safe value {safe!r} is not among `allowed`", safe=write.safe)
    else:
        yield from _numbers(tag, write, *write.range)


def _numbers(tag: Tag, write: WriteAllowed, low: float, high: float) -> Found:
    if low >= high:
        yield "range", text("the range [{low}, {high}] is empty; write the lower value first", low=low, high=high)
        return
    if tag.range is not None and not tag.range[0] <= low < high <= tag.range[1]:
        yield (
            "range",
            text(
                "the range [{low}, {high}] that may be written goes beyond what the tag can show, [{least}, {most}]",
                low=low,
                high=high,
                least=tag.range[0],
                most=tag.range[1],
            ),
        )
    if write.step is None:
        yield None, text("`step` is missing: say by how much a number may change at once")
    elif write.step > high - low:
        yield (
            "step",
            text("the step {step} is wider than the range [{low}, {high}]", step=write.step, low=low, high=high),
        )
    if write.safe is not None and not (type(write.safe) is float and low <= write.safe <= high):
        yield (
            "safe",
            text("the safe value {safe!r} is not in the range [{low}, {high}]", safe=write.safe, low=low, high=high),
        )


def _times(write: WriteAllowed) -> Found:
    for name, written in (("dead_man", write.dead_man), ("read_back", write.read_back)):
        if written is not None:
            try:
                seconds_of(written)
            except BobaeError as error:
                yield name, error.text
    if write.safe is not None and write.dead_man is None:
        yield "safe", text("`safe` is written once `dead_man` is over; say `dead_man` too, such as 10min")
