"""Recommendations that follow from an analysis: each names the rule that fired, its threshold and what was observed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Doc = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Above which a cost is worth a word [bps], and below which a share is.

    shortfall, impact, opportunity: 10, 5 and 5 bps, as desks commonly set them. picked_off: of a passive fill's markout at 10 s.
    """

    shortfall_bps: float = 10.0
    impact_bps: float = 5.0
    opportunity_bps: float = 5.0
    delay_bps: float = 5.0
    spread_bps: float = 3.0
    picked_off_bps: float = -1.0
    fill_rate: float = 0.95
    surprise: float = 2.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """rule: a stable name. observed: what was seen. threshold: beyond which it fires. text: what to consider.

    unit: of both, to be written after them.
    """

    rule: str
    observed: float
    threshold: float
    text: str
    unit: str = " bps"


DEFAULTS = Thresholds()


def recommendations(doc: Doc, limits: Thresholds = DEFAULTS) -> list[Recommendation]:
    """The rules that fire on an analysis, in the order of their table. A figure that is null fires none."""
    parts, markouts = doc["components_bps"], doc["markouts_bps"]
    forecast = doc["forecast"] or {}
    cap, peak = doc["assumptions"].get("max_participation"), doc["participation_peak"]
    above = None if cap is None or peak is None else round(peak, 4)
    patient = (doc["passive_share"] or 0) >= 0.5
    urgent = (parts["timing"] or 0) < 0
    rows: list[tuple[str, float | None, float, Callable[[float, float], bool], str]] = [
        ("high_shortfall", doc["is_bps"], limits.shortfall_bps, _above, _where(parts)),
        ("high_impact", parts["impact"], limits.impact_bps, _above, _impact(doc)),
        ("high_opportunity", parts["opportunity"], limits.opportunity_bps, _above, OPPORTUNITY),
        ("high_delay", parts["delay"], limits.delay_bps, _above, DELAY),
        ("high_spread", parts["spread"], limits.spread_bps, _above, CROSSED if not urgent else f"{CROSSED} {WENT_OUR_WAY}"),
        ("picked_off", markouts["10"] if patient else None, limits.picked_off_bps, _below, PICKED_OFF),
        ("low_fill_rate", _done(doc), limits.fill_rate, _below, UNFILLED),
        ("above_cap", above, cap or 1.0, _above, ABOVE_CAP),
        ("worse_than_forecast", forecast.get("z_score"), limits.surprise, _above, WORSE),
        ("better_than_forecast", forecast.get("z_score"), -limits.surprise, _below, BETTER),
    ]
    return [
        Recommendation(rule, observed, threshold, text, UNITS.get(rule, " bps"))
        for rule, observed, threshold, fires, text in rows
        if observed is not None and fires(observed, threshold)
    ]


UNITS = {
    "low_fill_rate": " of the order",
    "above_cap": " of the volume",
    "worse_than_forecast": " sd",
    "better_than_forecast": " sd",
}
OPPORTUNITY = "What was not filled ran away: raise the urgency or the participation cap, or widen the limit price."
DELAY = "The price moved before the order could work: send it closer to the decision, or let it start at once."
CROSSED = "Most of the spread was paid: rest longer at the touch, or take at better times."
WENT_OUR_WAY = "The market was coming our way, so waiting would have been paid for."
PICKED_OFF = "Resting fills were followed by adverse moves: rest less where flow is one-sided, or behind the touch."
UNFILLED = "The window ended with lots left: a longer window, a higher cap, must_complete, or a limit that the market reaches."
ABOVE_CAP = (
    "For a while the order was more of the volume than its cap: the cap binds as children are sent, and what rests may fill when "
    "others trade less. Children that rest for a shorter time, or a lower cap, keep it below."
)
WORSE = "The cost is further above its estimate than chance explains: look at the estimate's parameters, and at the day."
BETTER = "The cost is further below its estimate than chance explains: the estimate's parameters are too pessimistic."


def _done(doc: Doc) -> float | None:
    """The share that was filled of what the client still wanted, of an order that its window ended; None of any other."""
    wanted = doc["quantity"] - doc.get("reduced_quantity", 0)
    return doc["filled_quantity"] / wanted if doc["status"] == "expired" and wanted else None


def _above(observed: float, threshold: float) -> bool:
    return observed > threshold


def _below(observed: float, threshold: float) -> bool:
    return observed < threshold


def _where(parts: Mapping[str, float | None]) -> str:
    """Which component most of a high shortfall is."""
    known = {name: value for name, value in parts.items() if value is not None}
    if not known:
        return "The shortfall is high; its components are not known."
    most = max(known, key=lambda name: known[name])
    advice = {
        "delay": "most of it is delay: the decision was early, or the order late.",
        "spread": "most of it is spread: more passive execution would save it.",
        "impact": "most of it is impact: a longer window or a smaller order.",
        "timing": "most of it is timing, the market's own move: a faster schedule would have been exposed to less of it.",
        "opportunity": "most of it is opportunity: more of the order should have been done sooner.",
        "fees": "most of it is fees: cheaper venues, or more resting.",
    }
    return f"The shortfall is high, and {advice[most]}"


def _impact(doc: Doc) -> str:
    said = "The order moved the market: a longer window, a lower participation, or a smaller order."
    walking, displaced = (doc["impact_parts_bps"][name] for name in ("walking", "displacement"))
    if walking is not None and displaced is not None and walking > displaced:
        said = "The order walked the book: smaller takes, at times of more depth."
    return said
