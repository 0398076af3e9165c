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
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)  # the next time it is found without coming here
        return value
