"""Flows from markets by their specification: a recorded day replayed, or a simulated one run, without an order of ours in it."""

from __future__ import annotations

from collections.abc import Mapping

from metaorder.domain.units import Nanos, time_text
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import MarketData
from metaorder.runtime.build import build
from metaorder.runtime.build import sources_of as built_of
from metaorder.runtime.hosted import MarketSpec
from metaorder.usecases.calibration_data import flow_of
from metaorder.usecases.calibrations import Source

ALL = 2**63 - 1


def source_of(spec: MarketSpec, data: MarketData, calendars: Calendars) -> Source:
    """The day that a specification describes, from open to close; of several symbols the first.

    Raises:
        Invalid, SourceNotFound, DataError, SourceChanged: as `build`.
    """
    return sources_of(spec, data, calendars)[0]


def sources_of(spec: MarketSpec, data: MarketData, calendars: Calendars) -> list[Source]:
    """The same of each symbol that it trades.

    Raises:
        Invalid, SourceNotFound, DataError, SourceChanged: as `build`.
    """
    hosted = build(spec, data, calendars)
    market, day = hosted.live.market, hosted.live.day
    while not market.closed:
        market.advance(until=day.close, wake=None, on_quote=(), budget=ALL)
    options = spec.options
    name = (
        ", ".join(each["source"] for each in built_of(spec))
        if spec.kind == "replay"
        else f"{options['scenario']}, seed {options['seed']}"
    )
    return [
        Source(
            name=name,
            digest=hosted.spec.digest,
            symbol=symbol,
            currency=instrument.currency,
            as_of=time_text(Nanos(min(market.clock, day.close))),
            flow=flow_of(market.record(symbol), day, instrument, recorded=market.recorded),
        )
        for symbol, instrument in market.instruments.items()
    ]


def recorded_spec(
    data_format: str,
    source: str,
    symbol: str,
    engine: str,
    *,
    date: str | None = None,
    instrument: Mapping[str, object] | None = None,
) -> MarketSpec:
    """The specification of a recorded day that nobody trades in. instrument: as stated, where the file does not say."""
    options: dict[str, object] = {"format": data_format, "source": source, "hidden": "central", "latency_ms": 1.0}
    options |= {} if date is None else {"date": date}
    options |= {} if instrument is None else {"instrument": dict(instrument)}
    return _spec("replay", symbol, engine, options)


def simulated_spec(symbol: str, engine: str, *, scenario: str, seed: int, date: str, parameters: dict[str, object]) -> MarketSpec:
    """The specification of a simulated day that nobody trades in."""
    options = {"scenario": scenario, "seed": seed, "date": date, "parameters": parameters, "latency_ms": 1.0}
    return _spec("simulated", symbol, engine, options)


def _spec(kind: str, symbol: str, engine: str, options: dict[str, object]) -> MarketSpec:
    return MarketSpec(
        id="calibration",
        name="calibration",
        kind=kind,
        symbol=symbol,
        speed="max",
        rolling=False,
        digest=None,
        engine=engine,
        options=options,
    )
