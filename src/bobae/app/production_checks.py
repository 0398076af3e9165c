"""What can be wrong with the section `production` of a plant file."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bobae.core import BobaeError, Text
from bobae.flow import Production, compiled

Place = tuple[str | int, ...]


def production_mistakes(data: dict[str, Any]) -> Iterator[tuple[Place, Text]]:
    """Names that stand for nothing, times that are none, steps that contradict each other; the shape comes before."""
    section = data.get("production")
    if not isinstance(section, dict):
        return
    try:
        compiled(Production.model_validate(section))
    except ValidationError:
        return
    except BobaeError as error:
        yield ("production",), error.text


def production_errors(data: dict[str, Any]) -> list[Any]:
    """What the schema refuses in the section, as pydantic tells it, each with its place in the whole file."""
    section = data.get("production")
    if not isinstance(section, dict):
        return []
    try:
        Production.model_validate(section)
    except ValidationError as error:
        return [{**one, "loc": ("production", *one["loc"])} for one in error.errors()]
    return []


def production_keys(place: Place) -> list[str]:
    """The settings that exist where a place of the section is."""
    owner: type[BaseModel] = Production
    for part in place[1:-1]:
        field = owner.model_fields.get(str(part))
        inner = next(_models(field.annotation), None) if field else None
        owner = inner or owner
    return list(owner.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
