"""Whether a graph gives, here, the answers that it gave where it was made."""

import numpy as np

from bobae.core import Contract, Floats, Output, Reference, Refused
from bobae.graph import Runner, Streams


def reproduce(graph: bytes, contract: Contract, reference: Reference, tolerance: float) -> None:
    """Run every reference window and hold the answers against the expected ones.

    Scores may differ by `tolerance` of their range over the reference; decisions must be equal.

    Raises:
        Refused: an answer differs, or the reference proves nothing about an output.
    """
    runner = Runner(graph, contract)
    runs = [runner.run(x, gap) for x, gap in zip(reference.x, reference.gap, strict=True)]
    for output in contract.outputs:
        _compare(output, reference.expected[output.name], np.stack([run[output.name] for run in runs]), tolerance)


def reproduce_at_once(graph: bytes, contract: Contract, reference: Reference, tolerance: float) -> None:
    """The same with all windows as streams beside each other, as many assets with one model are scored.

    Raises:
        Refused: an answer differs, or the reference proves nothing about an output.
        onnxruntime's errors: the graph takes one row only.
    """
    windows, rows, _ = reference.x.shape
    streams, all_of_them = Streams(graph, contract, windows), np.arange(windows)
    steps = [dict(streams.step(reference.x[:, row], reference.gap[:, row], all_of_them)) for row in range(rows)]
    for output in contract.outputs:
        got = np.stack([step[output.name] for step in steps], axis=1)
        _compare(output, reference.expected[output.name], got, tolerance)


def _compare(output: Output, expected: Floats, got: Floats, tolerance: float) -> None:
    finite = expected[np.isfinite(expected)]
    if not len(finite) or (output.kind == "decision" and len(finite) < expected.size):
        raise Refused("the reference says nothing about {output}: its values are missing", output=output.name)
    within = tolerance * (np.ptp(finite) or np.abs(finite).max() or 1.0) if output.kind == "score" else 0.0
    same = np.isclose(got, expected, rtol=0.0, atol=within, equal_nan=True)
    if not same.all():
        window, row, *_ = (int(i) for i in np.argwhere(~same)[0])
        at = tuple(np.argwhere(~same)[0])
        raise Refused(
            "{output} is {got} here, but was {expected} where the model was made (window {window}, row {row})",
            output=output.name,
            got=float(got[at]),
            expected=float(expected[at]),
            window=window,
            row=row,
        )
