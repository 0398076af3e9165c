"""Everything below a server's Objects folder that can be collected, found level by level."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asyncua import ua

from bobae.connectors.opcua.nodes import ANY, Holds, Nodes, local
from bobae.connectors.opcua.units import ucum_of
from bobae.core import Offered

_OBJECTS, _SERVER = ua.NodeId(ua.ObjectIds.ObjectsFolder), ua.NodeId(ua.ObjectIds.Server)
_PROPERTY = ua.NodeId(ua.ObjectIds.HasProperty)
_CLASSES = ua.NodeClass.Object | ua.NodeClass.Variable
_MOST_ELEMENTS = 64  # a longer array is a picture or a curve rather than sensors


@dataclass
class _Variable:
    node: ua.NodeId
    path: str
    properties: dict[str, ua.NodeId] = field(default_factory=dict)


async def offered(nodes: Nodes) -> list[Offered]:
    """Every variable with its path from the Objects folder; what the server says of itself is left out.

    An array of numbers, flags or texts is offered element by element, if it has no more than a few.
    """
    variables = await _variables(nodes)
    holds = await nodes.hold([one.node for one in variables])
    units = await _properties(nodes, variables, "EngineeringUnits", ua.EUInformation)
    ranges = await _properties(nodes, variables, "EURange", ua.Range)
    lengths = await _lengths(nodes, variables, holds)
    found = []
    for i, (one, hold) in enumerate(zip(variables, holds, strict=True)):
        unit, span = units.get(i), ranges.get(i)
        whole = Offered(
            address=one.node.to_string(),
            path=one.path,
            kind=None if hold.array or hold.kind == ANY else hold.kind,
            unit=None if unit is None else ucum_of(unit),
            range=None if span is None else (span.Low, span.High),
        )
        parts = range(lengths.get(i, 0))
        found += [
            replace(whole, address=f"{whole.address}[{n}]", path=f"{one.path}/{n}", kind=hold.kind) for n in parts
        ]
        found += [] if parts else [whole]
    return found


async def _lengths(nodes: Nodes, variables: Sequence[_Variable], holds: Sequence[Holds]) -> dict[int, int]:
    """How many elements each array has now, of those that are worth taking apart."""
    arrays = [i for i, hold in enumerate(holds) if hold.array and hold.kind in ("number", "flag", "text")]
    read = await nodes.values([variables[i].node for i in arrays], ua.AttributeIds.Value)
    values = [None if one.Value is None else one.Value.Value for one in read]
    return {
        i: len(value)
        for i, value in zip(arrays, values, strict=True)
        if isinstance(value, list) and len(value) <= _MOST_ELEMENTS and not any(isinstance(row, list) for row in value)
    }


async def _variables(nodes: Nodes) -> list[_Variable]:
    """Each variable once, by the first way that leads to it."""
    found: dict[ua.NodeId, _Variable] = {}
    level, seen = [(_OBJECTS, "")], {_OBJECTS, _SERVER}
    while level:
        below = await nodes.references(
            [node for node, _ in level],
            ua.ObjectIds.HierarchicalReferences,
            ua.BrowseDirection.Forward,
            _CLASSES,
        )
        level = [
            step
            for (parent, path), references in zip(level, below, strict=True)
            for step in _steps(parent, path, references, seen, found)
        ]
    return list(found.values())


def _steps(
    parent: ua.NodeId,
    path: str,
    references: Sequence[ua.ReferenceDescription],
    seen: set[ua.NodeId],
    found: dict[ua.NodeId, _Variable],
) -> list[tuple[ua.NodeId, str]]:
    """Where to go on from `parent`; variables and their properties are noted on the way."""
    steps = []
    for reference in references:
        node, name = local(reference.NodeId), reference.BrowseName.Name
        if reference.ReferenceTypeId == _PROPERTY:
            if parent in found:
                found[parent].properties[name] = node
            continue
        if node in seen or getattr(reference.NodeId, "ServerIndex", False):  # a node of another server
            continue
        seen.add(node)
        steps.append((node, f"{path}/{name}" if path else name))
        if reference.NodeClass == ua.NodeClass.Variable:
            found[node] = _Variable(*steps[-1])
    return steps


async def _properties(nodes: Nodes, variables: Sequence[_Variable], name: str, kind: type) -> dict[int, Any]:
    """The values of one property, for those of the variables that have it."""
    having = [i for i, one in enumerate(variables) if name in one.properties]
    values = await nodes.values([variables[i].properties[name] for i in having], ua.AttributeIds.Value)
    return {
        i: one.Value.Value
        for i, one in zip(having, values, strict=True)
        if one.Value is not None and isinstance(one.Value.Value, kind)
    }
