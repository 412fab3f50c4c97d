"""The `is_decomposition` and `spreads` vectors. That the service's own analysis says the same: tests/unit/models."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from metaorder.domain.errors import NotIdentified
from metaorder.models.glosten_harris import glosten_harris
from metaorder.models.huang_stoll import huang_stoll
from metaorder.models.is_decomposition import average_price, decompose
from metaorder.models.roll import roll_spread
from metaorder.models.spread_measures import spread_measures


def is_decomposition(inputs: dict[str, Any]) -> dict[str, Any]:
    prices = {name: inputs[name] for name in ("decision", "arrival", "final", "fees")}
    found = decompose(inputs["side"], inputs["X"], fills=inputs["fills"], **prices)
    traded = average_price(inputs["market_trades"])
    return {
        "filled": float(found.filled),
        "avg_price": None if found.average is None else float(found.average),
        "is_total": float(found.total),
        "is_bps": found.bps,
        "kissell": found.kissell.dollars(),
        "kissell_bps": found.kissell.bps(found.notional),
        "wagner_edwards": found.wagner_edwards.dollars(),
        "trading_instant": float(found.instant),
        "trading_timing": float(found.timing),
        "arrival_slippage_bps": found.slippage_bps(found.arrival),
        "market_vwap": None if traded is None else float(traded),
        "vwap_slippage_bps": found.slippage_bps(traded),
        "paper_return": float(found.paper),
        "real_return": float(found.real),
    }


def spreads(inputs: dict[str, Any]) -> dict[str, Any]:
    sides, volumes, prices = inputs["D"], inputs["volume"], inputs["price"]
    paid = spread_measures(sides, volumes, prices, inputs["mid"], inputs["mid_future"])
    found: dict[str, Any] = {"effective_bps": paid.effective, "realized_bps": paid.realised, "impact_bps": paid.impact}
    found |= {"roll": None, "gh": None, "hs": None}  # None where trades alone do not identify the spread
    with suppress(NotIdentified):
        found["roll"] = roll_spread(prices)
    with suppress(NotIdentified):
        parts = glosten_harris(prices, sides, volumes)
        found["gh"] = {"c0": parts.c0, "c1": parts.c1, "z0": parts.z0, "z1": parts.z1}
    with suppress(NotIdentified):
        split = huang_stoll(prices, sides)
        found["hs"] = {"S": split.spread, "lam": split.lam}
    return found


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"is_decomposition": is_decomposition, "spreads": spreads}
