"""Does the right sensor stand among the first three? The 12 Tennessee Eastman faults whose cause is known."""

from collections import Counter
from pathlib import Path

import numpy as np

from _anomaly import tep
from _anomaly.data import tep_faults, tep_normal
from _anomaly.rows import Row, Target, row
from bobae.core import Floats
from bobae.evidence.intervals import wilson

FIRST_ROWS = 100  # after the fault began
# Where each disturbance enters the process, and the tags that touch it or the loop that answers it: J. J. Downs,
# E. F. Vogel, A plant-wide industrial process control problem, 1993 (process description, tables of variables).
CAUSES = {
    1: ("XMEAS01", "XMEAS04", "XMV03", "XMV04"),  # A/C ratio of stream 4: A feed makes up for it
    2: ("XMEAS10", "XMV06", "XMEAS24", "XMEAS30"),  # more inert B: leaves by the purge only, seen in feed and purge
    4: ("XMV10", "XMEAS09", "XMEAS21"),  # reactor cooling water is warmer: its valve, reactor and water outlet
    5: ("XMV11", "XMEAS22", "XMEAS11"),  # condenser cooling water is warmer: its valve, water outlet, separator
    6: ("XMEAS01", "XMV03"),  # A feed is lost: its flow and its valve
    7: ("XMEAS04", "XMV04"),  # pressure of stream 4 drops: its flow and its valve
    10: ("XMEAS18", "XMEAS19", "XMV09"),  # stream 4 enters the stripper: its temperature, steam flow, steam valve
    11: ("XMV10", "XMEAS09", "XMEAS21"),  # as 4, at random
    12: ("XMV11", "XMEAS22", "XMEAS11"),  # as 5, at random
    13: ("XMEAS07", "XMEAS08", "XMEAS09", "XMV10", "XMEAS21"),  # reaction kinetics: the reactor and its cooling
    14: ("XMV10", "XMEAS09", "XMEAS21"),  # the reactor's cooling water valve sticks
    21: ("XMEAS04", "XMV04"),  # the valve of stream 4 stays where it is
}


def rows(root: Path, uses: Counter[str]) -> list[Row]:
    """Faults whose cause is among the three tags that contribute most, and those told by plain distance."""
    found, files = tep.detector(root), tep_faults(root, "test")
    tags = [given.name for given in found.contract.inputs]
    after = slice(tep.ONSET, tep.ONSET + FIRST_ROWS)
    shares = [answer["contribution"][after] for answer in tep.watched(found, files, uses)]
    normal = np.vstack([part.x for part in tep_normal(root)])
    squares = [np.square((file.x[after] - normal.mean(axis=0)) / normal.std(axis=0)) for file in files]
    ours, plain = _hits(shares, tags), _hits(squares, list(files[0].tags))
    missed = ", ".join(str(fault) for fault in CAUSES if fault not in ours)
    return [
        row(
            "TEP cause among the first three tags",
            len(ours),
            "of 12 faults",
            reference=f"{len(plain)} by plain squared distance; missed: {missed or 'none'}",
            target=Target(">=", 8),
        ),
        row("TEP cause among the first three tags, share", wilson(len(ours), len(CAUSES)), ""),
    ]


def _hits(parts: list[Floats], tags: list[str]) -> list[int]:
    """The faults whose cause is among the three largest means over the rows; one (rows, tags) for each of 21 faults."""
    first = {fault: [tags[i] for i in np.argsort(-parts[fault - 1].mean(axis=0))[:3]] for fault in CAUSES}
    return [fault for fault, named in first.items() if set(named) & set(CAUSES[fault])]
