"""The vectors of schedules in whole shares: rounding and percent of volume. A decimal of a file is that decimal, exactly."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np

from metaorder.models import participation, rounding


def decimal(value: float) -> Fraction:
    return Fraction(str(value))


def schedule_rounding(inputs: dict[str, Any]) -> dict[str, Any]:
    weights, shares = [decimal(weight) for weight in inputs["weights"]], inputs["X"]
    naive = np.round(np.array(inputs["weights"]) * shares / 100) * 100  # what loses shares: the old way, whatever the lot
    return {
        "largest_remainder": rounding.largest_remainder(shares, weights, inputs["lot"]),
        "cumulative": rounding.cumulative(shares, weights, inputs["lot"]),
        "seed_naive_total": float(naive.sum()),
    }


def pov(inputs: dict[str, Any]) -> dict[str, Any]:
    shares, others, rate, half = inputs["X"], inputs["others"], decimal(inputs["p"]), inputs["half"]
    own = participation.follow(shares, others, rate)
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
