"""The scales of a market that a schedule rests on: its risk and its impact, as stated, or as the market showed them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from metaorder.domain.state import Basis, State
from metaorder.domain.units import MICRO, SECOND

PER_CENT = 0.01
PER_TENTH = 0.1
FASTEST = 3.0
"""kappa T = FASTEST u / (1 - u): the urgency at which the order is half done after .23 of its window is one half."""


@dataclass(frozen=True, slots=True)
class Scales:
    """What holding and trading cost; None where nobody says.

    sigma: volatility [ticks per square root of a second]. eta: temporary impact [ticks per lot a second].
    gamma: permanent impact [ticks per lot]. half_spread: [ticks]. source: where impact comes from.
    """

    sigma: float | None
    eta: float | None
    gamma: float
    half_spread: float | None
    source: str


def scales(state: State, *, sigma: Decimal | None = None, eta: Decimal | None = None, gamma: Decimal | None = None) -> Scales:
    """The stated numbers, and for those that are not stated what the market showed when the plan was drawn.

    Impact of a profile's power law is made linear at the average rate of the plan: what that rate costs stays the same. Without
    one it follows the example of Almgren and Chriss (2000): trading one per cent of a usual day's volume in a day costs a spread,
    and trading a tenth of it moves the price by one. Without a usual volume there is no impact.
    """
    return of_basis(
        state.plan.basis, day_s(state), rate=state.plan.lots / (state.plan.window / SECOND), sigma=sigma, eta=eta, gamma=gamma
    )


def of_basis(
    basis: Basis,
    day: float,
    *,
    rate: float,
    sigma: Decimal | None = None,
    eta: Decimal | None = None,
    gamma: Decimal | None = None,
) -> Scales:
    """The same of any market's basis. day: length of its day [seconds]. rate: of the plan, on average [lots/second]."""
    spread = None if basis.spread is None else basis.spread / MICRO
    found_sigma = float(sigma) if sigma is not None else None if basis.sigma is None else basis.sigma / MICRO
    found_eta, found_gamma, source = None, 0.0, "none"
    if eta is not None:
        found_eta, found_gamma, source = float(eta), 0.0 if gamma is None else float(gamma), "stated"
    elif basis.impact is not None and basis.adv and found_sigma and rate > 0:
        permanent, temporary, power = (float(each) for each in basis.impact)
        daily = found_sigma * math.sqrt(day)
        found_eta = temporary * daily * (rate * day / basis.adv) ** power / rate
        found_gamma, source = permanent * daily / basis.adv if gamma is None else float(gamma), "profile"
    elif spread and basis.adv:
        found_eta = spread * day / (PER_CENT * basis.adv)
        found_gamma = spread / (PER_TENTH * basis.adv) if gamma is None else float(gamma)
        source = "spread and usual volume"
    return Scales(found_sigma, found_eta, found_gamma, None if spread is None else spread / 2, source)


def day_s(state: State) -> float:
    """The length of the market's day [seconds]."""
    edges = state.market.curve.edges
    return (edges[-1] - edges[0]) / SECOND


def kappa_t(urgency: float) -> float:
    """The kappa T of an urgency u: 3 u / (1 - u), infinite at 1."""
    return FASTEST * urgency / (1 - urgency) if urgency < 1 else math.inf


def text(value: float | None) -> str | None:
    """A number as it stands in a reason."""
    return None if value is None else f"{value:.6g}"
