"""What an analysis says of an order's execution beside its cost, as fields of its document; and why what is null is null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from metaorder.domain.units import Nanos, time_text
from metaorder.tca.benchmarks import NOT_ARRIVED
from metaorder.tca.execution import ImpactUsed, Working, capture, price_improvement, quoted_spread, waiting
from metaorder.tca.facts import NO_PRICE, Fills, Ints, MarketFacts, OrderFacts, Price
from metaorder.tca.markouts import NO_FILLS
from metaorder.tca.participation import Participation
from metaorder.tca.reversion import reversion
from metaorder.tca.risk import Expected, probability, risk, settled, z_score
from metaorder.tca.shortfall import Shortfall
from metaorder.tca.tracking import clairvoyant

BPS = 10_000
DIGITS = 6
NEAR_NS = 60 * 10**9

NO_CHILDREN = "no child order was sent"
NO_ESTIMATE = "the order refers to no estimate"
NO_UNTOUCHED = "only a simulated market can be run again without the order"
NO_TWIN = "the market without the order is not known"

VWAPS = tuple(f"{span}_vwap{kind}" for span in ("interval", "window") for kind in ("", "_incl_own", "_recorded"))

NO_QUEUE = "no child joined a queue"
NO_IMPACT = "the algorithm reckons with no impact of its own fills that fades"
OF_CHILDREN = ("impact_used", "queue_known_share", "cancel_ratio", "average_child_quantity", "time_to_fill_s", "spread_capture")

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of an order beside its fills. working: its children. expected: its forecast, or why there is none."""

    working: Working | None = None
    expected: Expected | str = NO_ESTIMATE


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True)
class Subject:
    """An order with its fills and its market."""

    order: OrderFacts
    fills: Fills
    market: MarketFacts
    lot: int


def execution_fields(subject: Subject, beside: Beside, shares: Participation) -> tuple[Doc, dict[str, str]]:
    """Spreads, waiting, children, participation; and reasons."""
    order, fills = subject.order, subject.fills
    document, missing = _children(subject, beside.working)
    quoted, better = quoted_spread(order.sign, fills), price_improvement(order.sign, fills)
    document |= {"quoted_spread_bps": _bps(quoted), "price_improvement_bps": _bps(better)}
    if quoted is None:
        missing["quoted_spread_bps"] = NO_FILLS if not fills.total else "no fill had a two-sided book before it"
    if better is None:
        missing["price_improvement_bps"] = "nothing was taken from a two-sided book" if fills.total else NO_FILLS
    document |= _participation(shares, subject.lot)
    for name in ("participation_peak", "participation_mean"):
        if document[name] is None:
            why = "nobody traded" if name.endswith("mean") else "we did not trade while the order could work"
            missing[name] = NOT_ARRIVED if order.arrived is None else why
    return document, missing


def risk_fields(
    subject: Subject, beside: Beside, cost: Shortfall, held: Mapping[str, Price], mids: Mapping[int, Ints]
) -> tuple[Doc, dict[str, str]]:
    """Reversion, what impact left behind, risk, the forecast's score, and how far benchmarks of a kind agree; and reasons."""
    document: Doc = {}
    missing: dict[str, str] = {}
    order, fills, market = subject.order, subject.fills, subject.market

    def put(name: str, value: Doc | str) -> None:
        document[name] = None if isinstance(value, str) else value
        if isinstance(value, str):
            missing[name] = value

    put("reversion", _reversion(subject, mids))
    put("impact_split_bps", _settled(subject))
    ran = risk(order, fills, market.quotes, min(market.clock, market.closes))
    if isinstance(ran, str):
        put("risk", ran)
    else:
        document["risk"] = {
            "volatility_bps_per_sqrt_hour": _bps(ran.volatility),
            "cost_sd_bps": _bps(ran.cost_sd),
            "cost_variance_bps2": round((ran.cost_sd * BPS) ** 2, DIGITS),
            "minutes": ran.steps,
        }
    put("forecast", _forecast(beside.expected, cost, fills.total))
    average = fills_average(fills)
    put("decision_efficiency", _efficiency(order, market, average))
    put("robustness_vwap", _robust({name: held[name] for name in VWAPS}, order.sign, average))
    put("robustness_arrival", _robust(_arrivals(order, market), order.sign, average))
    return document, missing


def fills_average(fills: Fills) -> float | None:
    """The average price of the fills [points], for statistics."""
    return float(np.average(fills.price, weights=fills.lots)) if fills.total else None


def _children(subject: Subject, working: Working | None) -> tuple[Doc, dict[str, str]]:
    order, fills, lot = subject.order, subject.fills, subject.lot
    document: Doc = dict.fromkeys(OF_CHILDREN)
    document["children"] = 0 if working is None else working.children
    document["average_fill_quantity"] = round(fills.total * lot / len(fills.lots), DIGITS) if fills.total else None
    missing: dict[str, str] = {}
    if not fills.total:
        missing |= dict.fromkeys(("average_fill_quantity", "time_to_fill_s", "spread_capture"), NO_FILLS)
    if working is None or not working.children:
        missing = dict.fromkeys(OF_CHILDREN, NO_CHILDREN) | missing
        return document, missing
    document["cancel_ratio"] = round(working.canceled / working.children, DIGITS)
    document["queue_known_share"] = None if working.queue_known is None else round(working.queue_known, DIGITS)
    if working.queue_known is None:
        missing["queue_known_share"] = NO_QUEUE
    document["impact_used"] = None if working.impact is None else _impact_used(working.impact)
    if working.impact is None:
        missing["impact_used"] = NO_IMPACT
    document["average_child_quantity"] = round(working.sent * lot / working.children, DIGITS)
    if fills.total and order.arrived is not None:
        took = waiting(fills, working, order.arrived)
        document["time_to_fill_s"] = {"first": took.first, "mean": round(took.mean, DIGITS), "median": took.median}
        won = capture(order.sign, fills, working, subject.market.quotes)
        if won.net is None or won.gross is None:
            missing["spread_capture"] = "no lot was first placed passively, or its mid ten seconds later is not known"
        else:
            document["spread_capture"] = {"net": round(won.net, DIGITS), "gross": round(won.gross, DIGITS)}
    elif fills.total:
        missing["time_to_fill_s"] = missing["spread_capture"] = NOT_ARRIVED
    return document, missing


def _impact_used(used: ImpactUsed) -> Doc:
    lowest, highest = used.strength or (None, None)
    return {"beta": list(used.beta), "lambda": None if lowest is None else [lowest, highest], "lambda_from": used.source}


def _participation(shares: Participation, lot: int) -> Doc:
    return {
        "participation_peak": None if shares.peak is None else round(shares.peak, DIGITS),
        "participation_mean": None if shares.mean is None else round(shares.mean, DIGITS),
        "participation_buckets": [
            {
                "start": time_text(Nanos(bucket.start)),
                "end": time_text(Nanos(bucket.end)),
                "own": bucket.own * lot,
                "others": bucket.others * lot,
                "participation": None if bucket.share is None else round(bucket.share, DIGITS),
            }
            for bucket in shares.buckets
        ],
    }


def _reversion(subject: Subject, mids: Mapping[int, Ints]) -> Doc | str:
    found = reversion(subject.order.sign, subject.fills, mids)
    if isinstance(found, str):
        return found
    return {
        "half_life_s": round(found.half_life_s, 3),
        "transient_bps": _bps(found.transient),
        "permanent_bps": _bps(found.permanent),
        "transient_error_bps": _bps(found.error),
        "fills": found.fills,
    }


def _settled(subject: Subject) -> Doc | str:
    order, market = subject.order, subject.market
    if market.basis == "replay":
        return NO_UNTOUCHED
    if market.untouched is None:
        return NOT_ARRIVED if order.arrived is None else NO_TWIN
    found = settled(order.sign, order, market.quotes, market.untouched, min(market.clock, market.closes))
    return found if isinstance(found, str) else {"temporary": _bps(found.temporary), "permanent": _bps(found.permanent)}


def _forecast(expected: Expected | str, cost: Shortfall, filled: int) -> Doc | str:
    """The forecast beside what came: the cost of trading from the arrival on, on the decision notional."""
    if isinstance(expected, str):
        return expected
    if not filled:
        return NO_FILLS
    came = cost.wagner_edwards["trading"] + cost.components["fees"]
    if came.value is None or not cost.notional.value:
        return came.why or "the decision notional is not known"
    realized = came.value / cost.notional.value * BPS
    z = z_score(realized, expected)
    if z is None:
        return "the estimate has no spread to measure the surprise by"
    return {
        "estimate_id": expected.estimate_id,
        "expected_cost_bps": expected.cost_bps,
        "sd_bps": round(expected.sd_bps, DIGITS),
        "realized_cost_bps": round(realized, DIGITS),
        "z_score": round(z, DIGITS),
        "probability": round(probability(z), DIGITS),
    }


def _efficiency(order: OrderFacts, market: MarketFacts, average: float | None) -> Doc | str:
    """What was paid against the arrival, beside what a clairvoyant would have paid for all of it: who knew the window's tape."""
    if average is None:
        return NO_FILLS
    if not order.arrival.value or market.recorded is None:
        return (order.arrival.why or "") if not order.arrival.value else NO_TWIN
    if market.clock < order.stop:
        return "the market ended before the window did" if market.closed else "the window has not ended"
    cap = order.pwp_rate if order.cap is None else order.cap
    best = clairvoyant(order.sign, market.recorded, order.lots, order.start, order.stop, cap)
    if best is None:
        return "the window's volume does not hold the order at its cap"
    arrival = float(order.arrival.value)
    realized, oracle = (order.sign * (paid - arrival) / arrival * BPS for paid in (average, best))
    ratio = round(realized / oracle, DIGITS) if round(oracle, DIGITS) else None
    return {"realized_bps": round(realized, DIGITS), "oracle_bps": round(oracle, DIGITS), "ratio": ratio}


def _arrivals(order: OrderFacts, market: MarketFacts) -> dict[str, Price]:
    """The arrival, the decision, and the mid a minute before and after the arrival."""
    found = {"arrival": order.arrival, "decision": order.decision}
    if order.arrived is not None:
        times = np.array([order.arrived - NEAR_NS, order.arrived + NEAR_NS], dtype=np.int64)
        later = times > min(market.clock, market.closes)
        mids = np.where(later, NO_PRICE, market.quotes.at(times)).tolist()
        for name, mid in zip(("minute_before", "minute_after"), mids, strict=True):
            found[name] = Price.missing("no mid") if mid == NO_PRICE else Price.known(Fraction(mid, 2))
    return found


def _robust(prices: Mapping[str, Price], sign: int, average: float | None) -> Doc | str:
    """Slippage against benchmarks that mean the same thing: how far apart it comes out, and whether its sign holds."""
    if average is None:
        return NO_FILLS
    known = {name: float(price.value) for name, price in prices.items() if price.value}
    if len(known) < 2:
        return "fewer than two benchmarks of the kind are known"
    found = {name: sign * (average - price) / price * BPS for name, price in known.items()}
    low, high = min(found.values()), max(found.values())
    return {
        "low_bps": round(low, DIGITS),
        "high_bps": round(high, DIGITS),
        "agree": low >= 0 or high <= 0,
        "variants": {name: round(value, DIGITS) for name, value in found.items()},
    }


def _bps(share: float | None) -> float | None:
    return None if share is None else round(share * BPS, DIGITS)
