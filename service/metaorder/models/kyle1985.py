"""Kyle's auction: how much the price moves a share when one trader knows the value and the others do not."""

from __future__ import annotations

import math
from dataclasses import dataclass

from metaorder.models.inputs import not_negative, positive


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """The one linear equilibrium.

    lam: price move a share of net flow [$/share]. beta: shares the informed trader buys a dollar of mispricing [shares/$];
    None when nothing is unknown. expected_profit: of the informed trader [$]. posterior_var: what is still unknown after [$^2].
    """

    lam: float
    beta: float | None
    expected_profit: float
    posterior_var: float


def equilibrium(sigma0: float, sigma_u: float) -> Equilibrium:
    """What a market maker charges for flow that may know more than he does.

        lambda = sqrt(Sigma0)/(2 sigma_u),  beta = sigma_u/sqrt(Sigma0),  profit = sigma_u sqrt(Sigma0)/2,  posterior = Sigma0/2

    sigma0: VARIANCE of the value before trading >= 0 [$^2]. sigma_u: standard deviation of the noise flow > 0 [shares].
    Raises Invalid: a number breaks its rule. Without noise flow there is no equilibrium.
    Source: Kyle (1985), the single auction.
    """
    doubt = math.sqrt(not_negative("sigma0", sigma0))
    noise = positive("sigma_u", sigma_u)
    return Equilibrium(
        lam=doubt / (2 * noise),
        beta=noise / doubt if doubt else None,
        expected_profit=noise * doubt / 2,
        posterior_var=sigma0 / 2,
    )
