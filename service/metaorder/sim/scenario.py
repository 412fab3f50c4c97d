"""The scenario of a simulated market: every parameter, what it means and what it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.market import VolumeCurve
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.sim.venues import Venues, check_venues, in_order, read_venues, venues_document

USUAL_DAY_S = 23_400
"""Seconds that volatilities and volumes of a day refer to: half past nine to four."""

PARTS = 26
"""Parts of the day in which volume is profiled: a quarter of an hour each, in a day of six and a half hours."""

ACCOUNTS = 8
"""Own accounts with a flow response of their own; all further ones share the last."""

Vector = tuple[float, ...]

_CURVE = 1_000_000
_KINDS = {
    "float": "a number",
    "int": "a whole number",
    "Ticks": "a whole number of ticks",
    "bool": "true or false",
    "str": "a word",
    "Vector": "a list of numbers",
    "Decimal": "a decimal in quotes",
}
_ACTIVITY = (0.120, 0.097, 0.070, 0.076, 0.065, 0.060, 0.045, 0.042, 0.055, 0.059, 0.055, 0.092, 0.164)
_TAKERS = (0.106, 0.089, 0.067, 0.068, 0.061, 0.060, 0.043, 0.041, 0.050, 0.066, 0.054, 0.086, 0.26)
_VARIANCE = (0.245, 0.12, 0.064, 0.065, 0.048, 0.05, 0.044, 0.041, 0.066, 0.037, 0.054, 0.057, 0.11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Order flow around a latent price, makers who quote around it, and what trades do to their fair value.

    Prices in ticks, sizes in lots, times in seconds, volatilities in basis points of the opening price over a usual day.
    The defaults are those of a liquid stock with a small tick. Construction validates; the rules are the native core's.

    tick_size: in currency. start: latent price at the open [ticks]. value_bps: volatility of the latent price; drift_bps: its
    drift in a usual day, up = +. volvol: of its logarithm. jump_chance, jump_size: of its steps, how many are how many times
    as large. variance: weights of equal parts of the day.

    rates: market orders, noise limit orders, noise cancels, maker quotes [1/second]; means over the day. branching,
    decay: of the three kernels by which an event brings others, the mean number brought and the speed [1/second]; the
    numbers sum to less than 0.99. self_share: of those brought, how many are surely of its own type. taker_excitation: of
    the market orders that the first kernel would bring, how many it does; the others come by themselves. activity,
    taker_activity: weights of equal parts of the day, of all events but market orders, and of market orders: the usual
    volume falls by the latter.

    market_size, market_size_sd, typical_share: sizes meant by takers: exactly the typical one with that probability, else
    lognormal around it; maker_size and limit_size likewise. sweep: probability to take the whole best level; within_best:
    otherwise, to take no more than is there. persistence: to repeat the last side. informed: otherwise, to know the move
    of the latent price over the next `lookahead` seconds, where that is more than `threshold` of its usual size; the
    others work large orders, `splitters` at a time, whose lengths have a Pareto tail with exponent split_tail.

    makers, levels: how many, each with so many quotes a side. half_spread, gap: from fair value to the first quote, and
    from level to level [ticks]. tolerance, refresh: a quote this near to where it should be stays, but for that
    probability. opinion: spread of makers' own views [ticks]. snipe: orders through fair value by more are taken [ticks].
    lag: of the slowest maker's view. width_power: of the pace of the latent price, by which quotes are wider. reacting:
    makers that quote anew after a market order. crowding, crowding_chance: noise orders nearer to fair value than so many
    half-spreads are withdrawn with that probability. inventory_limit [lots], skew [ticks], inventory_decay: by how much a
    maker's position moves its view; beyond three limits a side is not quoted.

    slots, near_slots: places for noise orders, of those at the touch. near_cancels: cancels that go to the latter.
    improve, improve_from, improve_by: probability to stand inside a usual spread, from which spread on [ticks], and by up
    to which part of it. at_best: probability to join the touch. behind: mean distance of the others [ticks]. hidden: share
    that is not shown: somewhere from the touch to just before the other side's.

    auctions: none, open, close or both. call: how long each collects orders before all trade at one price; continuous
    trading waits meanwhile [seconds]: the opening one begins with the session, the closing one ends with it.
    auction_share: what trades in each, the opening one first, on top of the day's volume [parts of adv].

    venues: where it trades; none: at one venue. Takers go to a venue by its share, or to one with a better price; makers quote
    on all; noise orders fall by share. reaction: after which an arbitrageur takes what is locked or crossed between lit venues
    [seconds]. patience: mean time that an order waits in the dark pool [seconds].

    adv: a usual day's volume [lots]: the unit of the flow response, and what is known of a day before it begins.
    impact_bps: scale of the response. memory: time constants after which four of its five parts forget; the fifth never
    does. background: weights of the linear response to the market's own flow. own, exponent: of the concave response to
    each own account's. passive_weight: of own fills that rested. anonymous: the concave response is to all flow together
    instead; its impact is nearly linear, for study.
    """

    tick_size: Decimal = Decimal("0.01")
    start: Ticks = Ticks(57_000)
    value_bps: float = 48
    drift_bps: float = 0
    volvol: float = 0.9
    jump_chance: float = 0.01
    jump_size: float = 5
    variance: Vector = _VARIANCE

    rates: Vector = (1.8, 9, 11, 11)
    self_share: Vector = (0.75, 0.35, 0.35, 0.35)
    branching: Vector = (0.75, 0.14, 0.05)
    decay: Vector = (1_000, 1, 0.02)
    taker_excitation: float = 1
    activity: Vector = _ACTIVITY
    taker_activity: Vector = _TAKERS

    market_size: float = 100
    market_size_sd: float = 0.7
    typical_share: float = 0.45
    within_best: float = 0.9
    sweep: float = 0.5
    persistence: float = 0.6
    informed: float = 0.5
    lookahead: float = 20
    threshold: float = 0.3
    splitters: int = 12
    split_tail: float = 1.6

    makers: int = 4
    levels: int = 3
    reacting: int = 4
    maker_size: float = 75
    maker_size_sd: float = 0.4
    half_spread: float = 15
    gap: float = 6
    tolerance: float = 1
    opinion: float = 3
    snipe: float = 7
    refresh: float = 0.25
    lag: float = 0.3
    width_power: float = 0.5
    crowding: float = 0.6
    crowding_chance: float = 0.8
    inventory_limit: float = 1_500
    skew: float = 3
    inventory_decay: float = 300

    slots: int = 128
    near_slots: int = 12
    limit_size: float = 75
    limit_size_sd: float = 0.4
    near_cancels: float = 0.5
    improve: float = 0.25
    improve_from: float = 4
    improve_by: float = 0.4
    at_best: float = 0.16
    behind: float = 25
    hidden: float = 0

    auctions: str = "none"
    call: float = 60
    auction_share: Vector = (0.02, 0.07)

    venues: Venues = ()
    reaction: float = 0.005
    patience: float = 60

    adv: float = 4_200_000
    impact_bps: float = 100
    exponent: float = 0.6
    passive_weight: float = 0.5
    memory: Vector = (8, 90, 900, 5_400)
    background: Vector = (50, 14, 4, 3, 16)
    own: Vector = (0.6, 0.6, 0.6, 0.5, 0.95)
    anonymous: bool = False

    def __post_init__(self) -> None:
        if not (self.tick_size.is_finite() and self.tick_size > 0):
            raise Invalid("tick_size", "greater than 0", str(self.tick_size))
        check_venues(self.venues)
        config = _config(self, 1, Nanos(0), Nanos(USUAL_DAY_S * SECOND))
        try:
            config.check()
        except ValueError as refusal:
            field, _, rule = str(refusal).partition(" must be ")
            raise Invalid(field, rule, getattr(self, field)) from None

    def config(self, seed: int, day: TradingDay) -> _native.MarketConfig:
        """The native configuration of one day."""
        return _config(self, seed, day.open, day.close)


def _config(scenario: Scenario, seed: int, opens: Nanos, closes: Nanos) -> _native.MarketConfig:
    config = _native.MarketConfig()
    config.seed, config.open, config.close = seed, opens, closes
    floors = in_order(scenario.venues)
    config.venue_shares = [venue.share for venue in floors if not venue.dark]
    config.dark_share = sum(venue.share for venue in floors if venue.dark)
    for each in fields(Scenario):
        if each.name not in {"tick_size", "venues"}:
            try:
                setattr(config, each.name, getattr(scenario, each.name))
            except TypeError:
                raise Invalid(each.name, f"like {each.default!r}", getattr(scenario, each.name)) from None
    return config


def changed(scenario: Scenario, parameters: Mapping[str, Any], *, within: str = "parameters") -> Scenario:
    """A scenario with some parameters of one's own, as a document gives them.

    Raises:
        Invalid: no such parameter, a value of another kind, or one that breaks its rule; under `within`.
    """
    kinds = {each.name: str(each.type) for each in fields(Scenario)}
    values = {}
    for name, value in parameters.items():
        if name not in kinds:
            raise Invalid(f"{within}.{name}", "a parameter of a scenario", value)
        values[name] = _read(f"{within}.{name}", value, kinds[name])
    try:
        return replace(scenario, **values)
    except Invalid as wrong:
        raise Invalid(f"{within}.{wrong.field}", wrong.rule, wrong.value) from None


def document(scenario: Scenario) -> dict[str, Any]:
    """Every parameter as JSON has it: `changed` reads it back."""
    values = asdict(scenario) | {"venues": venues_document(scenario.venues)}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _read(field: str, value: Any, kind: str) -> Any:
    """A value of the kind that a parameter has."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "Venues":
            return read_venues(field, value)
        case "float" if number:
            return float(value)
        case "int" | "Ticks" if number and isinstance(value, int) and abs(value) < 2**31:
            return value
        case "bool" if isinstance(value, bool):
            return value
        case "str" if isinstance(value, str) and len(value) <= 40:
            return value
        case "Vector" if (
            isinstance(value, Sequence) and not isinstance(value, str) and all(type(each) in {int, float} for each in value)
        ):
            return tuple(float(each) for each in value)
        case "Decimal" if isinstance(value, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value, re.ASCII):
            return Decimal(value)
    raise Invalid(field, _KINDS[kind], value)


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a market before its day begins: where volume usually falls, and how much of it there is."""

    curve: VolumeCurve
    volume: Lots


def simulate(
    scenario: Scenario,
    seed: int,
    day: TradingDay,
    *,
    latency: Nanos | _native.Latency,
    points_per_tick: int,
    keep_messages: bool = False,
) -> _native.Session:
    """A session of the simulated market, at its open. keep_messages: keep every message of the market, for statistics."""
    config = scenario.config(seed, day)
    return _native.Session.simulated(config, latency=latency, points_per_tick=points_per_tick, keep_messages=keep_messages)


def history(scenario: Scenario, day: TradingDay) -> History:
    """What the scenario says of any of its days; nothing in it is of the day itself, or of any day drawn."""
    edges = tuple(Nanos(day.open + (day.close - day.open) * i // PARTS) for i in range(PARTS + 1))
    weights = tuple(round(_CURVE * _mean(scenario.taker_activity, i / PARTS, (i + 1) / PARTS)) for i in range(PARTS))
    volume = round(scenario.adv * (day.close - day.open) / (USUAL_DAY_S * SECOND))
    return History(VolumeCurve(edges, weights, "the scenario's usual day"), Lots(max(volume, 1)))


def _mean(curve: Vector, start: float, end: float, steps: int = 20) -> float:
    """The mean of a curve between two parts of the day, interpolated between the centres of its own parts as the core does."""
    total, last = 0.0, len(curve) - 1
    for i in range(steps):
        place = min(max((start + (end - start) * (i + 0.5) / steps) * len(curve) - 0.5, 0.0), float(last))
        left = int(place)
        part = place - left
        total += curve[left] * (1 - part) + curve[min(left + 1, last)] * part
    return total / steps * len(curve) / sum(curve)
