"""Why a plant at work cannot be relied on now, one sentence each."""

from collections.abc import Iterator, Sequence

from bobae.app.processes.state import PartState
from bobae.collect import SourceState
from bobae.core import Text, text


def not_ready(sources: Sequence[SourceState], troubles: Sequence[Text], parts: Sequence[PartState] = ()) -> list[Text]:
    """The reasons; nothing if it can be relied on.

    Args:
        sources: as their collectors see them.
        troubles: why rows get no further.
        parts: how its processes do, where it has several.
    """
    reasons = [
        text("{source} is not connected: {why}", source=state.name, why=state.reason or text("not yet"))
        for state in sources
        if not state.connected
    ]
    reasons += [state.storing for state in sources if state.storing is not None]
    told = {str(reason) for reason in (*reasons, *troubles)}
    return [*reasons, *troubles, *_of_parts(parts, told)]


def _of_parts(parts: Sequence[PartState], told: set[str]) -> Iterator[Text]:
    for part in parts:
        if part.state == "starting" and not part.name.startswith("collector "):
            yield text("{part} is not ready yet: {why}", part=part.name, why=part.reason or text("it is starting"))
        elif part.state == "degraded" and not part.name.startswith("collector ") and str(part.reason) not in told:
            yield text("{part} works with a loss: {why}", part=part.name, why=part.reason or text("not known"))
