"""The timeline: every alarm as an episode with the tags behind it and earlier ones like it, and every known fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats, Ints
from bobae.evidence.episodes import NS, Episode, Event, episodes, group_spans, near_events, row_at
from bobae.evidence.metrics import Judged
from bobae.evidence.shares import LOOKED_AT, top
from bobae.train.known import Known
from bobae.train.outcome import EpisodeOutcome, EventOutcome, Series
from bobae.train.proven import PARTS, Part
from bobae.train.rows import Rows

ALIKE = 0.9
PROVE = PARTS.index("prove")
LEFT_OUT = PARTS.index("left_out")


@dataclass(frozen=True, eq=False)
class Trace:
    """What the model said about all rows: score, alarm, moved (rows,), contribution (rows, tags), the tags' names."""

    score: Floats
    alarm: Bools
    moved: Bools
    contribution: Floats
    tags: tuple[str, ...]

    @classmethod
    def of(cls, answers: Mapping[str, Floats], tags: tuple[str, ...]) -> "Trace":
        """From a model's outputs."""
        score = np.asarray(answers["score"], dtype=np.float64)
        contribution = np.asarray(answers["contribution"], dtype=np.float64)
        return cls(score, answers["alarm"] > 0.5, answers["moved"] > 0.5, contribution, tags)


def part_codes(masks: Sequence[Bools]) -> Ints:
    """Position in `PARTS` for each row (rows,), from the masks of fit, calibrate and prove."""
    codes = np.full(len(masks[0]), LEFT_OUT, dtype=np.int64)
    for code, mask in enumerate(masks):
        codes[mask] = code
    return codes


def series(rows: Rows, trace: Trace, part: Ints) -> Series:
    """All rows for the report."""
    return Series(rows.time_ns, rows.machine, rows.machines, trace.score, trace.alarm, part, trace.moved, rows.fresh)


def told_episodes(rows: Rows, trace: Trace, known: Known, part: Ints) -> tuple[EpisodeOutcome, ...]:
    """Every alarm in time order, with the first fault it met, if any."""
    near = near_events(known.events, rows.time_ns, rows.machine, known.windows)
    found: list[tuple[Episode, int]] = []
    for episode in episodes(trace.alarm, rows.time_ns, rows.machine, hold_off_s=known.windows.hold_off_s):
        met = near[episode.first : episode.last + 1]
        found.append((episode, int(met[np.argmax(met >= 0)])))
    found.sort(key=lambda pair: (pair[0].start_ns, pair[0].group))
    patterns = np.array([pattern(trace, episode) for episode, _ in found])
    faults = np.array([fault for _, fault in found], dtype=np.int64)
    return tuple(
        _told(
            rows,
            trace,
            known,
            part,
            found=found[number],
            number=number,
            tags=top(trace.tags, patterns[number]),
            similar=_similar(patterns, faults, number),
        )
        for number in range(len(found))
    )


def told_events(rows: Rows, known: Known, part: Ints, judged: Judged) -> tuple[EventOutcome, ...]:
    """Every known fault in time order, and whether it was found if it lies in the proof."""
    results = iter(zip(judged.detected, judged.delays_s, strict=True))
    told = []
    for event, place in zip(known.events, parts_of(known.events, rows, part), strict=True):
        detected, delay = next(results) if place == "prove" else (None, None)
        told.append(
            EventOutcome(
                asset=rows.machines[event.group],
                start_ns=event.start_ns,
                end_ns=event.end_ns,
                what=event.what,
                part=place,
                detected=detected,
                delay_s=delay if detected else None,
            )
        )
    return tuple(sorted(told, key=lambda event: (event.start_ns, event.asset)))


def events_in_proof(rows: Rows, known: Known, part: Ints) -> tuple[Event, ...]:
    """The known faults that begin in the part that proves."""
    places = parts_of(known.events, rows, part)
    return tuple(event for event, place in zip(known.events, places, strict=True) if place == "prove")


def pattern(trace: Trace, episode: Episode) -> Floats:
    """The mean share of each tag over the first alarm rows of an episode (tags,), weighted by score; sums to 1 or 0."""
    at = np.arange(episode.first, min(episode.last, episode.first + LOOKED_AT) + 1)
    at = at[trace.alarm[at]]
    weight = np.nan_to_num(trace.score[at], posinf=0.0)
    total = (np.nan_to_num(trace.contribution[at]) * weight[:, None]).sum(axis=0)
    return np.asarray(total / total.sum() if total.sum() > 0 else np.zeros(len(trace.tags)))


def top_tags(trace: Trace, rows: Rows, known: Known, part: Ints) -> tuple[tuple[str, float], ...]:
    """The tags behind the alarms of the proof (of all parts if it has none), each alarm counting once."""
    for mask in (trace.alarm & (part == PROVE), trace.alarm):
        found = episodes(mask, rows.time_ns, rows.machine, hold_off_s=known.windows.hold_off_s)
        if found:
            return top(trace.tags, np.mean([pattern(trace, episode) for episode in found], axis=0))
    return ()


def _told(
    rows: Rows,
    trace: Trace,
    known: Known,
    part: Ints,
    *,
    found: tuple[Episode, int],
    number: int,
    tags: tuple[tuple[str, float], ...],
    similar: tuple[int, ...],
) -> EpisodeOutcome:
    episode, event = found
    delay = (episode.start_ns - known.events[event].start_ns) / NS if event >= 0 else None
    inside = slice(episode.first, episode.last + 1)
    return EpisodeOutcome(
        number=number + 1,
        asset=rows.machines[episode.group],
        start_ns=episode.start_ns,
        end_ns=episode.end_ns,
        part=PARTS[int(part[episode.first])],
        peak=float(np.nanmax(trace.score[inside])),
        top_tags=tags,
        kind="unknown" if not known.labelled else "true" if event >= 0 else "false",
        delay_s=delay,
        similar=similar,
    )


def _similar(patterns: Floats, faults: Ints, number: int) -> tuple[int, ...]:
    if not number:
        return ()
    earlier, mine = patterns[:number], patterns[number]
    size = np.linalg.norm(earlier, axis=1) * np.linalg.norm(mine)
    like = np.divide(earlier @ mine, size, out=np.zeros(number), where=size > 0)
    # another alarm of the same fault says nothing new
    like[(faults[:number] >= 0) & (faults[:number] == faults[number])] = 0.0
    order = np.argsort(-like, kind="stable")[:3]
    return tuple(int(i) + 1 for i in order if like[i] >= ALIKE)


def parts_of(events: Sequence[Event], rows: Rows, part: Ints) -> list[Part]:
    """The part that each event begins in."""
    spans = group_spans(rows.machine)
    return [PARTS[int(part[row_at(event.start_ns, rows.time_ns, spans[event.group])])] for event in events]
