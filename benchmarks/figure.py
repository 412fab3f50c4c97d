"""A figure: what was measured, in which unit, and what it is held against."""

from __future__ import annotations

from typing import Any

Figure = dict[str, Any]


def figure(value: float, unit: str, reference: float | None = None) -> Figure:
    """One entry of results/bench.json."""
    ratio = None if reference is None else round(value / reference, 4)
    return {
        "value": round(value, 4),
        "unit": unit,
        "reference": None if reference is None else round(reference, 4),
        "ratio": ratio,
    }
