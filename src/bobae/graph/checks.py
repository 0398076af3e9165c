"""Shapes of a piece's numbers, checked when it is made rather than when a graph fails."""

from bobae.core import BadInput, Floats


def shaped(piece: object, what: str, values: Floats, shape: tuple[int | None, ...]) -> None:
    """Refuse numbers that are not finite float64 of that shape; None stands for any size from 1.

    Raises:
        BadInput: says which piece, which numbers and what is wrong.
    """
    fits = values.ndim == len(shape) and all(
        have == want if want is not None else have > 0 for have, want in zip(values.shape, shape, strict=True)
    )
    finite = values.dtype.kind == "f" and bool((abs(values) < float("inf")).all())
    if not (fits and finite):
        raise BadInput(
            "{piece}: {what} must be finite numbers of shape {wanted}, but has shape {shape}",
            piece=type(piece).__name__,
            what=what,
            wanted=tuple("any" if size is None else size for size in shape),
            shape=values.shape,
        )


def vector(piece: object, what: str, values: Floats, size: int | None = None) -> None:
    """Refuse numbers that are not one finite row of `size`."""
    shaped(piece, what, values, (size,))
