"""How the engine is compiled, and a tuple of arrays behind one pointer: what compiled functions hand on to each other.

Handed on by value, the arrays of tables and state are two hundred words a call, and that is what the time goes into.
`hold` puts the tuple down in the caller's frame once; its fields read as before. No compiled function makes an array,
so none counts references either (`_nrt`): that was five sixths of the rest.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numba
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, models, register_model

VERSION = int.from_bytes(
    hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).digest()[:7]
)  # what is kept on disk rests on all these files: numba keys it by the constants that a function closes over
HeldTables: TypeAlias = Any  # a `layout.Tables` behind a pointer: its records have fields that only numba sees
HeldState: TypeAlias = Any  # a `layout.State`
F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of the engine."""
    options: Any = {"nogil": True, "error_model": "numpy", "_nrt": False}
    made: F = numba.njit(**options)(function)
    return made


class Held(types.Type):
    """The type of a pointer to a named tuple of arrays."""

    def __init__(self, whole: Any) -> None:
        self.whole = whole
        super().__init__(name=f"held[{whole}]")


@register_model(Held)
class _Pointer(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, held: Held) -> None:
        super().__init__(manager, held, manager.lookup(held.whole).get_value_type().as_pointer())


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = Held

    def generic_resolve(self, held: Held, name: str) -> Any:
        return dict(zip(held.whole.fields, held.whole.types, strict=True)).get(name)


@lower_getattr_generic(Held)  # type: ignore[untyped-decorator]
def _field(context: Any, builder: Any, held: Held, pointer: Any, name: str) -> Any:
    number = held.whole.fields.index(name)
    value = builder.load(cgutils.gep_inbounds(builder, pointer, 0, number))
    return impl_ret_borrowed(context, builder, held.whole.types[number], value)


@intrinsic  # type: ignore[untyped-decorator]
def hold(_: Any, whole: Any) -> Any:
    """A pointer to the tuple; it holds for as long as the function that called runs."""

    def put_down(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return cgutils.alloca_once_value(builder, arguments[0])

    return Held(whole)(whole), put_down
