"""The history as a plant would hand it over: weekly CSV files, a maintenance log, a plant.yaml.

With all that real logs have: local time without a zone, a PLC clock that runs fast until it is set back, a stretch that
was never written, a row written twice, empty cells, Korean headers in cp949.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from bobae.core import BadInput, Ints, Text, speaking, text
from bobae.twins.press.history import Event, History, history_and_new_day
from bobae.twins.press.plant import columns_of, write_plant
from bobae.twins.press.present import history_until
from bobae.twins.press.press import START_NS
from bobae.twins.press.shifts import DAY_S, HOUR_S, MODE_WORDS, NS, RECIPES, SEOUL_S
from bobae.twins.press.tags import TAGS, WORDS

WEEK_DAYS = 7
CLOCK_GAINS = 8.0 / DAY_S  # seconds a second
CLOCK_SET_BACK_NS = START_NS + (5 * DAY_S + 10 * HOUR_S) * NS
NOT_LOGGED_NS = (START_NS + (8 * DAY_S + 37_200) * NS, START_NS + (8 * DAY_S + 39_300) * NS)
WRITTEN_TWICE_NS = START_NS + (2 * DAY_S + 54_000) * NS

_ENCODING = {"ko": "cp949", "en": "utf-8"}
_TIME = {"ko": "일시", "en": "time"}
_MARK = {"ko": "고장", "en": "fault"}
_LOG_HEADER = {"ko": ("시작", "종료", "구분", "내용"), "en": ("start", "end", "kind", "what")}
_LOG_KINDS: dict[str, Text] = {
    "fault": text("machine fault"),
    "sensor": text("sensor fault"),
    "maintenance": text("planned maintenance"),
}


@dataclass(frozen=True)
class Written:
    """Where everything of a demo plant lies.

    Attributes:
        history: the folder with one CSV a week.
        log: the maintenance log.
        plant: plant.yaml.
        events: the entries of the log.
        new_day: one more day, as a file of its own; None for a history that ends now.
        snapshot: the press at the end of a history that ends now, for a live press to go on from; else None.
    """

    history: Path
    log: Path
    plant: Path
    events: tuple[Event, ...] = ()
    new_day: Path | None = None
    snapshot: Path | None = None


def write_history(
    folder: Path,
    *,
    days: int = 14,
    step_s: float = 10.0,
    seed: int = 0,
    language: str = "ko",
    end_ns: int | None = None,
) -> Written:
    """Make the press's history and write it as a plant would hand it over.

    Args:
        folder: made if need be; files of an earlier run are overwritten.
        days: how many days, one file a week.
        step_s: seconds between rows.
        seed: the same seed gives the same bytes.
        language: of headers, products and log: 'ko' (in cp949) or 'en' (in UTF-8).
        end_ns: let the history end then, ns UTC, and leave the press as it is then instead of a new day; None: the
            history begins on Sunday 1 March 2026.

    Raises:
        BadInput: a language that the press does not know, or no whole day asked for.
    """
    if language not in _ENCODING:
        raise BadInput("the press writes its files in ko or en, not in {language!r}", language=language)
    columns = columns_of(language)
    written = Written(folder / "history", folder / "maintenance_log.csv", folder / "plant.yaml")
    written.history.mkdir(parents=True, exist_ok=True)
    if end_ns is None:
        past, new_day = history_and_new_day(days, step_s, seed)
        events = (*past.events(), *new_day.events())
        written = replace(written, events=events, new_day=folder / "new_day.csv")
        _write_rows(folder / "new_day.csv", new_day, np.arange(len(new_day)), language)
    else:
        past, snapshot = history_until(end_ns, days=days, step_s=step_s, seed=seed)
        written = replace(written, events=past.events(), snapshot=folder / "press.json")
        snapshot.write(folder / "press.json")
        columns |= {name: title[language] for name, title in WORDS.items()}
    _write_weeks(written.history, past, language)
    _write_log(written.log, written.events, language)
    write_plant(written.plant, language, columns)
    return written


def clock_ns(time_ns: Ints) -> Ints:
    """What the PLC's clock shows at some true times: it gains 8 s a day until it is set right on the sixth day."""
    gained = np.where(time_ns < CLOCK_SET_BACK_NS, (time_ns - START_NS) * CLOCK_GAINS, 0.0)
    return time_ns + gained.astype(np.int64)


def _kept_rows(time_ns: Ints) -> Ints:
    """Row numbers in the order they were written: some never, one twice."""
    rows = np.flatnonzero((time_ns < NOT_LOGGED_NS[0]) | (time_ns >= NOT_LOGGED_NS[1]))
    twice = np.flatnonzero(time_ns[rows] == WRITTEN_TWICE_NS)
    return np.insert(rows, twice, rows[twice])


def _write_weeks(folder: Path, past: History, language: str) -> None:
    kept = _kept_rows(past.calendar_ns)
    week = (past.rows.time_ns[kept] - past.rows.time_ns[0]) // (WEEK_DAYS * DAY_S * NS)
    for number in np.unique(week):
        _write_rows(folder / f"press1_week{number + 1}.csv", past, kept[week == number], language)


def _write_rows(path: Path, past: History, rows: Ints, language: str) -> None:
    columns: list[pa.Array] = [pa.array(_local(clock_ns(past.calendar_ns[rows]) + past.ahead_ns))]
    columns += [pa.array(past.rows.values[rows, i], from_pandas=True) for i in range(len(TAGS))]
    products = np.array([recipe.title[language] for recipe in RECIPES], dtype=object)
    modes = np.array(MODE_WORDS[language], dtype=object)
    columns += [pa.array(products[past.rows.product[rows]]), pa.array(modes[past.rows.mode[rows]])]
    columns.append(pa.array(past.marked()[rows].astype(np.int8)))
    words = (title[language] for title in WORDS.values())
    names = [_TIME[language], *columns_of(language).values(), *words, _MARK[language]]
    sink = pa.BufferOutputStream()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    pyarrow.csv.write_csv(pa.table(columns, names=names), sink, options)
    body = sink.getvalue().to_pybytes().decode("utf-8")
    path.write_bytes((",".join(names) + "\n" + body).encode(_ENCODING[language]))


def _write_log(path: Path, events: Sequence[Event], language: str) -> None:
    lines = [",".join(_LOG_HEADER[language])]
    with speaking(language):
        for event in events:
            start, end = _local(np.array([event.start_ns, event.end_ns]))
            lines.append(f'{start},{end},{_LOG_KINDS[event.kind]},"{event.what}"')
    path.write_bytes(("\n".join(lines) + "\n").encode(_ENCODING[language]))


def _local(time_ns: Ints) -> np.ndarray:
    """Local times without a zone, to the second, as they are written."""
    local = (time_ns // NS + SEOUL_S).astype("datetime64[s]")
    return np.char.replace(np.datetime_as_string(local), "T", " ").astype(object)
