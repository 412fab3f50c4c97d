"""Markets made from their specification: the same specification makes the same market, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import FeeUnit, Instrument
from metaorder.domain.market import VolumeCurve, flat_curve
from metaorder.domain.order import SessionId
from metaorder.domain.units import Nanos, Ticks, to_decimal
from metaorder.domain.venue import Latency
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import MarketData, Wanted
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.runtime.session import LiveSession
from metaorder.sim.floors import Recorded, open_floors
from metaorder.sim.market import Market
from metaorder.sim.presets import preset
from metaorder.sim.rules import QueueRule, ReplayRules
from metaorder.sim.scenario import Scenario, history
from metaorder.sim.simulated import simulated

MILLISECOND = 1_000_000
SIMULATED_MIC = "XNAS"
SIMULATED_POINTS = 100
LARGEST_FEE = 100
"""Per unit in currency, or in basis points: more is a mistake."""


class SourceChanged(RuntimeError):
    """The recorded file is not the one that the session began with."""


def build(spec: MarketSpec, data: MarketData, calendars: Calendars, *, keep_messages: bool = False) -> Hosted:
    """The session that a specification describes, at its open. Fills in the digest of what it was read from.

    keep_messages: a simulated market keeps every message of its own orders, to be looked at afterwards; it changes nothing else.

    Raises:
        Invalid: a value of the specification that breaks a rule.
        SourceNotFound, DataError: of a replay's file.
        SourceChanged: the specification names another digest.
    """
    options = spec.options
    if spec.kind == "replay":
        days, digests = _recorded_days(spec, data)
        known = ",".join(digests)
        if spec.digest not in {None, known}:
            changed = ", ".join(source["source"] for source in sources_of(spec))
            raise SourceChanged(f"the source {changed} has changed since the session began")
        spec = replace(spec, digest=known)
        day = days[0].tape.day
        market = Market(*open_floors(days))
    else:
        day = calendars.day(SIMULATED_MIC, options["date"])
        scenario = preset(options["scenario"], options["parameters"])
        market = _simulated(spec.symbol, scenario, options, day, latency_of(options), keep_messages)
    return Hosted(spec, LiveSession(SessionId(spec.id), spec.name, market, day), speed=spec.speed)


def sources_of(spec: MarketSpec) -> list[dict[str, Any]]:
    """What a replay is made of, one document a floor: a source's own options, and for the rest the market's."""
    options = spec.options
    shared = {name: value for name, value in options.items() if name != "sources"}
    return [{"symbol": spec.symbol, **shared, **source} for source in options.get("sources", [{}])]


def _recorded_days(spec: MarketSpec, data: MarketData) -> tuple[list[Recorded], list[str]]:
    """The days of a replay and the digests of their files."""
    days, digests = [], []
    for at, options in enumerate(sources_of(spec)):
        recorded = data.load(options["format"], options["source"], _wanted(options))
        try:
            instrument = _with_fees(recorded.instrument, options.get("fees"))
            day = Recorded(
                tape=recorded.tape,
                venue=options.get("venue") or instrument.mic,
                instrument=instrument,
                curve=_curve(options.get("volume_curve"), recorded.tape.day),
                latency=latency_of(options),
                rules=_rules(options),
            )
        except Invalid as wrong:
            if "sources" not in spec.options:
                raise
            raise Invalid(f"sources.{at}.{wrong.field}", wrong.rule, wrong.value) from None
        days.append(day)
        digests.append(recorded.digest)
    return days, digests


def _wanted(options: Mapping[str, Any]) -> Wanted:
    symbol, stated = options["symbol"], options.get("instrument")
    return Wanted(
        symbol=symbol,
        date=options.get("date"),
        instrument=None if stated is None else _stated(symbol, stated),
    )


def _stated(symbol: str, terms: Mapping[str, Any]) -> Instrument:
    """The instrument as a client states it.

    Raises:
        Invalid: a term that breaks a rule, under its name.
    """
    exact = {name: to_decimal(terms[name], field=f"instrument.{name}") for name in _EXACT}
    plain = {name: terms[name] for name in ("mic", "currency", "lot_size", "multiplier")}
    free = exact["taker_fee"] == exact["maker_fee"] == 0  # half ticks do, where fees need no finer step
    known: dict[str, Any] = {**exact, **plain, "points_per_tick": 2 if free else SIMULATED_POINTS}
    try:
        return Instrument(symbol=symbol, **known)
    except Invalid as wrong:
        raise Invalid(f"instrument.{wrong.field}", wrong.rule, wrong.value) from None


_EXACT = ("tick_size", "unit_size", "taker_fee", "maker_fee")


def _rules(options: Mapping[str, Any]) -> ReplayRules:
    """The rules of a replay; what a specification of an earlier build does not state is as it was then."""
    return ReplayRules(
        claim_hidden=options["hidden"] == "central",
        queue=QueueRule[options.get("queue", "central").upper()],
        spread=Ticks(options.get("spread_ticks", 1)),
        volume_share=Fraction(options.get("volume_share", "0.1")),
    )


def latency_of(options: Mapping[str, Any]) -> Latency:
    """The latency that a market's options state, in milliseconds; only that of the way in must be stated.

    Raises:
        Invalid: a span that is negative or too long, or no time at all on the way in.
    """

    def span(name: str) -> Nanos:
        return Nanos(round(options.get(name, 0) * MILLISECOND))

    try:
        return Latency(
            entry=span("latency_ms"),
            entry_jitter=span("latency_jitter_ms"),
            report=span("report_latency_ms"),
            report_jitter=span("report_latency_jitter_ms"),
            seed=options.get("latency_seed", 1),
        )
    except Invalid as wrong:
        name = wrong.field if wrong.field in options else f"{wrong.field}_ms"
        raise Invalid(name, wrong.rule, options[name]) from None


def _with_fees(instrument: Instrument, fees: Mapping[str, Any] | None) -> Instrument:
    """The instrument at the stated fees, or at its own where none are stated.

    Raises:
        Invalid: a fee that is out of bounds, or finer than the money that it is counted in.
    """
    if fees is None:
        return instrument
    rates = {name: to_decimal(fees[name], field=f"fees.{name}") for name in ("taker", "maker")}
    for name, rate in rates.items():
        if abs(rate) > LARGEST_FEE:
            raise Invalid(f"fees.{name}", f"at most {LARGEST_FEE} and at least -{LARGEST_FEE}", str(rate))
    try:
        return replace(instrument, taker_fee=rates["taker"], maker_fee=rates["maker"], fee_unit=FeeUnit(fees["unit"]))
    except Invalid as wrong:
        raise Invalid("fees." + wrong.field.removesuffix("_fee"), wrong.rule, wrong.value) from None


def _simulated(
    symbol: str, scenario: Scenario, options: Mapping[str, Any], day: TradingDay, latency: Latency, keep_messages: bool
) -> Market:
    instrument = Instrument(
        symbol=symbol,
        mic=SIMULATED_MIC,
        currency="USD",
        tick_size=scenario.tick_size,
        points_per_tick=SIMULATED_POINTS,
        taker_fee=Decimal("0.0030"),
        maker_fee=Decimal("-0.0020"),
    )
    instrument = _with_fees(instrument, options.get("fees"))
    past = history(scenario, day)
    return simulated(
        scenario,
        options["seed"],
        day,
        instrument,
        curve=past.curve,
        usual_volume=past.volume,
        latency=latency,
        keep_messages=keep_messages,
    )


def _curve(weights: Any, day: TradingDay) -> VolumeCurve:
    """The stated curve of a replay, in equal parts of its day; flat where none is stated, never the day's own."""
    if weights is None:
        return flat_curve(day.open, day.close)
    n = len(weights)
    edges = tuple(Nanos(day.open + (day.close - day.open) * i // n) for i in range(n + 1))
    try:
        return VolumeCurve(edges, tuple(weights), "stated")
    except Invalid as wrong:
        raise Invalid("volume_curve", wrong.rule, wrong.value) from None
