"""The floors of a session: each is a symbol at a venue. What is alike over the floors of a symbol is its listing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from metaorder import _native
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Closing, VolumeCurve
from metaorder.domain.units import Lots
from metaorder.domain.venue import Latency
from metaorder.sim.rules import ReplayRules
from metaorder.sim.tape import Tape

MOST_FLOORS = 64
PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A symbol at a venue.

    index: in the native session. instrument: the grid of the symbol, at this venue's fees. latency: to and from the venue.
    evidence: what its fills rest on. recorded: a recorded market, without us, stands beside the live one. dark: it shows
    nothing, so that it is no part of a touch; midpoint children alone are sent there.
    """

    index: int
    venue: str
    instrument: Instrument
    latency: Latency
    evidence: str
    recorded: bool
    dark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A symbol, and the floors that trade it in their order.

    curve: the market's usual volume over the day, from other days. usual_volume: of a whole day; None where nothing says so.
    lit: the floors that show what they trade at: the first is one of them.
    tick_value: what one tick is worth on one lot [currency]. closing: the auction that its day ends with.
    """

    index: int
    curve: VolumeCurve
    usual_volume: Lots | None
    floors: tuple[Floor, ...]
    closing: Closing | None = None
    lit: tuple[Floor, ...] = field(init=False)
    tick_value: Fraction = field(init=False)

    def __post_init__(self) -> None:
        instrument = self.instrument
        value = Fraction(instrument.tick_size) * instrument.lot_size * Fraction(instrument.unit_value)
        object.__setattr__(self, "lit", tuple(floor for floor in self.floors if not floor.dark))
        object.__setattr__(self, "tick_value", value)

    @property
    def instrument(self) -> Instrument:
        """What is traded; its fees are those of the first floor."""
        return self.floors[0].instrument

    @property
    def dark(self) -> tuple[Floor, ...]:
        """The floors that show nothing."""
        return tuple(floor for floor in self.floors if floor.dark)

    @property
    def symbol(self) -> str:
        """What orders call it."""
        return self.instrument.symbol

    @property
    def recorded(self) -> bool:
        """Whether every floor has its recorded market beside it."""
        return all(floor.recorded for floor in self.floors)

    def floor(self, venue: str) -> Floor:
        """The floor at a venue that there is."""
        return next(floor for floor in self.floors if floor.venue == venue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A recorded day of a symbol at a venue, and how it is replayed."""

    tape: Tape
    venue: str
    instrument: Instrument
    curve: VolumeCurve
    latency: Latency
    rules: ReplayRules


def open_floors(days: Sequence[Recorded]) -> tuple[_native.Session, tuple[Listing, ...]]:
    """A session at its open with a floor for each recorded day, in their order.

    Raises:
        Invalid: days of different hours, too many of them, a venue that trades a symbol twice, or one symbol on two grids.
    """
    if not 1 <= len(days) <= MOST_FLOORS:
        raise Invalid("sources", f"from 1 to {MOST_FLOORS}", len(days))
    hours = _hours(days[0])
    native = _native.Session(open=hours[0], close=hours[1])
    floors: dict[str, list[Floor]] = {}
    for at, day in enumerate(days):
        listed = floors.setdefault(day.instrument.symbol, [])
        if _hours(day) != hours:
            raise Invalid(f"sources.{at}.source", f"a day with the session's hours, {days[0].tape.day.date}", day.tape.day.date)
        if any(floor.venue == day.venue for floor in listed):
            raise Invalid(f"sources.{at}.venue", f"another one for {day.instrument.symbol} each time", day.venue)
        if listed and _grid(listed[0].instrument) != _grid(day.instrument):
            raise Invalid(
                f"sources.{at}.instrument", f"on one grid for {day.instrument.symbol} everywhere", _grid(day.instrument)
            )
        index = add_floor(native, day, symbol=list(floors).index(day.instrument.symbol))
        floor = Floor(
            index=index,
            venue=day.venue,
            instrument=day.instrument,
            latency=day.latency,
            evidence=day.tape.evidence,
            recorded=True,
        )
        listed.append(floor)
    curves = {day.instrument.symbol: day.curve for day in reversed(days)}
    listings = (
        Listing(index=n, curve=curves[symbol], usual_volume=None, floors=tuple(listed))
        for n, (symbol, listed) in enumerate(floors.items())
    )
    return native, tuple(listings)


def add_floor(native: _native.Session, day: Recorded, *, symbol: int) -> int:
    """Open one more floor of a session, on which a recorded day is replayed; its index."""
    recorded, delays, rules = day.tape.native, native_latency(day.latency), day.rules
    if isinstance(recorded, _native.Tape):
        return native.add_replay(recorded, latency=delays, claim_hidden=rules.claim_hidden, symbol=symbol)
    if isinstance(recorded, _native.LevelTape):
        return native.add_by_level(recorded, latency=delays, queue=rules.queue, symbol=symbol)
    share = int(rules.volume_share * PPM)
    return native.add_by_price(recorded, latency=delays, spread=rules.spread, share_ppm=share, symbol=symbol)


def native_latency(latency: Latency) -> _native.Latency:
    """A latency as the native core has it."""
    return _native.Latency(
        latency.entry,
        entry_jitter=latency.entry_jitter,
        report=latency.report,
        report_jitter=latency.report_jitter,
        seed=latency.seed,
    )


def _hours(day: Recorded) -> tuple[int, int]:
    return day.tape.native.open, day.tape.native.close


def _grid(instrument: Instrument) -> tuple[object, ...]:
    """What must be alike for prices and quantities to add up over venues."""
    return (
        instrument.currency,
        str(instrument.tick_size.normalize()),
        str(instrument.unit_size.normalize()),
        instrument.lot_size,
        instrument.multiplier,
        instrument.points_per_tick,
    )
