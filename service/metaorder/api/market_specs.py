"""The specification of the market that a body describes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from metaorder.api.schemas import MarketIn, SourceIn
from metaorder.runtime.hosted import MarketSpec
from metaorder.sim.presets import DEFAULT
from metaorder.usecases.errors import Unprocessable

DEFAULT_SYMBOL = "ACME"
DEFAULT_DATE = "2026-03-02"

_RULES = ("queue", "spread_ticks", "volume_share")
_ONLY = {
    "replay": ("format", "source", "sources", "hidden", "volume_curve", *_RULES, "instrument", "impact_decay"),
    "simulated": ("symbols", "seed", "scenario", "parameters"),
}
_ALONE = ("format", "source", "symbol")
_LATENCY = ("latency_ms", "latency_jitter_ms", "report_latency_ms", "report_latency_jitter_ms", "latency_seed")


def spec_of(body: MarketIn, engine: str) -> MarketSpec:
    """The market that a body describes.

    Raises:
        Unprocessable: a field that its kind needs is missing, or one of the other kind is given.
    """
    wrong = _wrong(body)
    if wrong:
        raise Unprocessable("validation", "; ".join(f"{pointer} {what}" for pointer, what in wrong), errors=wrong)
    options: dict[str, Any] = {name: getattr(body, name) for name in _LATENCY}
    if body.fees is not None:
        options["fees"] = body.fees.model_dump(mode="json")
    if body.previous_close is not None:
        options["previous_close"] = body.previous_close
    options |= _replay(body) if body.kind == "replay" else _simulated(body)
    return MarketSpec(
        id=body.id,
        name=body.id,
        kind=body.kind,
        symbol=body.sources[0].symbol if body.sources else _symbol(body),
        speed=body.speed,
        rolling=False,
        digest=None,
        engine=engine,
        options=options,
    )


def _wrong(body: MarketIn) -> list[tuple[str, str]]:
    """Fields that do not belong together."""
    other = "simulated" if body.kind == "replay" else "replay"
    wrong = [(f"/{name}", f"belongs to a {other} market") for name in _ONLY[other] if name in body.model_fields_set]
    wrong += _closes(body)
    if body.kind == "simulated":
        both = body.symbol is not None and body.symbols is not None
        return [*wrong, ("/symbols", "stands in the place of symbol")] if both else wrong
    given = [name for name in (*_ALONE, "instrument") if getattr(body, name) is not None]
    if body.sources is not None:
        return wrong + [(f"/{name}", "stands in each of sources") for name in given]
    return wrong + [(f"/{name}", "is required") for name in _ALONE if name not in given]


def _closes(body: MarketIn) -> list[tuple[str, str]]:
    """Closes of the day before that are none: of a symbol that is not traded here, or not positive."""
    symbols = {each.symbol for each in body.sources or []} or {_symbol(body)}
    given = (body.previous_close or {}).items()
    unknown = [(f"/previous_close/{symbol}", "is no symbol of this market") for symbol, _ in given if symbol not in symbols]
    return unknown + [(f"/previous_close/{symbol}", "must be above 0") for symbol, price in given if Fraction(price) <= 0]


def _symbol(body: MarketIn) -> str:
    return body.symbol or (body.symbols[0] if body.symbols else DEFAULT_SYMBOL)


def _replay(body: MarketIn) -> dict[str, Any]:
    options: dict[str, Any] = {"hidden": body.hidden, "volume_curve": body.volume_curve}
    if body.sources is None:
        options |= {"format": body.format, "source": body.source}
    else:
        options |= {"sources": [_given(each) for each in body.sources]}
    options |= {name: getattr(body, name) for name in _RULES}
    options |= {} if body.date is None else {"date": body.date}
    options |= {} if body.impact_decay is None else {"impact_decay": body.impact_decay.model_dump()}
    options |= {} if body.instrument is None else {"instrument": body.instrument.model_dump()}
    return options


def _given(source: SourceIn) -> dict[str, Any]:
    """What a source states of itself; the rest is the market's."""
    return {name: value for name, value in source.model_dump(mode="json").items() if name in source.model_fields_set}


def _simulated(body: MarketIn) -> dict[str, Any]:
    options = {"seed": 1 if body.seed is None else body.seed, "date": body.date or DEFAULT_DATE}
    return options | {"scenario": body.scenario or DEFAULT, "parameters": body.parameters or {}}
