"""Gates: what the venues of a symbol ask of a sender, and through which of them a child goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metaorder.core import pool
from metaorder.core.execution import Execution
from metaorder.domain.child import ChildType
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import Side
from metaorder.domain.state import MarketState
from metaorder.domain.units import MILLISECOND, Nanos, Ticks
from metaorder.routing.allocate import Parcel
from metaorder.routing.chances import adverse, unseen, weighed
from metaorder.routing.costs import expected
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


def pooled(
    place: Place, dark: Gate | None, wish: Wish, lit: Sequence[Gate], market: MarketState, execution: Execution
) -> Parcel | None:
    """The one venue that offers the midpoint; what rests there beside lit children does so until near the end.

    lit: the gates that it could have gone through instead, which its reason compares it with.
    """
    if dark is None:
        return None
    found = Route(place, dark.venue, market.quote, [])
    order, grid = execution.order, dark.instrument
    if order.dark_fraction is None:
        return Parcel(found, None, unseen(place, wish, grid, views(lit, market), market, execution.outcomes, order.end))
    until = pool.until(order)
    weighed_up = unseen(place, wish, grid, views(lit, market), market, execution.outcomes, until)
    return Parcel(found, until, {**pool.reason(execution, place), **weighed_up})


def expected_cost(side: Side, routed: Route, gates: Sequence[Gate], market: MarketState) -> int | None:
    """What a child is expected to cost against the mid, at the fees of its venue [points x lots]."""
    mid2, action = market.quote.mid2, routed.place
    assert mid2 is not None, "nothing is sent without a mid"
    grid = next(gate.instrument for gate in gates if gate.venue == routed.venue)
    if action.type is ChildType.MIDPOINT:
        return grid.fee(Ticks(mid2 // 2), action.lots, maker=True)
    return expected(side, action.price, action.lots, action.time_in_force, routed.quote.far(side), mid2, grid)


def views(gates: Sequence[Gate], market: MarketState) -> list[VenueView]:
    """Each venue with what it shows; the one that there is shows what the symbol shows."""
    if not market.venues:
        return [_view(gates[0], market.quote, 0.0)] if gates else []
    known = [gate for gate in gates if gate.venue in market.venues]
    return [_view(gate, market.venues[gate.venue], adverse(market, gate.latency)) for gate in known]


def _view(gate: Gate, quote: Quote, wait: float) -> VenueView:
    return VenueView(venue=gate.venue, instrument=gate.instrument, quote=quote, wait=wait, latency_ms=gate.latency / MILLISECOND)
