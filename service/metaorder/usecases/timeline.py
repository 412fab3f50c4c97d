"""An order while it works: how much was done by when, at what price, against its schedule and the market's volume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from metaorder.domain.order import TERMINAL
from metaorder.domain.units import Nanos, rounded, time_text
from metaorder.tca.benchmarks import slippage
from metaorder.tca.facts import Ints, OrderFacts, Price
from metaorder.tca.participation import workable
from metaorder.tca.report import shown_price
from metaorder.usecases.analyse import Case, order_facts, units_of
from metaorder.usecases.fill_facts import Grid, read_fills
from metaorder.usecases.market_facts import market_facts, quotes_of
from metaorder.usecases.planned import plan

MOST_POINTS = 121
DIGITS = 6
BPS = 10_000
NOTHING_YET = "nothing was filled by then"
NOBODY_YET = "nobody had traded by then"

Doc = dict[str, Any]
Column = Sequence[Any]


def timeline(case: Case) -> Doc:
    """Points from the order's start to now or its end. Quantities in units; null is what cannot be known, `missing` says why."""
    row, now = case.parent, int(case.record.clock)
    missing: dict[str, str] = {}
    head = {"parent_id": row["id"], "status": row["status"], "quantity": row["quantity"], "clock": time_text(Nanos(now))}
    if row["started"] is None:
        missing["points"] = "the order has not started"
        return {**head, "final": row["status"] in TERMINAL, "points": [], "missing": missing}
    start = int(row["started"])
    end = max(start, min(now, int(row["ended"] or now)))
    last = MOST_POINTS - 1
    times = np.unique(np.array([start + (end - start) * k // last for k in range(MOST_POINTS)], dtype=np.int64))
    quotes = quotes_of(case.record, case.instrument)
    order = order_facts(case, quotes)
    drawn = plan(case)
    target, least, most = drawn.at(times)
    columns: dict[str, Column] = {"ts": [time_text(Nanos(ts)) for ts in times.tolist()]}
    columns |= _fills(case, order, times, missing)
    columns |= {"target_quantity": target, "least_quantity": least, "most_quantity": most}
    market = market_facts(case.record, quotes, case.market, row, frozenset([row["id"]]), None, case.instrument)
    own, whole = (_by(workable(tape.between(start, end), order), times) for tape in (market.own, market.whole))
    columns["participation"] = [round(mine / all_, DIGITS) if all_ else None for mine, all_ in zip(own, whole, strict=True)]
    reasons = {"target_quantity": drawn.why_not(times), "participation": NOBODY_YET if None in columns["participation"] else None}
    missing |= {name: why for name, why in reasons.items() if why is not None}
    points = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return {**head, "final": row["status"] in TERMINAL, "points": points, "missing": missing}


def _by(tape: Any, times: Ints) -> list[int]:
    """Lots printed by each time."""
    reached = np.concatenate([[0], np.cumsum(tape.lots)])
    found: list[int] = reached[np.searchsorted(tape.ts, times, side="right")].tolist()
    return found


def _fills(case: Case, order: OrderFacts, times: Ints, missing: dict[str, str]) -> Mapping[str, Column]:
    """Quantity done, its average price, and what that cost against the arrival of what was asked for by then."""
    docs = read_fills(case.fills, case.parent["filled"])
    points = Grid(case.instrument.point_size)
    ts = np.array([fill["ts"] for fill in case.fills[: len(docs)]], dtype=np.int64)
    at = np.searchsorted(ts, times, side="right")
    quantity = np.array([doc.quantity for doc in docs], dtype=np.int64)
    price = np.array([points[doc.price] for doc in docs], dtype=np.int64)
    done, paid = (np.concatenate([[0], np.cumsum(each)])[at].tolist() for each in (quantity, quantity * price))
    averages = [Fraction(p, q) if q else None for p, q in zip(paid, done, strict=True)]
    costs = [_cost(order, average, ts) for average, ts in zip(averages, times.tolist(), strict=True)]
    if None in averages:
        missing["avg_price"] = missing["slippage_bps"] = NOTHING_YET
    arrival = _arrival(order, int(times[-1]))
    if arrival.value is None:
        missing["slippage_bps"] = arrival.why or ""
    units = units_of(case.instrument)
    return {
        "filled_quantity": done,
        "avg_price": [shown_price(average, units) for average in averages],
        "slippage_bps": costs,
    }


def _cost(order: OrderFacts, average: Fraction | None, ts: int) -> float | None:
    """Slippage of an average price against the arrival, positive = worse."""
    arrival = _arrival(order, ts).value
    return rounded(slippage(order.sign, average, arrival) * BPS, DIGITS) if average is not None and arrival else None


def _arrival(order: OrderFacts, ts: int) -> Price:
    """The arrival price of what was asked for by a time, weighted over its lots."""
    asked = [tranche for tranche in order.tranches if tranche.ts <= ts]
    known = [(tranche.lots, tranche.arrival.value) for tranche in asked if tranche.arrival.value is not None]
    if len(known) < len(asked):
        return next(tranche.arrival for tranche in asked if tranche.arrival.value is None)
    lots = sum(lots for lots, _ in known)
    return Price.known(sum((lots * value for lots, value in known), Fraction(0)) / lots)
