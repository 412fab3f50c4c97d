"""Analyses that are kept: which figures of a report stand beside it, so that many can be asked at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from metaorder.domain.units import Nanos, to_nanos
from metaorder.ports.journal import StoredAnalysis

Row = Mapping[str, Any]

BUCKETS = ((10_000, "<1e4"), (100_000, "1e4-1e5"), (1_000_000, "1e5-1e6"), (10_000_000, "1e6-1e7"))
"""Decision notional in the order's currency, and what is below it."""

COMPONENTS = ("delay", "spread", "impact", "timing", "opportunity", "fees")

FIGURES = (
    "is_bps",
    *(f"{name}_bps" for name in COMPONENTS),
    "trading_bps",
    "arrival_bps",
    "vwap_bps",
    "effective_spread_bps",
    "markout_60_bps",
    "participation",
    "fill_rate",
    "passive_share",
    "z_score",
    "probability",
)
"""Columns of a kept analysis that can be asked over many orders. vwap_bps: against the window's, untouched where it is known."""


def stored(parent: Row, market: Row, doc: Mapping[str, Any], before: Row | None, now: Nanos) -> StoredAnalysis | None:
    """An analysis as it is kept; None where it says what the one before said. Each change is a version."""
    text = msgspec.json.encode(doc).decode()
    if before is not None and before["doc"] == text:
        return None
    terms = msgspec.json.decode(parent["terms"])
    detail = msgspec.json.decode(market["detail"])
    slippage, parts = doc["slippage_bps"], doc["components_bps"]
    notional = None if doc["decision_notional"] is None else float(doc["decision_notional"])
    forecast = doc["forecast"] or {}
    untouched = slippage["window_vwap_recorded"]
    figures = {
        "is_bps": doc["is_bps"],
        **{f"{name}_bps": parts[name] for name in COMPONENTS},
        "trading_bps": doc["kissell_bps"]["trading"],
        "arrival_bps": slippage["arrival"],
        "vwap_bps": slippage["window_vwap"] if untouched is None else untouched,
        "effective_spread_bps": doc["effective_spread_bps"],
        "markout_60_bps": doc["markouts_bps"]["60"],
        **{name: doc[name] for name in ("participation", "fill_rate", "passive_share")},
        "z_score": forecast.get("z_score"),
        "probability": forecast.get("probability"),
    }
    return StoredAnalysis(
        parent=parent["id"],
        account=parent["account"],
        version=1 if before is None else before["version"] + 1,
        final=bool(doc["final"]),
        made_at=int(now),
        keys={
            "session": parent["session"],
            "market": parent["market"],
            "symbol": parent["symbol"],
            "side": parent["side"],
            "algo": parent["algo"],
            "status": parent["status"],
            "venue": _venue(doc),
            "day": str(detail["facts"]["open"])[:10],
            "size_bucket": _bucket(notional),
            "currency": doc["currency"],
        },
        ended=int(parent["ended"] or to_nanos(terms["end_time"])),
        notional=notional,
        figures=figures,
        tags=tuple(f"{name}={value}" for name, value in sorted((terms.get("tags") or {}).items())),
        doc=text,
    )


def _venue(doc: Mapping[str, Any]) -> str:
    """Where most was filled; `none` where nothing was."""
    venues = doc["venues"]
    return max(venues, key=lambda name: (venues[name]["quantity"], name)) if venues else "none"


def _bucket(notional: float | None) -> str:
    if notional is None:
        return "unknown"
    return next((name for limit, name in BUCKETS if notional < limit), ">=1e7")
