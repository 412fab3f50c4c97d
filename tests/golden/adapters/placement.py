"""The vectors of Cont and Kukanov: cost of a split, one venue, two exponential venues, and scenarios in round lots."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from golden.words import one_of
from metaorder.models.ck_cost import Terms, realised
from metaorder.models.ck_exponential import TwoExponential
from metaorder.models.ck_grid import on_grid
from metaorder.models.ck_multi import Sample, optimise
from metaorder.models.ck_single import split
from metaorder.models.inputs import vector
from metaorder.models.outflow import Exponential, Gamma, LogNormal, Outflow


def terms(inputs: dict[str, Any]) -> Terms:
    single = not isinstance(inputs["r"], list)
    return Terms.of(
        shares=inputs["S"],
        half_spread=inputs["h"],
        taker_fee=inputs["f"],
        rebates=[inputs["r"]] if single else inputs["r"],
        impact=inputs["theta"],
        under=inputs["lu"],
        over=inputs["lo"],
        ahead=[inputs["Q"]] if single else inputs["Q"],
    )


def ck_cost(inputs: dict[str, Any]) -> dict[str, Any]:
    market, *limits = vector("X", inputs["X"], least=1)
    found = realised(terms(inputs), market, limits, inputs["xi"])
    return {
        "cost": found.cost.tolist(),
        "fills": found.fills.tolist(),
        "shortfall": found.shortfall.tolist(),
        "overfill": found.overfill.tolist(),
        "gradient": found.gradient.tolist(),
        "mean_cost": float(found.cost.mean()),
    }


def outflow(inputs: dict[str, Any]) -> Outflow:
    one_of("dist", inputs["dist"], ("exp", "gamma", "lognormal"))
    if inputs["dist"] == "exp":
        return Exponential(inputs["mean"])
    if inputs["dist"] == "gamma":
        return Gamma(inputs["shape"], inputs["scale"])
    return LogNormal(inputs["mu"], inputs["sigma"])


def ck_single(inputs: dict[str, Any]) -> dict[str, Any]:
    found = split(terms(inputs), outflow(inputs))
    return {
        "regime": found.regime,
        "lu_low": found.under_low if math.isfinite(found.under_low) else None,
        "lu_high": found.under_high if math.isfinite(found.under_high) else None,
        "M": found.market,
        "L": found.limit,
        "expected_cost": found.cost,
        "expected_fill": found.fill,
        "expected_shortfall": found.shortfall,
    }


def ck_multi_two_venue(inputs: dict[str, Any]) -> dict[str, Any]:
    expected = TwoExponential.of(terms(inputs), inputs["mean"])
    tried = expected.of_each(inputs["test_allocations"])
    best = optimise(expected, gap=1e-7)  # a cost near 0 is compared to a millionth of itself
    return {
        "expected_cost_at": [cost for cost, _, _ in tried],
        "expected_shortfall_at": [short for _, short, _ in tried],
        "expected_overfill_at": [over for _, _, over in tried],
        "min_cost": best.cost,
        "argmin": [best.market, *best.limits.tolist()],
        "market_only_cost": expected.expected(inputs["S"], [0.0, 0.0])[0],
    }


def ck_multi_exhaustive(inputs: dict[str, Any]) -> dict[str, Any]:
    sample = Sample.of(terms(inputs), inputs["scenarios"], inputs["prob"])
    found, best = on_grid(sample, inputs["lot"]), optimise(sample)
    assert best.bound - 1e-9 <= best.cost <= found.cost + 1e-5, "what need not be in lots costs no more"
    return {
        "min_cost": found.cost,
        "argmins": [[int(part) if part == int(part) else part for part in row] for row in found.best.tolist()],
        "n_argmins": len(found.best),
        "second_best_cost": found.second,
        "market_only_cost": found.market_only,
        "saving_vs_market": found.market_only - found.cost,
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "ck_cost": ck_cost,
    "ck_single": ck_single,
    "ck_multi_two_venue": ck_multi_two_venue,
    "ck_multi_exhaustive": ck_multi_exhaustive,
}
