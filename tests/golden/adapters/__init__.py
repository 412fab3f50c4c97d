"""Adapters from the vector files to the product: a model's name to a function from a case's inputs to its expected shape."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Adapter = Callable[[dict[str, Any]], dict[str, Any]]


def adapters() -> dict[str, Adapter]:
    """Every adapter of every family by its model's name; no model has two."""
    found: dict[str, Adapter] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem == "__init__":
            continue
        own: dict[str, Adapter] = importlib.import_module(f"{__name__}.{path.stem}").ADAPTERS
        twice = found.keys() & own.keys()
        assert not twice, f"{path.name}: {sorted(twice)} have an adapter already"
        found.update(own)
    return found


def numbers(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every number of a case's inputs, with its place."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from numbers(each, (*path, name))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from numbers(each, (*path, str(at)))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, value
