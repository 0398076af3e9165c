"""What late corrections and a look at the status cost a reader, in one run with the same read without."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from _anomaly.rows import Row, Target, row

from _historian import data, kept, questions
from _historian.measure import cpu, differing, in_turn, ratio, spread
from bobae.core import Samples

TARGET = Target("<=", 1.3)
SHARE = 0.01


def rows(root: Path, corrected: Path, blocks: Sequence[Samples], *, times: int, tags: int) -> list[Row]:
    """The training frame of a copy of the store with late rows in a segment of their own, against that without.

    Args:
        root: the store without late rows; no writer has it.
        corrected: where the copy goes.
        blocks: what the store holds.
        times: runs of each.
        tags: in the store.
    """
    shutil.copytree(root, corrected)
    late = data.corrections(blocks, SHARE)
    with kept.opened(corrected, write=True) as store:
        store.writer.append(late).durable.result()
        store.writer.seal()
    query = questions.two(tags)[1]
    good = replace(query, good_only=True)
    expected = questions.on_grid(good)(questions.in_places(Samples.joined([*blocks, late]), good))
    with kept.opened(root) as plain, kept.opened(corrected) as store:
        wrong = differing(expected, questions.ours(store, good))
        works = {
            "without": cpu(lambda: questions.ours(plain, query)),
            "good samples only": cpu(lambda: questions.ours(plain, good)),
            "late corrections": cpu(lambda: questions.ours(store, query)),
            "late corrections, good samples only": cpu(lambda: questions.ours(store, good)),
        }
        taken = in_turn(works, times=times)
    both = "late corrections, good samples only"
    figure = f"{questions.FIGURES[query.kind]} with {SHARE:.0%} late corrections and a quality filter"
    return [
        row(f"{figure}: cells that differ from the rows as they hold", wrong, "cells"),
        row(
            f"{figure}: time against the same without",
            ratio(taken[both], taken["without"]),
            "x",
            reference=f"{len(late):,} late rows in a segment of their own",
            target=TARGET,
        ),
        *(row(f"{questions.FIGURES[query.kind]}: {name}", spread(spent), "CPU s") for name, spent in taken.items()),
    ]
