"""How a venue served an account: fill rate, expected against achieved cost a unit with their difference, time to fill."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from scipy import stats

from metaorder.domain.units import SECOND
from metaorder.ports.queries import VenueCosts

Doc = dict[str, Any]
DIGITS = 9
FEWEST = 5
"""Children that were filled; fewer say nothing of a difference."""


def performance(venue: str, sums: Sequence[VenueCosts]) -> Doc:
    """The document: by symbol, what rested, what took and both together."""
    symbols = []
    for symbol, currency in dict.fromkeys((each.symbol, each.currency) for each in sums):
        here = [each for each in sums if (each.symbol, each.currency) == (symbol, currency)]
        ways = {
            way: next((each for each in here if each.rests is rests), None)
            for way, rests in (("resting", True), ("taking", False))
        }
        together = here[0] if len(here) == 1 else _added(here[0], here[1])
        said = {way: None if each is None else _way(each) for way, each in ways.items()}
        symbols.append({"symbol": symbol, "currency": currency, **said, "all": _way(together)})
    return {"venue": venue, "symbols": symbols}


def _way(each: VenueCosts) -> Doc:
    """Costs are of the units whose fills have both a cost and an expectation, weighed by units."""
    weight = each.weight
    difference, low, high = _difference(each)
    return {
        "children": each.children,
        "refused": each.refused,
        "children_filled": each.reached,
        "fills": each.fills,
        "quantity": each.quantity,
        "filled_quantity": each.filled,
        "fill_rate": _digits(each.filled / each.quantity) if each.quantity else None,
        "maker_share": _digits(each.maker / each.traded) if each.traded else None,
        "expected_cost": _digits(each.expected / weight) if weight else None,
        "achieved_cost": _digits(each.cost / weight) if weight else None,
        "difference": {"mean": _digits(difference), "low": _digits(low), "high": _digits(high)},
        "time_to_first_fill_s": None if each.waited_ns is None else _digits(each.waited_ns / SECOND),
        "says": _says(each, low, high),
    }


def _difference(each: VenueCosts) -> tuple[float | None, float | None, float | None]:
    """Achieved less expected, with the interval at 95 % of a ratio of sums whose parts are the children.

        R = sum d / sum w,   se^2 = n / (n - 1) (sum d^2 - 2 R sum d w + R^2 sum w^2) / (sum w)^2

    The fills of one child rest on one decision: they are not independent, so that children are counted and not fills.
    """
    n, weight = each.known, each.weight
    if not n or not weight:
        return None, None, None
    ratio = (each.cost - each.expected) / weight
    if n < 2:
        return ratio, None, None
    spread = max(0.0, each.more_more - 2 * ratio * each.more_weight + ratio * ratio * each.weight_weight)
    half = float(stats.t.ppf(0.975, n - 1)) * math.sqrt(n / (n - 1) * spread) / weight
    return ratio, ratio - half, ratio + half


def _says(each: VenueCosts, low: float | None, high: float | None) -> str:
    if each.known < FEWEST or low is None or high is None:
        return f"not enough data to say: {each.known} children with an expected cost were filled"
    if low > 0:
        return "dearer than expected"
    if high < 0:
        return "cheaper than expected"
    return "no difference is shown"


def _added(first: VenueCosts, second: VenueCosts) -> VenueCosts:
    """Both ways together; the time to the first fill is weighed by the children that were filled."""
    plain = {"symbol", "currency", "rests", "waited_ns"}
    sums = {f.name: getattr(first, f.name) + getattr(second, f.name) for f in fields(VenueCosts) if f.name not in plain}
    waits = [(each.waited_ns, each.reached) for each in (first, second) if each.waited_ns is not None and each.reached]
    count = sum(reached for _, reached in waits)
    waited = sum(wait * reached for wait, reached in waits) / count if count else None
    return replace(first, waited_ns=waited, **sums)


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
