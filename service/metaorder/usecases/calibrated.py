"""What a calibration says of an instrument, as a profile says it: only what the data identified, under the calibration's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

Doc = dict[str, Any]
WEIGHT = 10**6
"""Shares of the day become whole weights of so many parts."""


def from_calibration(calibration: str, result: Mapping[str, Any]) -> Doc:
    """The profile that a calibration's result makes; what it refused is left out.

    adv: the mean volume of its days. sigma_per_sqrt_day: the volatility that it chose. median_spread: twice the quoted half
    spread, a mean. curve: its shares of the day. impact: eta and gamma of Almgren and Chriss, linear, in units of volatility and
    of a day's volume; or the square-root law with its Y, where metaorders gave it. Standard errors go with each.
    """
    found = {each["name"]: each for each in result["parameters"] if each["value"] is not None}
    doc: Doc = {"source": f"calibration {calibration}", "calibration_id": calibration, **_as_of(result["as_of"])}
    errors: dict[str, float] = {}
    days = [each for each in result["sources"] if "volume" in each]
    adv = sum(each["volume"] for each in days) / len(days) if days else 0.0
    if round(adv) > 0:
        doc["adv"] = round(adv)
    chosen = result["chosen"].get("volatility", {}).get("parameter")
    if chosen in found:
        doc["sigma_per_sqrt_day"] = found[chosen]["value"]
        _error(errors, "sigma_per_sqrt_day", found[chosen], 1.0)
    spread = found.get("half_spread_quoted")
    if spread is not None and spread["value"] > 0:
        doc["median_spread"] = f"{2 * spread['value']:.9f}".rstrip("0").rstrip(".")
        _error(errors, "median_spread", spread, 2.0)
    shares = [found[name]["value"] for name in _numbered(found)]
    if shares and sum(shares) > 0:
        doc["curve"] = [max(0, round(share * WEIGHT)) for share in shares]
    law = _linear(found, adv, days) or _square_root(found)
    if law is not None:
        doc["impact"] = law
    return {**doc, "errors": errors} if errors else doc


def _as_of(said: str) -> Doc:
    """When its data end: of a table the end of its last day; nothing where its days are called otherwise."""
    if "T" in said:
        return {"as_of": said}
    try:
        return {"as_of": f"{date.fromisoformat(said).isoformat()}T23:59:59Z"}
    except ValueError:
        return {}


def _numbered(found: Mapping[str, Any]) -> list[str]:
    names = [name for name in found if name.startswith("volume_share_")]
    return sorted(names, key=lambda name: int(name.rpartition("_")[2]))


def _linear(found: Mapping[str, Any], adv: float, days: list[Mapping[str, Any]]) -> Doc | None:
    """Eta [price per unit a second] and gamma [price per unit] over what a day's volatility and volume come to."""
    eta, gamma, sigma = (found.get(name) for name in ("eta", "gamma", "sigma"))
    if eta is None or gamma is None or sigma is None or adv <= 0 or sigma["value"] <= 0:
        return None
    session_s = sum(each["session_s"] for each in days) / len(days)
    permanent = gamma["value"] * adv / sigma["value"]
    temporary = eta["value"] * adv / session_s / sigma["value"]
    if permanent < 0 or temporary <= 0:
        return None
    return {"law": "power", "permanent": permanent, "temporary": temporary, "exponent": 1.0}


def _square_root(found: Mapping[str, Any]) -> Doc | None:
    """Y of the square-root law, at the power 1/2 at which it was estimated."""
    y = found.get("square_root_Y")
    if y is None:
        return None
    law: Doc = {"law": "square_root", "coefficient": y["value"], "exponent": 0.5}
    return law if y.get("standard_error") is None else {**law, "errors": {"coefficient": y["standard_error"]}}


def _error(errors: dict[str, float], name: str, estimate: Mapping[str, Any], scale: float) -> None:
    if estimate.get("standard_error") is not None:
        errors[name] = estimate["standard_error"] * scale
