"""How an order that works is doing: done against its band, its cost so far, its share, and whether it will be done."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from metaorder.core.preview import preview
from metaorder.core.underway import Wanted
from metaorder.domain.units import ratio_text, time_text
from metaorder.usecases.completing import will_complete
from metaorder.usecases.estimate_facts import Facts, curve_of, forecast
from metaorder.usecases.parameters import parameters
from metaorder.usecases.views import AVERAGE_DIGITS

DIGITS = 6
NOTHING_FILLED = "nothing is filled yet"
NOT_WORKED = "the order is not being worked, or its market shows one side alone"

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """An order that has arrived, and its market, as both are now. vwap: of others since the order's first second [points]."""

    facts: Facts
    wanted: Wanted | None
    vwap: float | None


def progress(underway: Underway) -> Doc:
    """The state of an order that works. What cannot be known is null, and `missing` says why. Costs: positive = worse."""
    facts = underway.facts
    execution, order, instrument = facts.execution, facts.order, facts.so_far.instrument
    lot, missing = instrument.lot_size, dict[str, str]()
    doc: Doc = {
        "type": "parent.progress",
        "ts": time_text(facts.so_far.now),
        "parent_id": order.id,
        "client_order_id": order.client_order_id,
        "symbol": order.symbol,
        "side": str(order.side),
        "status": str(execution.status),
        "waiting": None if execution.waiting is None else str(execution.waiting),
        "quantity": order.lots * lot,
        "filled_quantity": execution.filled * lot,
        "leaves_quantity": execution.leaves * lot,
        "open_quantity": execution.working * lot,
    }
    wanted = underway.wanted
    for name in ("target", "least", "most"):
        doc[f"{name}_quantity"] = None if wanted is None else getattr(wanted, name) * lot
    if wanted is None:
        missing["target_quantity"] = NOT_WORKED
    doc |= _costs(underway, missing)
    whole = execution.filled + facts.market.others
    doc["participation"] = round(execution.filled / whole, DIGITS) if whole else None
    if not whole:
        missing["participation"] = "nothing has traded since the order's arrival"
    return doc | _completion(facts, missing) | {"missing": missing}


def _costs(underway: Underway, missing: dict[str, str]) -> Doc:
    """The average price, and what it is against the arrival and against others' average price since."""
    execution, instrument = underway.facts.execution, underway.facts.so_far.instrument
    points = instrument.points_per_tick
    arrival = None if execution.arrival2 is None else execution.arrival2 * points / 2
    average = None if not execution.filled else Fraction(execution.notional * points, execution.filled)
    found: Doc = {"avg_price": None, "slippage_bps": {"arrival": None, "interval_vwap": None}}
    if average is None:
        return found | _no(missing, NOTHING_FILLED, "avg_price", "slippage_bps.arrival", "slippage_bps.interval_vwap")
    found["avg_price"] = ratio_text(average * Fraction(instrument.point_size), AVERAGE_DIGITS)
    for name, mark, why in (
        ("arrival", arrival, "there was no mid at the arrival"),
        ("interval_vwap", underway.vwap, "nobody else has traded since the order's arrival"),
    ):
        if mark is None:
            missing[f"slippage_bps.{name}"] = why
        else:
            found["slippage_bps"][name] = round(execution.order.side.sign * (float(average) - mark) / mark * 1e4, DIGITS)
    return found


def _no(missing: dict[str, str], why: str, *names: str) -> Doc:
    missing |= dict.fromkeys(names, why)
    return {}


def _completion(facts: Facts, missing: dict[str, str]) -> Doc:
    """How likely what is left is to be done by the end, by the volume that is still expected and how far off that may be.

    The same code as an estimate's, from now on.
    """
    name, execution = "completion_probability", facts.execution
    if not execution.leaves:
        return {name: 1.0}
    if not execution.status.live:
        return {name: None} | _no(missing, "the order is suspended or being ended", name)
    known = parameters({}, facts.profile, facts.so_far)
    curve = curve_of(known["curve"], facts)
    points = preview(execution, facts.market, forecast(known["adv"], curve, facts))
    if known["volume_sd"].value is None:
        return {name: None} | _no(missing, f"volume_sd is not known: {known['volume_sd'].why}", name)
    found = will_complete(facts, known, curve, points)
    return {name: None} | _no(missing, found, name) if isinstance(found, str) else {name: found.probability}
