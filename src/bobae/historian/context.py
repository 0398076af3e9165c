"""A process trace cut by what was worked on: a row at each sample, with the lot, wafer, recipe and step of its time."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bobae.core import Bools, Column, Cut, Dataset, Ints, Kind, Role, Samples, StoreReader, TagRow, text
from bobae.historian.cutting import Block, assembled, by_asset, split_path

PIECE = ("wafer", "lot")  # what tells pieces apart, the finer first
Context = Mapping[str, str]  # 'lot', 'wafer', 'recipe', 'step' -> path of the tag that says it


def cut_in_context(store: StoreReader, query: Cut, contexts: Mapping[str, Context]) -> Dataset:
    """Rows of some assets at each sample of their trace, each with what was worked on at its time.

    The rows of an asset stand at the times of that number which has most samples; every other tag shows what held then.
    A wafer (without one: a lot) gets the role LOT, and rows without are left out; recipe and step get CONTEXT. What
    a text said before a gap still holds within it where the same is said after it.

    Args:
        store: where the samples are.
        query: tags, from when to when, which samples count, known at which time; it is on no grid.
        contexts: asset -> its context.

    Raises:
        UnknownName: a tag was never seen.
    """
    known = {row.path: row for row in store.tags()}
    assets = by_asset(query.tags)
    blocks = {asset: _block(store, query, tags, contexts.get(asset, {}), known) for asset, tags in assets.items()}
    dataset = assembled(assets, blocks, known, query.known_at_ns)
    kinds = {split_path(path)[1]: kind for context in contexts.values() for kind, path in context.items()}
    piece = next((kind for kind in PIECE if kind in kinds.values()), None)
    columns = tuple(_with_role(column, kinds.get(column.name), piece) for column in dataset.columns)
    return replace(dataset, columns=columns)


def _with_role(column: Column, kind: str | None, piece: str | None) -> Column:
    if kind is None:
        return column
    if kind == piece:
        return replace(column, role=Role.LOT)
    if kind in PIECE:
        why = text("which lot a wafer is of: a model must not learn single lots")
        return replace(column, kind=Kind.TEXT, role=Role.IGNORED, reason=why)
    return replace(column, role=Role.CONTEXT)


def _block(
    store: StoreReader, query: Cut, tags: Mapping[str, str], context: Context, known: Mapping[str, TagRow]
) -> Block:
    found = {name: store.raw([path], -1, query.t1_ns, known_at_ns=query.known_at_ns) for name, path in tags.items()}
    inside = {name: one.rows(one.time_ns > query.t0_ns) for name, one in found.items()}
    counted = [len(one) if known[tags[name]].kind == "number" else 0 for name, one in inside.items()]
    times = list(inside.values())[int(np.argmax(counted))].time_ns
    said_by = {split_path(path)[1]: kind for kind, path in context.items() if path in tags.values()}
    columns: dict[str, np.ndarray] = {}
    for name, samples in found.items():
        good = samples.status <= query.quality.worst
        if name in said_by:
            columns[name] = _said(samples, good, times)
        else:
            columns[name] = _held(samples, good, times, texts=known[tags[name]].kind == "text")
    names = {kind: name for name, kind in said_by.items()}
    piece = next((names[kind] for kind in PIECE if kind in names), None)
    if piece is None:
        return Block(times, columns)
    lot = columns[names["lot"]] if "lot" in names and names["lot"] != piece else None
    columns[piece] = _told_apart(columns[piece], lot)
    there = columns[piece] != None  # noqa: E711
    return Block(times[there], {name: values[there] for name, values in columns.items()})


def _held(samples: Samples, good: Bools, times: Ints, *, texts: bool) -> np.ndarray:
    """The last sample at or before each time; nothing where there is none, or it does not count."""
    nothing = None if texts else np.nan
    out: np.ndarray = np.full(len(times), nothing, dtype=object if texts else np.float64)
    if not len(samples) or (texts and samples.text is None):
        return out
    at = np.searchsorted(samples.time_ns, times, side="right") - 1
    there = (at >= 0) & good[at]
    shown = samples.text if texts else samples.value
    out[there] = shown[at[there]] if shown is not None else nothing
    return out


def _said(samples: Samples, good: Bools, times: Ints) -> np.ndarray:
    """What a context said at each time; None where nothing is known, or it says that there is nothing."""
    if samples.text is None:
        return _held(samples, good, times, texts=True)
    words = samples.text.copy()
    words[~good] = None
    unknown = words == None  # noqa: E711
    before = np.maximum.accumulate(np.where(unknown, -1, np.arange(len(words))))
    after = np.minimum.accumulate(np.where(unknown, len(words), np.arange(len(words)))[::-1])[::-1]
    bridged = unknown & (before >= 0) & (after < len(words))
    bridged[bridged] = words[before[bridged]] == words[after[bridged]]
    chosen = samples.rows(~bridged)
    out = _held(chosen, good[~bridged], times, texts=True)
    out[out == ""] = None
    return out


def _told_apart(pieces: np.ndarray, lots: np.ndarray | None) -> np.ndarray:
    """A name for each run of a piece: with its lot where it does not say that itself, numbered where it comes again."""
    changed = np.zeros(len(pieces), dtype=bool)
    changed[:1] = True
    for said in (pieces,) if lots is None else (pieces, lots):
        changed[1:] |= said[1:] != said[:-1]
    changes = np.flatnonzero(changed)
    out = pieces.copy()
    seen: dict[str, int] = {}
    for begin, end in zip(changes, [*changes[1:], len(pieces)], strict=True):
        if pieces[begin] is None:
            continue
        name = _name(str(pieces[begin]), None if lots is None else lots[begin])
        seen[name] = seen.get(name, 0) + 1
        out[begin:end] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return out


def _name(piece: str, lot: str | None) -> str:
    return piece if lot is None or piece.startswith(str(lot)) else f"{lot}/{piece}"
