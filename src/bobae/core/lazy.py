"""The one lazy door: modules that load when first used, so that `bobae --help` stays quick."""

import importlib
from types import ModuleType
from typing import Any


class LazyModule(ModuleType):
    """A module that is imported at its first attribute access.

    Example:
        >>> LazyModule("json").dumps([1])
        '[1]'
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)
