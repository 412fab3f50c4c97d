"""What the fields of an analysis are called in a report, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Mapping

NONE = "–"

COMPONENTS: Mapping[str, str] = {
    "delay": "the market's move from the decision to the arrival",
    "spread": "spread crossed (+) or earned (−)",
    "impact": "walking the book, and moving it",
    "timing": "the market's own move while working",
    "opportunity": "what the market did to the part not filled",
    "fees": "paid (+) or received (−)",
}

BENCHMARKS: Mapping[str, str] = {
    "arrival": "arrival mid",
    "decision": "decision price",
    "interval_vwap": "VWAP, arrival to end",
    "interval_vwap_incl_own": "VWAP, arrival to end, own prints included",
    "interval_vwap_recorded": "VWAP, arrival to end, on the tape without the order",
    "window_vwap": "VWAP of the window",
    "window_vwap_incl_own": "VWAP of the window, own prints included",
    "window_vwap_recorded": "VWAP of the window on the tape without the order",
    "interval_twap": "TWAP, arrival to end",
    "window_twap": "TWAP of the window",
    "open": "open",
    "close": "close",
    "previous_close": "previous close",
    "pwp": "PWP at the order's target or cap",
    "pwp_5": "PWP at 5 %",
    "pwp_10": "PWP at 10 %",
    "pwp_20": "PWP at 20 %",
}

_OTHERS: Mapping[str, str] = {
    "avg_price": "average price",
    "central_bps": "central case of impact",
    "is_central_bps": "central case of the cost",
    "upper_bps": "upper bound of impact",
    "is_upper_bps": "upper bound of the cost",
    "lower_bps": "lower bound of impact",
    "is_lower_bps": "lower bound of the cost",
    "is_bps": "what it cost",
    "decay": "decay of impact",
    "reversion": "half-life of impact",
    "impact_split_bps": "temporary and permanent impact",
    "price_improvement_bps": "price improvement",
    "time_to_fill_s": "time to fill",
    "duration_s": "duration",
    "reference": "the market without the order",
    "risk": "risk of waiting",
    "walking": "impact by walking the book",
    "displacement": "impact by moving the book",
    "impact_and_timing_bps": "impact and timing together",
    "robustness_vwap": "slippage by each VWAP",
    "robustness_arrival": "slippage by each arrival",
    "decision_efficiency": "held against a clairvoyant",
    "impact_used": "impact that was reckoned with",
    "is_amount": "what it cost",
    "slippage_bps": "slippage",
}


def named(field: str) -> str:
    """A field's name in a report."""
    known = {**BENCHMARKS, **_OTHERS}
    if field in known:
        return known[field]
    kind, _, horizon = field.rpartition("_")
    if kind and horizon.isdigit() and kind in {"markout", "realized", "impact", "covered"}:
        return f"{kind} after {horizon} s"
    return field.removesuffix("_bps").replace("_", " ").replace("vwap", "VWAP").replace("twap", "TWAP").replace("pwp", "PWP")


def signed(value: float | None) -> str:
    """Basis points with a sign; zero has none."""
    if value is None:
        return NONE
    text = f"{value:+,.2f}".replace("-", "−")
    return "0.00" if text[1:] == "0.00" else text


def deviations(value: float) -> str:
    """Standard deviations with a sign; zero has none."""
    text = f"{value:+.1f}".replace("-", "−")
    return "0.0" if text[1:] == "0.0" else text


def share(value: float | None) -> str:
    """A share in per cent."""
    return NONE if value is None else f"{value:.1%}".replace("-", "−")


def money(amount: str | None) -> str:
    """An exact amount, in groups of three digits."""
    if amount is None:
        return NONE
    whole, _, digits = amount.lstrip("-").partition(".")
    return f"{'−' if amount.startswith('-') else ''}{int(whole):,}{'.' if digits else ''}{digits}"


def plain(value: float | None) -> str:
    """A figure with two digits."""
    return NONE if value is None else f"{value:,.2f}".replace("-", "−")
