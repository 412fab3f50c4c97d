"""An order while it works: how much was done by when, at what price, against its schedule and the market's volume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.order import TERMINAL, Side
from metaorder.domain.units import Nanos, time_text, to_nanos
from metaorder.sim.record import AUCTION
from metaorder.usecases.analyse import Case

MOST_POINTS = 121
DIGITS = 6
FOLLOWS = "the schedule follows the market's volume and cannot be known ahead"

Doc = dict[str, Any]


def timeline(case: Case) -> Doc:
    """Points from the order's start to now or its end. Quantities in units; null is what cannot be known, `missing` says why."""
    row, now = case.parent, int(case.record.clock)
    facts, terms = msgspec.json.decode(row["facts"]), msgspec.json.decode(row["terms"])
    missing: dict[str, str] = {}
    head = {"parent_id": row["id"], "status": row["status"], "quantity": row["quantity"], "clock": time_text(Nanos(now))}
    if row["started"] is None:
        missing["points"] = "the order has not started"
        return {**head, "final": row["status"] in TERMINAL, "points": [], "missing": missing}
    start = int(row["started"])
    end = max(start, min(now, int(row["ended"] or now)))
    last = MOST_POINTS - 1
    times = np.unique(np.array([start + (end - start) * k // last for k in range(MOST_POINTS)], dtype=np.int64))
    points = [{"ts": time_text(Nanos(int(ts)))} for ts in times]
    drawn = facts.get("schedule", {}).get("points", [])
    if not drawn:
        missing["target"] = FOLLOWS
    columns = {**_fills(case, facts, times), **_planned(drawn, terms, times), **_volumes(case, start, times)}
    for name, column in columns.items():
        for point, value in zip(points, column, strict=True):
            point[name] = value
    return {**head, "final": row["status"] in TERMINAL, "points": points, "missing": missing}


def _fills(case: Case, facts: Doc, times: np.typing.NDArray[np.int64]) -> Mapping[str, list[Any]]:
    """Quantity done, its average price, and what that cost against the arrival."""
    docs = [msgspec.json.decode(fill["doc"]) for fill in case.fills]
    ts = np.array([fill["ts"] for fill in case.fills], dtype=np.int64)
    quantity = np.array([doc["quantity"] for doc in docs], dtype=np.float64)
    price = np.array([float(doc["price"]) for doc in docs])
    at = np.searchsorted(ts, times, side="right")
    done = np.concatenate([[0.0], np.cumsum(quantity)])[at]
    paid = np.concatenate([[0.0], np.cumsum(quantity * price)])[at]
    average = [round(float(p / q), DIGITS) if q else None for p, q in zip(paid, done, strict=True)]
    quote = facts["arrival"]["quote"]
    known = quote["bid"] is not None and quote["ask"] is not None
    arrival = (float(quote["bid"]) + float(quote["ask"])) / 2 if known else None
    sign = Side(case.parent["side"]).sign
    slippage = [
        None if price is None or arrival is None else round(sign * (price - arrival) / arrival * 1e4, DIGITS) for price in average
    ]
    return {"filled_quantity": done.astype(int).tolist(), "avg_price": average, "slippage_bps": slippage}


def _planned(drawn: list[Any], terms: Doc, times: np.typing.NDArray[np.int64]) -> Mapping[str, list[Any]]:
    """The schedule in force, and its band."""
    if not drawn:
        nothing = [None] * len(times)
        return {"target_quantity": nothing, "least_quantity": nothing, "most_quantity": nothing}
    ts = np.array([to_nanos(time) for time, _ in drawn], dtype=np.int64)
    planned = np.array([quantity for _, quantity in drawn], dtype=np.int64)
    at = np.searchsorted(ts, times, side="right")
    target = np.concatenate([[0], planned])[at]
    whole = terms["quantity"]
    least = np.maximum(target - int(float(terms["band_behind"]) * whole), 0)
    most = np.minimum(target + int(float(terms["band_ahead"]) * whole), whole)
    return {"target_quantity": target.tolist(), "least_quantity": least.tolist(), "most_quantity": most.tolist()}


def _volumes(case: Case, start: int, times: np.typing.NDArray[np.int64]) -> Mapping[str, list[Any]]:
    """The order's share of the volume since its start."""
    prints = case.record.prints
    prints = prints[((prints["flags"] & AUCTION) == 0) & (prints["ts"] >= start)]
    keys = np.array([name == case.parent["id"] for name in case.record.parents], dtype=np.bool_)
    mine = keys[prints["parent"]] | keys[prints["counterparty"]]
    at = np.searchsorted(prints["ts"], times, side="right")
    own, whole = (np.concatenate([[0], np.cumsum(lots)])[at] for lots in (prints["lots"] * mine, prints["lots"]))
    return {"participation": [round(float(a / b), DIGITS) if b else None for a, b in zip(own, whole, strict=True)]}
