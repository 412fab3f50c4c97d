"""The analysis of one order as a document: costs by component, benchmarks, markouts, and why what is missing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np

from metaorder.domain.units import SECOND, price_text, quotient, quotient_text, rounded
from metaorder.tca.amounts import Amount
from metaorder.tca.benchmarks import NOT_ARRIVED, NOT_ENDED, benchmarks, closing, opening, slippage
from metaorder.tca.bounds import NO_DECAY, REACTS, Bounds, bounds
from metaorder.tca.facts import Fills, MarketFacts, OrderFacts, Price
from metaorder.tca.markouts import HORIZONS_S, NO_FILLS, By, Markouts, markouts
from metaorder.tca.measures import NOTHING_BESIDE, Beside, Subject, execution_fields, risk_fields
from metaorder.tca.participation import participation
from metaorder.tca.shortfall import NO_REFERENCE, Shortfall, shortfall
from metaorder.tca.sums import weighted

BPS = 10_000
DIGITS = 6

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Units:
    """What a point of price, and a point on a lot, are worth in `currency`; units in a lot."""

    point: Decimal
    money: Decimal
    lot: int
    currency: str


def report(order: OrderFacts, fills: Fills, market: MarketFacts, units: Units, beside: Beside = NOTHING_BESIDE) -> Doc:
    """Everything that can be said of an order's cost now. Costs are positive when worse for the trader; markouts when better."""
    filled = fills.total
    average = Fraction(weighted(fills.price, fills.lots), filled) if filled else None
    held = benchmarks(order, market, filled)
    cost = shortfall(order, fills)
    measured = markouts(order.sign, fills, market)
    shares = participation(order, market)
    own, others = shares.own, shares.others
    subject = Subject(order, fills, market, units.lot)
    executed, why_executed = execution_fields(subject, beside, shares)
    ran, why_ran = risk_fields(subject, beside, cost, held, measured.later)
    shifted = bounds(order, fills, market.quotes, market.decay) if market.basis == "replay" else None
    document: Doc = {
        "final": _final(order, fills, market),
        "side": "buy" if order.sign > 0 else "sell",
        "currency": units.currency,
        "quantity": order.lots * units.lot,
        "reduced_quantity": sum(change.lots for change in order.taken_back) * units.lot,
        "filled_quantity": filled * units.lot,
        "avg_price": shown_price(average, units),
        "arrival_price": shown_price(order.arrival.value, units),
        "decision_price": shown_price(order.decision.value, units),
        "end_price": shown_price(order.end.value, units),
        "arrival_wait_s": _seconds(order.waited),
        "duration_s": None if order.arrived is None or order.ended is None else _seconds(order.ended - order.arrived),
        "benchmarks": {name: shown_price(price.value, units) for name, price in held.items()},
        "sources": {"decision": order.decided_by, "open": opening(market)[1], "close": closing(market)[1]},
        "slippage_bps": {name: _slippage(order.sign, average, price) for name, price in held.items()},
        **_costs(cost, units),
        "impact_basis": market.basis,
        "impact_bounds": None if shifted is None else _bounds(cost, shifted, market, units),
        **_measures(measured),
        "participation": _share(own, own + others),
        "fill_rate": _share(filled, order.lots),
        "passive_share": _share(int(fills.lots[fills.maker].sum()), filled),
        **executed,
        **ran,
        "assumed_share": _share(int(fills.lots[~fills.certain].sum()), filled),
        "assumed_share_by_evidence": _assumed(fills),
        "fills": len(fills.lots),
        "crossed_fills": {
            "book": 0 if fills.crossed is None else int(fills.crossed.sum()),
            "reference": fills.reference_crossed,
        },
        "assumptions": {
            **market.assumptions,
            "pwp_rate": rounded(order.pwp_rate, DIGITS),
            "max_participation": rounded(order.pwp_rate if order.cap is None else order.cap, DIGITS),
            "participation_window_s": shares.window / SECOND,
        },
    }
    missing = _reasons(order, fills, held, cost, measured, own + others) | why_executed | why_ran
    if shifted is None:
        missing["impact_bounds"] = REACTS if market.basis == "simulated" else NO_REFERENCE
    else:
        missing |= {name: amount.why or "" for name, amount in _ranges(cost, shifted).items() if amount.value is None}
        missing |= {"decay": NO_DECAY} if market.decay is None else {}
    return document | {"missing": _by_field(document, missing)}


def _final(order: OrderFacts, fills: Fills, market: MarketFacts) -> bool:
    """Whether costs, window and markouts can no longer change: the order is terminal and its late facts are in."""
    last_markout = int(fills.ts.max()) + HORIZONS_S[-1] * SECOND if len(fills.ts) else order.stop
    return order.terminal and (market.closed or market.clock >= max(order.stop, last_markout))


def _costs(cost: Shortfall, units: Units) -> Doc:
    """The shortfall, cut both ways, in money and in basis points of the decision notional."""
    parts = {"walking": cost.walking, "displacement": cost.displaced}
    return {
        "decision_notional": _money(cost.notional, units),
        "is_amount": _money(cost.total, units),
        "is_bps": _bps(cost.total, cost.notional),
        "components_amount": {name: _money(amount, units) for name, amount in cost.components.items()},
        "components_bps": _parts_bps(cost.components, cost.total, cost.notional),
        "impact_and_timing_bps": _bps(cost.impact_and_timing, cost.notional),
        "impact_parts_bps": _all_bps(parts, cost.notional),
        "opportunity_canceled_by_client_bps": _bps(cost.canceled_by_client, cost.notional),
        "wagner_edwards_amount": {name: _money(amount, units) for name, amount in cost.wagner_edwards.items()},
        "wagner_edwards_bps": _parts_bps(cost.wagner_edwards, cost.total, cost.notional),
        "kissell_amount": {name: _money(amount, units) for name, amount in cost.kissell.items()},
        "kissell_bps": _parts_bps(cost.kissell, cost.total, cost.notional),
        "perold_amount": {name: _money(amount, units) for name, amount in cost.perold.items()},
        "perold_bps": _parts_bps(cost.perold, cost.total, cost.notional),
    }


def _ranges(cost: Shortfall, shifted: Bounds) -> dict[str, Amount]:
    """Impact, and the whole shortfall, on the tape as it is and on the tape shifted by what our takes displaced."""
    impact = cost.components["impact"]
    return {
        "lower_bps": impact,
        "central_bps": impact + shifted.filled_central,
        "upper_bps": impact + shifted.filled_upper,
        "is_lower_bps": cost.total,
        "is_central_bps": cost.total + shifted.filled_central + shifted.unfilled_central,
        "is_upper_bps": cost.total + shifted.filled_upper + shifted.unfilled_upper,
        "displacement": shifted.displaced,
    }


def _bounds(cost: Shortfall, shifted: Bounds, market: MarketFacts, units: Units) -> Doc:
    """The ranges in basis points of the decision notional; by how much our takes moved the mid against us, as a price."""
    ranges = _ranges(cost, shifted)
    moved = ranges.pop("displacement").value
    return {
        "basis": market.basis,
        **_all_bps(ranges, cost.notional),
        "displacement": shown_price(None if moved is None else Fraction(moved, 2), units),
        "takes": shifted.takes,
        "decay": None if market.decay is None else dict(market.decay.stated),
    }


def _assumed(fills: Fills) -> dict[str, float | None]:
    """The share of the filled lots that is assumed, by what the fills rest on."""
    names = sorted(set(fills.evidence))
    if len(names) == 1:
        return {names[0]: _share(int(fills.lots[~fills.certain].sum()), fills.total)}
    found = {}
    for name in names:
        of = np.array([each == name for each in fills.evidence], dtype=np.bool_)
        found[name] = _share(int(fills.lots[of & ~fills.certain].sum()), int(fills.lots[of].sum()))
    return found


def _measures(measured: Markouts) -> Doc:
    """Spreads and markouts, by horizon in seconds."""

    def by_horizon(values: By) -> Doc:
        return {str(horizon): _float_bps(values[horizon]) for horizon in HORIZONS_S}

    return {
        "markouts_bps": by_horizon(measured.markout),
        "markouts_covered": {str(horizon): round(measured.covered[horizon], DIGITS) for horizon in HORIZONS_S},
        "effective_spread_bps": _float_bps(measured.effective),
        "realized_spread_bps": by_horizon(measured.realized),
        "price_impact_bps": by_horizon(measured.impact),
    }


def _reasons(
    order: OrderFacts, fills: Fills, held: Mapping[str, Price], cost: Shortfall, measured: Markouts, volume: int
) -> dict[str, str]:
    """Why what is null is null: by the field's name, or by the benchmark's, component's or horizon's name within the field."""
    amounts = {"is_bps": cost.total, **cost.components, "impact_and_timing_bps": cost.impact_and_timing}
    amounts |= {"walking": cost.walking, "displacement": cost.displaced, "trading": cost.wagner_edwards["trading"]}
    found = {name: price.why or "" for name, price in held.items() if price.value is None}
    found |= {name: amount.why or "" for name, amount in amounts.items() if amount.value is None}
    found |= measured.missing
    if order.end.value is None:
        found["end_price"] = order.end.why or ""
    if not fills.total:
        found["avg_price"] = NO_FILLS
    if order.arrived is None or order.ended is None:
        found["duration_s"] = NOT_ARRIVED if order.arrived is None else NOT_ENDED
    if not volume:
        found["participation"] = NOT_ARRIVED if order.arrived is None else "nobody traded"
    return found


WHOSE = {
    "arrival_price": ("arrival",),
    "arrival_wait_s": ("arrival",),
    "decision_price": ("decision",),
    "decision_notional": ("decision",),
    "is_amount": ("is_bps",),
    "is_bps": ("decision",),
    "impact_and_timing_bps": ("decision",),
    "opportunity_canceled_by_client_bps": ("opportunity", "decision"),
    "passive_share": ("avg_price",),
    "assumed_share": ("avg_price",),
}
"""Whose reason is also a field's own."""


def _by_field(document: Doc, missing: dict[str, str]) -> dict[str, str]:
    """The reasons, with one under the name of every field that is null."""
    found = dict(missing)
    for field, names in WHOSE.items():
        why = next((missing[name] for name in names if name in missing), None)
        if document[field] is None and field not in found and why is not None:
            found[field] = why
    if not document["filled_quantity"]:
        found["slippage_bps"] = NO_FILLS
    return found


def shown_price(points: Fraction | None, units: Units) -> str | None:
    """A price as a decimal string: exact where the tape's grid holds it, else to six decimals."""
    if points is None:
        return None
    if points.denominator in {1, 2}:
        step = units.point / points.denominator
        return price_text(points.numerator, step)
    worth, scale = units.point.as_integer_ratio()
    return quotient_text(points.numerator * worth, points.denominator * scale, DIGITS)


def _money(amount: Amount, units: Units) -> str | None:
    """Money as a decimal string, exact, with two digits at least."""
    if amount.value is None:
        return None
    whole, _, digits = price_text(amount.value, units.money / 2).partition(".")
    return f"{whole}.{digits.rstrip('0').ljust(2, '0')}"


def _all_bps(amounts: Mapping[str, Amount], notional: Amount) -> dict[str, float | None]:
    return {name: _bps(amount, notional) for name, amount in amounts.items()}


def _parts_bps(parts: Mapping[str, Amount], total: Amount, notional: Amount) -> dict[str, float | None]:
    """Parts in basis points that add up to the rounded total: what rounding leaves goes to the parts that it cut most."""
    shown, whole = _all_bps(parts, notional), _bps(total, notional)
    if whole is None or not notional.value or any(amount.value is None for amount in parts.values()):
        return shown
    exact = {name: Fraction(amount.value or 0, notional.value) * BPS * 10**DIGITS for name, amount in parts.items()}
    units = {name: floor(value) for name, value in exact.items()}
    missing = round(whole * 10**DIGITS) - sum(units.values())
    for name in sorted(exact, key=lambda each: units[each] - exact[each])[:missing]:
        units[name] += 1
    return {name: value / 10**DIGITS for name, value in units.items()}


def _bps(amount: Amount, notional: Amount) -> float | None:
    if amount.value is None or not notional.value:
        return None
    return quotient(amount.value * BPS, notional.value, DIGITS)


def _float_bps(share: float | None) -> float | None:
    return None if share is None else round(share * BPS, DIGITS)


def _slippage(sign: int, average: Fraction | None, benchmark: Price) -> float | None:
    """What the average price cost against a benchmark [bps]."""
    if average is None or not benchmark.value:
        return None
    return rounded(slippage(sign, average, benchmark.value) * BPS, DIGITS)


def _share(part: int, whole: int) -> float | None:
    """A share of lots; None of nothing."""
    return quotient(part, whole, DIGITS) if whole else None


def _seconds(nanos: int | None) -> float | None:
    return None if nanos is None else nanos / SECOND
