"""A basket's schedule within a cash band: Almgren and Chriss for several assets, with imbalance of cash priced as risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.ac_multi import Matrix, optimal
from metaorder.models.hyperbolic import sinh_share
from metaorder.models.inputs import Floats, Numbers, every, matrix, not_negative, vector

STEP = 16.0
MOST_STEPS = 24
HALVINGS = 14


@dataclass(frozen=True, slots=True)
class Balanced:
    """What is left of each asset, and how far cash is out of balance on the way.

    left: shares of each asset's start, from 1 to 0, never rising, shape (N + 1, m). imbalance: its largest size [$].
    price: of imbalance, mu >= 0 [1/$]; 0 = the band does not bind. common: every asset follows one path, for nothing else did.
    """

    left: Floats
    imbalance: float
    price: float
    common: bool


def balanced(
    shares: Numbers,
    horizon: float,
    periods: int,
    *,
    covariance: Matrix,
    temporary: Matrix,
    permanent: Matrix,
    risk_aversion: float,
    values: Numbers,
    band: float | None,
    common_kappa: float,
) -> Balanced:
    """The joint schedule that keeps purchases and sales within `band` of each other, as a share of what each comes to.

        min E + lambda V + mu tau sum_j D_j^2,   D_j = 2 B S / (B + S) (b_j / B - s_j / S)

    B and S are the values of all that is bought and sold, b_j and s_j of what is done after period j; with B = S, D is what was
    spent less what was earned. D_j is linear in what is left, so that mu only adds to the covariance: it is the least price at
    which |D_j| <= band in every period. No asset is reversed on the way: a path that would is held where it is, and the band is
    held against the path that is left. Where no price suffices all assets follow one path, whose D is 0.

    shares: X, positive to sell and negative to buy, none 0, shape (m,). horizon: T > 0 [time]. periods: N >= 1.
    covariance, temporary, permanent, risk_aversion: as in ac_multi. values: of one share of each, > 0 [$].
    band: >= 0 [$]; None = none. common_kappa: of the one path, >= 0 [1/time].
    Raises Invalid: a number, shape or matrix breaks its rule.
    Source: Almgren and Chriss (2000), Appendix A; the price of imbalance is a Lagrange multiplier of the average constraint,
    raised until the largest holds, which costs a little more than the optimum under the largest.
    """
    x0, v = vector("shares", shares, least=1), vector("values", values)
    every("shares", x0 != 0, "other than 0", x0)
    every("values", v > 0, "greater than 0", v)
    if v.size != x0.size:
        raise Invalid("values", f"{x0.size} values, as many as there are shares", v.size)
    weights = _weights(x0, v)
    c = matrix("covariance", covariance, columns=x0.size)
    free = band is None or not weights.any()
    most = np.inf if free or band is None else not_negative("band", band)

    def at(price: float) -> tuple[Floats, float]:
        plan = optimal(
            x0,
            horizon,
            periods,
            covariance=risk_aversion * c + price * np.outer(weights, weights),
            temporary=temporary,
            permanent=permanent,
            eps=np.zeros(x0.size),
            risk_aversion=1.0,
        )
        left = np.minimum.accumulate(np.clip(plan.holdings / x0, 0.0, 1.0), axis=0)
        return left, float(np.abs((left * x0) @ weights).max())

    not_negative("risk_aversion", risk_aversion)
    left, worst = at(0.0)
    if worst <= most:
        return Balanced(left, worst, 0.0, common=False)
    first = np.abs(np.diag(matrix("temporary", temporary))).mean() / float(weights @ weights) / horizon**2
    found = _least_price(at, most, first)
    if found is None:
        one = sinh_share(common_kappa * horizon, 1 - np.arange(periods + 1) / periods)
        return Balanced(np.repeat(one[:, None], x0.size, axis=1), 0.0, first, common=True)
    price, left, worst = found
    return Balanced(left, worst, price, common=False)


def _least_price(at: Callable[[float], tuple[Floats, float]], most: float, first: float) -> tuple[float, Floats, float] | None:
    """The least price at which the largest imbalance is `most` at the most, with what it leads to; None where none suffices."""
    over, price = 0.0, first
    for _ in range(MOST_STEPS):
        left, worst = at(price)
        if worst <= most:
            break
        over, price = price, price * STEP
    else:
        return None
    for _ in range(HALVINGS):
        middle = float(np.sqrt(max(over, price / STEP**2) * price))
        tried, found = at(middle)
        if found <= most:
            price, left, worst = middle, tried, found
        else:
            over = middle
    return float(price), left, worst


def _weights(x0: Floats, values: Floats) -> Floats:
    """The imbalance of cash as a linear function of what is left, D = weights . x; zeros where nothing is bought or sold."""
    bought, sold = float((-x0 * values)[x0 < 0].sum()), float((x0 * values)[x0 > 0].sum())
    if not bought or not sold:
        return np.zeros(x0.size)
    scale = 2 * bought * sold / (bought + sold)
    found: Floats = scale * values / np.where(x0 < 0, bought, sold)
    return found


def check_correlation(rows: Matrix) -> None:
    """Raises Invalid: it is not square, not symmetric, not 1 on its diagonal, or not positive semidefinite."""
    found = matrix("correlation", rows)
    if found.shape[0] != found.shape[1]:
        raise Invalid("correlation", "as many rows as columns", list(found.shape))
    if not (found == found.T).all() or not (np.diag(found) == 1).all() or np.abs(found).max() > 1:
        raise Invalid("correlation", "symmetric, 1 on the diagonal and from -1 to 1 beside it", found.tolist())
    least = float(np.linalg.eigvalsh(found)[0])
    if least < -1e-9:
        raise Invalid("correlation", "positive semidefinite", least)
