"""What the facts of a market say that it trades: enough to read its journal, whether it is in memory or not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from metaorder.domain.instrument import FeeUnit, Instrument


def floors_of(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Symbol, venue and instrument of each floor, in their order; of a market with one floor, that one."""
    alone = {"symbol": facts["instrument"]["symbol"], "venue": facts["venue"], "instrument": facts["instrument"]}
    floors: list[Mapping[str, Any]] = facts.get("floors", [alone])
    return floors


def instruments_of(facts: Mapping[str, Any]) -> dict[str, Instrument]:
    """The instrument of each symbol, at the fees of its first venue."""
    found: dict[str, Instrument] = {}
    for floor in floors_of(facts):
        found.setdefault(floor["symbol"], instrument_of(floor["instrument"]))
    return found


def instrument_of(facts: Mapping[str, Any]) -> Instrument:
    """The instrument that a market's facts describe."""
    return Instrument(
        symbol=facts["symbol"],
        mic=facts["mic"],
        currency=facts["currency"],
        tick_size=Decimal(facts["tick_size"]),
        unit_size=Decimal(facts.get("unit_size", "1")),  # journals of 0.1.0 before there was one
        lot_size=facts["lot_size"],
        points_per_tick=facts["points_per_tick"],
        multiplier=facts["multiplier"],
        taker_fee=Decimal(facts["taker_fee"]),
        maker_fee=Decimal(facts["maker_fee"]),
        fee_unit=FeeUnit(facts.get("fee_unit", FeeUnit.PER_UNIT)),
    )
