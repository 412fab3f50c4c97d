"""The simulated market at its open: a floor for each of its venues, on the venue's terms."""

from __future__ import annotations

from dataclasses import replace

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Closing, VolumeCurve
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.domain.venue import Latency
from metaorder.sim.floors import Floor, Listing, native_latency
from metaorder.sim.market import Market
from metaorder.sim.scenario import Scenario
from metaorder.sim.venues import SimulatedVenue, in_order

MILLISECOND = 1_000_000


def simulated(
    scenario: Scenario,
    seed: int,
    day: TradingDay,
    instrument: Instrument,
    *,
    curve: VolumeCurve,
    usual_volume: Lots,
    latency: Latency,
    keep_messages: bool = False,
) -> Market:
    """A day of the simulated market, at its open: at one venue, or at those of the scenario.

    instrument, latency: of the venues that state no fees or no latency of their own. keep_messages: of the market's own orders.

    Raises:
        Invalid: a venue's fee that is finer than the money that it is counted in.
    """
    floors = tuple(
        Floor(
            index=index,
            venue=venue.id,
            instrument=_at_fees(venue, instrument),
            latency=latency if venue.latency_ms is None else replace(latency, entry=Nanos(round(venue.latency_ms * MILLISECOND))),
            evidence="simulated",
            recorded=False,
            dark=venue.dark,
        )
        for index, venue in enumerate(in_order(scenario.venues) or (SimulatedVenue(id="SIM", share=1),))
    )
    native = _native.Session(open=day.open, close=day.close)
    native.add_simulated(
        scenario.config(seed, day),
        latencies=[native_latency(floor.latency) for floor in floors],
        points_per_tick=instrument.points_per_tick,
        symbol=0,
        keep_messages=keep_messages,
    )
    closing = _closing(scenario, day, usual_volume, floors[0].venue)
    return Market(native, [Listing(index=0, curve=curve, usual_volume=usual_volume, floors=floors, closing=closing)])


def _closing(scenario: Scenario, day: TradingDay, usual_volume: Lots, venue: str) -> Closing | None:
    """The auction that the day ends with: of the scenario, and of no day that is drawn."""
    if scenario.auctions not in {"close", "both"}:
        return None
    begins = Nanos(day.close - round(scenario.call * SECOND))
    return Closing(venue, begins, day.close, Lots(round(usual_volume * scenario.auction_share[1])))


def _at_fees(venue: SimulatedVenue, instrument: Instrument) -> Instrument:
    """What is traded, at a venue's fees."""
    fees = {name: fee for name in ("taker_fee", "maker_fee") if (fee := getattr(venue, name)) is not None}
    try:
        return replace(instrument, **fees)
    except Invalid as wrong:
        raise Invalid(f"parameters.venues.{venue.id}.{wrong.field}", wrong.rule, wrong.value) from None
