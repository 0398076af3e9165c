"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib
import pkgutil

import pytest

import bobae

MODULES = sorted(module.name for module in pkgutil.walk_packages(bobae.__path__, "bobae."))
FINDER = doctest.DocTestFinder(exclude_empty=True)


def examples() -> list[doctest.DocTest]:
    """All docstrings with examples, each once, by the module that defines it."""
    found = [one for name in MODULES for one in FINDER.find(importlib.import_module(name), name)]
    return [one for one in found if one.examples]


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)
def test_the_example_prints_what_it_says(example: doctest.DocTest) -> None:
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(example)
    assert result.failed == 0, f"{example.filename}:{example.lineno}"
