"""Gates: what the venues of a symbol ask of a sender, and through which of them a child goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metaorder.core import pool
from metaorder.core.execution import Execution
from metaorder.domain.instrument import Instrument
from metaorder.domain.state import MarketState
from metaorder.domain.units import Nanos
from metaorder.routing.allocate import Parcel
from metaorder.routing.chances import adverse, weighed
from metaorder.routing.placement import Place, Wish
from metaorder.routing.venues import Route, VenueView, route


@dataclass(frozen=True, slots=True)
class Gate:
    """What a venue asks of a sender. latency: from sending to arrival, at most. instrument: the grid, at the venue's fees.

    dark: it shows nothing, and takes midpoint children alone. answer: from sending to its word of it, at most.
    """

    venue: str
    latency: Nanos
    instrument: Instrument
    dark: bool = False
    answer: Nanos = Nanos(0)


def reachable(gates: Sequence[Gate], now: Nanos, stop: Nanos) -> tuple[Gate | None, list[Gate]]:
    """The pool that a child would reach before `stop`, if there is one, and the lit venues likewise."""
    open_to = [gate for gate in gates if now + gate.latency < stop]
    return next((gate for gate in open_to if gate.dark), None), [gate for gate in open_to if not gate.dark]


def routed(place: Place, wish: Wish, gates: Sequence[Gate], market: MarketState, execution: Execution) -> Parcel | None:
    """Where a child goes: the one venue that there is, or the one that the router takes of those that trade."""
    seen = views(gates, market)
    single = not market.venues
    found = Route(place, gates[0].venue, market.quote, []) if single else route(place, wish, seen, execution.outcomes)
    if found is None:
        return None
    at = next(view for view in seen if view.venue == found.venue)
    return Parcel(found, None, weighed(found.place, wish, at, seen, market, execution.outcomes, execution.order.end))


def pooled(place: Place, dark: Gate | None, market: MarketState, execution: Execution) -> Parcel | None:
    """The one venue that offers the midpoint; what rests there beside lit children does so until near the end."""
    if dark is None:
        return None
    found = Route(place, dark.venue, market.quote, [])
    if execution.order.dark_fraction is None:
        return Parcel(found, None, {})
    return Parcel(found, pool.until(execution.order), pool.reason(execution, place))


def views(gates: Sequence[Gate], market: MarketState) -> list[VenueView]:
    """Each venue with what it shows; the one that there is shows what the symbol shows."""
    if not market.venues:
        return [VenueView(venue=gates[0].venue, instrument=gates[0].instrument, quote=market.quote)] if gates else []
    known = [gate for gate in gates if gate.venue in market.venues]
    waits = [adverse(market, gate.latency) for gate in known]
    return [
        VenueView(venue=gate.venue, instrument=gate.instrument, quote=market.venues[gate.venue], wait=wait)
        for gate, wait in zip(known, waits, strict=True)
    ]
