"""Baskets: several parent orders asked for at once, checked leg by leg and made into one command; and how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from metaorder.algos.basket import MOST_LEGS, cash_of
from metaorder.calibration.run import COVARIANCE
from metaorder.core.baskets import tick_value
from metaorder.core.commands import AcceptBasket
from metaorder.core.convert import Doc
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import TERMINAL, ParentId, Side
from metaorder.domain.principal import Principal
from metaorder.domain.state import NO_BASIS, Basket, Leg
from metaorder.domain.units import Lots, Nanos, ratio_text
from metaorder.usecases import views
from metaorder.usecases.errors import Unprocessable
from metaorder.usecases.orders import MarketFacts, NewOrder, accept

LEG_FIELDS = frozenset(
    {
        "symbol",
        "side",
        "quantity",
        "client_order_id",
        "limit_price",
        "max_participation",
        "min_child_quantity",
        "max_child_quantity",
        "display_quantity",
        "placement",
        "child_sizes",
        "dark",
        "venues",
    }
)
"""What each leg says for itself; the rest is the basket's."""


def accept_basket(
    facts: MarketFacts,
    principal: Principal,
    name: str,
    legs: Sequence[NewOrder],
    parents: Sequence[ParentId],
    now: Nanos,
    body_hash: str,
) -> AcceptBasket:
    """The command that starts a basket. legs: as the client states them. parents: the ids that they get.

    Raises:
        Unprocessable: a field that breaks a rule: of a leg, at /legs/N/…, or of the basket.
    """
    accepts = []
    for place, (leg, parent) in enumerate(zip(legs, parents, strict=True)):
        try:
            accepts.append(accept(facts, principal, replace(leg, algo="basket", basket_id=name), parent, now, body_hash))
        except Unprocessable as wrong:
            errors = [(_pointer(place, pointer), detail) for pointer, detail in wrong.errors]
            raise Unprocessable(wrong.code, f"leg {place + 1}: {wrong.detail}", errors=errors, facts=wrong.facts) from None
    _check_together(facts, legs)
    return AcceptBasket(basket=name, legs=tuple(accepts))


def correlated(
    params: Mapping[str, Any], symbols: Sequence[str], calibration: str, result: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A basket's parameters with the correlation that a calibration found. result: None where it is not there or not done.

    Raises:
        Unprocessable: it is not of kind covariance, refused the matrix, or is not of all the legs' symbols; or one is stated too.
    """
    if result is None or result["kind"] != COVARIANCE:
        raise _refused("must be a calibration of this account, of kind covariance, that is done")
    for name in ("correlation", "correlation_source"):
        if params.get(name) is not None:
            raise _refused("stands where no correlation is stated: it says the same", pointer=f"/params/{name}")
    found = result.get("matrix")
    if found is None:
        why = next((each["reason"] for each in result["parameters"] if each["name"] == "shrinkage"), None)
        detail = "" if why is None else f": {why['code']}, {why['detail']}"
        raise _refused(f"must be one that did not refuse its matrix{detail}")
    strange = [symbol for symbol in symbols if symbol not in found["symbols"]]
    if strange:
        raise _refused(f"must be of every leg's symbol, was of {', '.join(found['symbols'])} and not of {strange[0]}")
    at = [found["symbols"].index(symbol) for symbol in symbols]
    rows = [[f"{found['correlation'][i][j]:.9f}" if i != j else "1" for j in at] for i in at]
    return {**params, "correlation": rows, "correlation_source": f"calibration {calibration}"}


def _refused(rule: str, *, pointer: str = "/calibration_id") -> Unprocessable:
    return Unprocessable("validation", f"calibration_id {rule}", errors=[(pointer, rule)])


def _pointer(place: int, pointer: str) -> str:
    return f"/legs/{place}{pointer}" if pointer.split("/")[1] in LEG_FIELDS else pointer


def _check_together(facts: MarketFacts, legs: Sequence[NewOrder]) -> None:
    first = facts.instruments[legs[0].symbol].currency
    for name, taken in (("symbol", [leg.symbol for leg in legs]), ("client_order_id", [leg.client_order_id for leg in legs])):
        for place, value in enumerate(taken):
            if value in taken[:place]:
                rule = f"{value} stands in leg {taken.index(value) + 1} already"
                raise Unprocessable("validation", rule, errors=[(f"/legs/{place}/{name}", rule)])
    for place, leg in enumerate(legs):
        currency = facts.instruments[leg.symbol].currency
        if currency != first:
            rule = f"traded in {first}, as the legs before it, was {currency}"
            raise Unprocessable("validation", f"a basket has one currency: {rule}", errors=[(f"/legs/{place}/symbol", rule)])
    rows = legs[0].params.get("correlation")
    if rows is not None and len(rows) != len(legs):
        rule = f"must have {len(legs)} rows, as many as there are legs, was {len(rows)}"
        raise Unprocessable("validation", f"params.correlation {rule}", errors=[("/params/correlation", rule)])


def shown(name: str, rows: Sequence[Mapping[str, Any]], instruments: Mapping[str, Instrument]) -> Doc:
    """A basket as it stands: rows of its legs, in their order. instruments: by symbol; empty where the market is gone."""
    legs = [views.from_row(row) for row in rows]
    first = legs[0]
    done = sum(leg["status"] in TERMINAL for leg in legs)
    quantity, filled = (sum(leg[each] for leg in legs) for each in ("quantity", "filled_quantity"))
    return {
        "basket_id": name,
        "market": first["market"],
        "session": first["session"],
        "currency": first["currency"],
        "params": first["params"],
        "start_time": first["start_time"],
        "end_time": first["end_time"],
        "status": _status(legs),
        "legs_done": done,
        "progress": {"quantity": quantity, "filled_quantity": filled},
        "cash": _cash(name, legs, rows, instruments),
        "legs": legs,
        "created_at": first["created_at"],
    }


def _status(legs: Sequence[Doc]) -> str:
    """In words of parent orders: what all legs are, or the most alive of them."""
    found = [leg["status"] for leg in legs]
    order = ("pending_cancel", "partially_filled", "new", "suspended", "canceled", "expired", "rejected", "filled")
    if any(each not in TERMINAL for each in found) and "filled" in found and "pending_cancel" not in found:
        return "partially_filled"
    return next(each for each in order if each in found)


def _cash(name: str, legs: Sequence[Doc], rows: Sequence[Mapping[str, Any]], instruments: Mapping[str, Instrument]) -> Doc:
    """What was spent and earned, and how far the two are apart, at the prices at which the legs arrived."""
    facts = []
    spent = {Side.BUY: Fraction(0), Side.SELL: Fraction(0)}
    missing = None
    for leg, row in zip(legs, rows, strict=True):
        instrument, arrival = instruments.get(leg["symbol"]), msgspec.json.decode(row["facts"]).get("arrival")
        value = Fraction(Decimal(row["notional"])) * (Fraction(instrument.unit_value) if instrument else 1)
        spent[Side(leg["side"])] += value
        if instrument is None or arrival is None:
            missing = f"{leg['symbol']} has not arrived in its market" if instrument else "the market is no longer in memory"
            continue
        facts.append(_leg(leg, instrument, arrival["quote"], value))
    cash: Doc = {"bought": ratio_text(spent[Side.BUY], 2), "sold": ratio_text(spent[Side.SELL], 2)}
    band = legs[0]["params"].get("cash_band")
    found = None if missing else cash_of(Basket(name, tuple(facts), 0), None)
    why = missing or (None if found else "the basket only buys or only sells")
    imbalance = None if found is None else ratio_text(Fraction(found.imbalance), 2)
    return {**cash, "imbalance": imbalance, "band": band, "missing": why}


def _leg(leg: Doc, instrument: Instrument, arrival: Mapping[str, str], spent: Fraction) -> Leg:
    mid = (Fraction(arrival["bid"]) + Fraction(arrival["ask"])) / 2
    unit, over = instrument.lot_size, leg["status"] in TERMINAL
    return Leg(
        symbol=leg["symbol"],
        side=Side(leg["side"]),
        lots=Lots((leg["filled_quantity"] if over else leg["quantity"]) // unit),
        filled=Lots(leg["filled_quantity"] // unit),
        working=Lots(0),
        planned=Lots(0),
        price=float(mid * unit * Fraction(instrument.unit_value)),
        spent=float(spent),
        basis=NO_BASIS,
        tick_value=tick_value(instrument),
    )


__all__ = ["MOST_LEGS", "accept_basket", "shown"]
