"""Trade on a forecast at given moments: the exact optimum against one's own fading impact, one step at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.impact_state import Decay, path
from metaorder.models.inputs import Floats, Numbers, finite, positive, vector


@dataclass(frozen=True, slots=True)
class Optimum:
    """What to trade, and what it is expected to make.

    trades: Q, shape (n,) [shares]. before, after: impact around each trade. pnl: sum of (alpha - mean impact) Q.
    left: rho, what is left of an impact a step later. multiplier: what the quantity asked for adds to alpha; 0 when none was.
    """

    trades: Floats
    before: Floats
    after: Floats
    pnl: float
    left: float
    multiplier: float


def optimal(
    alpha: Numbers,
    *,
    beta: float,
    dt: float,
    per_share: float,
    shares: float | None = None,
    start: float = 0.0,
    decay: Decay = Decay.EXACT,
) -> Optimum:
    """The trades that earn the most from a forecast, of whatever quantity or of X shares.

        I_{k+1} = rho (I_k + lambda_t Q_k);  max sum (alpha_k - I_k - lambda_t Q_k / 2) Q_k
        Q = K^-1 (alpha + m - I_0 rho^k) / lambda_t,  K_ij = rho^|i-j|,  m = (X - 1'Q_free) lambda_t / (1'K^-1 1)

    K's inverse is tridiagonal, so n moments take n steps. A forecast that jumps from moment to moment is traded at both sides of
    each jump, in any size: smooth it, or bound the trades with `constrained`.

    alpha: the move of the unperturbed price that is still expected at each moment, shape (n,), n >= 1. beta: > 0 [1/time].
    dt: between moments > 0 [time]. per_share: lambda_t > 0, in alpha's units a share. shares: X; None when free [shares].
    start: I_0, impact before the first trade. decay: EXACT or EULER.
    Raises Invalid: a number breaks its rule.
    Source: derived here; K's inverse is that of Kac, Murdock and Szego.
    """
    view = vector("alpha", alpha, least=1)
    step, lam = positive("beta", beta) * positive("dt", dt), positive("per_share", per_share)
    if decay is Decay.EULER_BEFORE:
        raise Invalid("decay", "exact or euler", str(decay))
    if decay is Decay.EULER and step >= 2:
        raise Invalid("dt", f"below 2 / beta = {2 / beta}: the Euler form explodes", dt)
    exact = decay is Decay.EXACT
    left, gone = (math.exp(-step), -math.expm1(-2 * step)) if exact else (1 - step, step * (2 - step))
    view = view - finite("start", start) * left ** np.arange(view.size)
    weights = _inverse(np.ones(view.size), left, gone)
    multiplier = 0.0
    if shares is not None:
        multiplier = (finite("shares", shares) * lam - float(weights @ view)) / float(weights.sum())
    trades = _inverse(view + multiplier, left, gone) / lam
    before = path(trades, beta=beta, dt=dt, per_share=lam, start=start, decay=decay)[:-1]
    after = before + lam * trades
    pnl = float((vector("alpha", alpha) - before - lam * trades / 2) @ trades)
    return Optimum(trades, before, after, pnl, left, multiplier)


def _inverse(values: Floats, left: float, gone: float) -> Floats:
    """K^-1 values. gone: 1 - rho^2."""
    if values.size == 1:
        return values
    found = (1 + left**2) * values
    found[[0, -1]] = values[[0, -1]]
    found[1:] -= left * values[:-1]
    found[:-1] -= left * values[1:]
    solved: Floats = found / gone
    return solved
