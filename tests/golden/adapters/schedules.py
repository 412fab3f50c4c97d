"""The vectors of schedules in whole shares: rounding and percent of volume. A decimal of a file is that decimal, exactly."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models import participation, rounding
from metaorder.models.inputs import decimal, whole


def written(value: Any) -> Any:
    """A number as the decimal that it is written as; what is none as it is, for the product to refuse."""
    try:
        return decimal("value", value)
    except Invalid:
        return value


def schedule_rounding(inputs: dict[str, Any]) -> dict[str, Any]:
    shares, given, lot = inputs["X"], inputs["weights"], inputs["lot"]
    weights = [written(each) for each in given] if isinstance(given, list) else given
    return {
        "largest_remainder": rounding.largest_remainder(shares, weights, lot),
        "cumulative": rounding.cumulative(shares, weights, lot),
        "seed_naive_total": float((np.round(np.array(given) * shares / 100) * 100).sum()),  # loses shares: the old way
    }


def pov(inputs: dict[str, Any]) -> dict[str, Any]:
    shares, others, rate = inputs["X"], inputs["others"], written(inputs["p"])
    own = participation.follow(shares, others, rate)
    half = whole("half", inputs["half"], least=0)
    completed = next((place for place, done in enumerate(accumulate(own)) if done == shares), None)
    worked = len(own) if completed is None else completed + 1
    need = participation.required(shares - sum(own[:half]), sum(others[half:]))
    naive = sum(int(rate * traded) for traded in others)  # of the others' volume alone: it falls short of the rate
    return {
        "own": own,
        "completed_bin": completed,
        "filled": sum(own),
        "achieved": participation.share(sum(own), sum(others[:worked])),
        "required_rate_second_half": need,
        "clipped_required": participation.clipped(need, inputs["pmin"], inputs["pmax"]),
        "naive_ex_own_achieved": participation.share(naive, sum(others)),
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"pov": pov, "schedule_rounding": schedule_rounding}
