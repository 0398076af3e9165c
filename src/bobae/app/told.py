"""What the main job says of a training, sentence by sentence, against what is known of the faults."""

from dataclasses import replace

from bobae.app.happened import Happened
from bobae.app.telling import Level, Said, when
from bobae.app.verdicts import verdict_in_words
from bobae.core import Text, Verdict, text
from bobae.train.outcome import EpisodeOutcome, EventOutcome, Outcome
from bobae.train.proven import PartRows

_TAGS_SHOWN = 3
_FAULTS_SHOWN = 10


def named(outcome: Outcome, known: tuple[Happened, ...]) -> Outcome:
    """The same with every known fault called what it was, in the current language."""

    def with_name(event: EventOutcome) -> EventOutcome:
        met = [k for k in known if k.start_ns <= event.end_ns and k.end_ns >= event.start_ns]
        nearest = min(met, key=lambda k: abs(k.start_ns - event.start_ns), default=None)
        return event if nearest is None else replace(event, what=str(nearest.what))

    return replace(outcome, events=tuple(with_name(event) for event in outcome.events))


def split_told(outcome: Outcome) -> Said:
    """Which rows it learned from, which set the limit, which it was tried on."""
    for part in outcome.split.parts:
        if part.part != "left_out":
            yield _period(part, outcome.has_time), "plain"


def verdict_told(outcome: Outcome) -> Said:
    """The verdict, why, which faults were found, and what to beware of."""
    level: Level = "good" if outcome.verdict is Verdict.USEFUL else "warning"
    yield text("Verdict: {verdict}", verdict=verdict_in_words(outcome.verdict)), level
    for headline in outcome.headlines:
        yield headline, "plain"
    proved = [event for event in outcome.events if event.detected is not None]
    for event in proved[:_FAULTS_SHOWN]:
        yield _fault(event, outcome)
    if len(proved) > _FAULTS_SHOWN:
        yield text("... and {n} more in the report", n=len(proved) - _FAULTS_SHOWN), "plain"
    for warning in outcome.warnings:
        yield warning, "warning"


def _period(part: PartRows, has_time: bool) -> Text:
    if not has_time or part.start_ns is None or part.end_ns is None:
        return text("{part}: {rows} rows", part=part.title, rows=f"{part.rows:,}")
    start, end = when(part.start_ns), when(part.end_ns)
    return text("{part}: {start} to {end}", part=part.title, start=start, end=end)


def _fault(event: EventOutcome, outcome: Outcome) -> tuple[Text, Level]:
    """Whether a known fault was found, how soon, and by which sensors."""
    start = when(event.start_ns) if outcome.has_time else "-"
    what: str | Text = event.what or text("known fault")
    episode = _alarm_of(event, outcome.episodes)
    if not event.detected or episode is None:
        return text("{start} {what}: not found", start=start, what=what), "warning"
    tags = ", ".join(tag for tag, _ in episode.top_tags[:_TAGS_SHOWN])
    minutes = round((event.delay_s or 0.0) / 60)
    said = text(
        "{start} {what}: found after {minutes} min, by {tags}", start=start, what=what, minutes=minutes, tags=tags
    )
    return said, "good"


def _alarm_of(event: EventOutcome, episodes: tuple[EpisodeOutcome, ...]) -> EpisodeOutcome | None:
    """The first alarm of the machine that reaches into the fault."""
    met = (e for e in episodes if e.asset == event.asset and e.end_ns >= event.start_ns and e.start_ns <= event.end_ns)
    return next(met, None)
