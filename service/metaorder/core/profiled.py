"""The market as an order's profile has it: what the account states of the instrument stands in for what the market shows."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

from metaorder.domain.calendar import TradingDay
from metaorder.domain.market import VolumeCurve
from metaorder.domain.order import ParentOrder
from metaorder.domain.profile import Profile
from metaorder.domain.state import Basis, MarketState
from metaorder.domain.units import MICRO, SECOND, Lots, Microticks, Nanos


def profiled(market: MarketState, order: ParentOrder, day: TradingDay) -> MarketState:
    """The market with the profile's numbers in the place of its own, each where it is stated; `basis.stated` names them."""
    profile = order.profile
    if profile is None:
        return market
    curve = market.curve if profile.curve is None else _curve(profile.curve, day, profile.source)
    ahead = market.volume_ahead
    if profile.adv is not None:
        whole = curve.between(curve.edges[0], curve.edges[-1])
        ahead = Lots(profile.adv * curve.between(market.now, order.end) // whole)
    basis = _basis(market.basis, profile, day, ahead)
    return replace(market, curve=curve, volume_ahead=ahead, basis=basis)


def _basis(basis: Basis, profile: Profile, day: TradingDay, ahead: Lots | None) -> Basis:
    day_s = (day.close - day.open) / SECOND
    sigma = basis.sigma
    if profile.sigma is not None and basis.mid2 is not None:
        sigma = Microticks(round(float(profile.sigma) * basis.mid2 / 2 / math.sqrt(day_s) * MICRO))
    stated = [name for name in ("adv", "sigma", "spread", "curve", "impact") if getattr(profile, name) is not None]
    return replace(
        basis,
        sigma=sigma,
        spread=basis.spread if profile.spread is None else profile.spread,
        adv=basis.adv if profile.adv is None else profile.adv,
        ahead=ahead,
        impact=profile.impact,
        stated=f"{', '.join(stated)}: {profile.source}" if stated else None,
    )


@lru_cache(maxsize=256)
def _curve(weights: tuple[int, ...], day: TradingDay, source: str) -> VolumeCurve:
    n, length = len(weights), day.close - day.open
    edges = tuple(Nanos(day.open + length * part // n) for part in range(n + 1))
    return VolumeCurve(edges, weights, f"profile: {source}")
