"""Functions by name, so that one process can say to another which is meant; nothing of them goes over."""

import importlib
from collections.abc import Callable
from typing import Any


def name_of(function: Callable[..., Any]) -> str:
    """'module:function', from which `called` finds it again.

    Example:
        >>> called(name_of(name_of)) is name_of
        True
    """
    name = f"{function.__module__}:{function.__qualname__}"
    assert "<" not in name, f"{name} is no function of a module"
    return name


def called(name: str) -> Callable[..., Any]:
    """The function of this name."""
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found
