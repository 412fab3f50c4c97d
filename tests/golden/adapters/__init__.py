"""Adapters from the vector files to the product: a model's name to a function from a case's inputs to its expected shape."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from metaorder.domain.errors import Invalid

Adapter = Callable[[dict[str, Any]], dict[str, Any]]

COUNTS = {"N", "n", "m", "window", "half", "qty"}
"""Inputs that count something, whatever the model."""

ABOVE_ZERO = {
    "ac_lambda_from_halflife": {"N"},
    "is_decomposition": {"arrival", "decision", "final", "price", "mid", "qty", "market_trades"},
    "spreads": {"price", "mid", "mid_future"},
}
"""Inputs that the service has from a market, where they are checked as they come in: a model that judges fills gets them good."""


def adapters() -> dict[str, Adapter]:
    """Every adapter of every family by its model's name; no model has two."""
    found: dict[str, Adapter] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem == "__init__":
            continue
        own: dict[str, Adapter] = importlib.import_module(f"{__name__}.{path.stem}").ADAPTERS
        twice = found.keys() & own.keys()
        assert not twice, f"{path.name}: {sorted(twice)} have an adapter already"
        found.update({name: _checked(name, adapter) for name, adapter in own.items()})
    return found


def _checked(model: str, adapter: Adapter) -> Adapter:
    """An adapter that gets what the types of the product's functions promise: numbers that are finite, counts that are whole."""
    above = ABOVE_ZERO.get(model, set())

    def call(inputs: dict[str, Any]) -> dict[str, Any]:
        for path, value in numbers(inputs):
            field = ".".join(path)
            if not math.isfinite(value):
                raise Invalid(field, "a finite number", value)
            name = next((step for step in reversed(path) if not step.isdecimal()), "")
            if name in COUNTS and value % 1:
                raise Invalid(field, "a whole number", value)
            if name in above and value <= 0:
                raise Invalid(field, "above 0", value)
        return adapter(inputs)

    return call


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
