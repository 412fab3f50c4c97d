"""What an account's earlier orders met at the venues of a symbol, made into what an order begins with."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from metaorder.domain.instrument import Instrument
from metaorder.domain.outcome import Outcome, VenueHistory
from metaorder.domain.units import MINUTE, Lots, Nanos
from metaorder.ports.queries import HistoryAsked, VenueMet
from metaorder.routing.history import scaled

DAY = 24 * 60 * MINUTE


def asked(instrument: Instrument, days: int, now: Nanos) -> HistoryAsked:
    """The question, at a time of the market: nothing that it has not come to yet counts."""
    return HistoryAsked(
        symbol=instrument.symbol,
        currency=instrument.currency,
        lot_size=instrument.lot_size,
        since=Nanos(now - days * DAY),
        until=now,
    )


def begins_with(met: Sequence[VenueMet], instrument: Instrument, days: int, lots: Lots) -> VenueHistory:
    """The history of an order of so many lots, on its instrument's grid; without any it says why."""
    venues = scaled({each.venue: _outcome(each, instrument) for each in met}, lots)
    if venues:
        return VenueHistory(days=days, venues=venues)
    if met:
        return VenueHistory(days=days, missing="what was met weighs less than a lot of this order")
    return VenueHistory(days=days, missing=f"no child of this account in {instrument.symbol} in the {days} days before")


def _outcome(each: VenueMet, instrument: Instrument) -> Outcome:
    """Sums of the database, which are units and money as floats, in lots and points x lots: to the nearest."""
    lot, money = instrument.lot_size, Fraction(instrument.money_size)
    return Outcome(
        expected=Lots(round(each.expected)),
        filled=Lots(each.filled // lot),
        rested=Lots(each.rested // lot),
        rested_more=round(Fraction(each.rested_more) / money),
        took=Lots(each.took // lot),
        took_more=round(Fraction(each.took_more) / money),
    )
