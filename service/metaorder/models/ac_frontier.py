"""Almgren and Chriss' efficient frontier: what less risk costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.models.ac_discrete import Programme
from metaorder.models.hyperbolic import sinh_share, sinh_steps
from metaorder.models.inputs import Floats, Numbers, every, vector


@dataclass(frozen=True, slots=True)
class Point:
    """Expected cost [$] and variance [$^2] of one schedule."""

    cost: float
    variance: float


@dataclass(frozen=True, slots=True)
class Frontier:
    """The best expected cost [$], variance [$^2] and urgency kappa [1/day] for each risk aversion, each of shape (n,)."""

    cost: Floats
    variance: Floats
    kappa: Floats


def frontier(programme: Programme, risk_aversions: Numbers) -> Frontier:
    """One optimal schedule for each price of risk. Along it dE/dV = -lambda.

    risk_aversions: lambda >= 0, any order, shape (n,) [1/$]. Work and memory are n times the periods.
    Raises Invalid: one of them is negative or not finite.
    Source: Almgren and Chriss (2000), section 2.
    """
    p = programme
    lam = vector("risk_aversions", risk_aversions)
    every("risk_aversions", lam >= 0, "0 or more", lam)
    kappa = 2 * np.arcsinh(p.tau * np.sqrt(lam / p.eta_tilde) * p.sigma / 2) / p.tau
    holdings = p.shares * sinh_share((kappa * p.horizon)[:, None], p.left[None, 1:])
    trades = p.shares * sinh_steps(kappa * p.horizon, p.periods)
    fixed = p.gamma * p.shares**2 / 2 + p.eps * abs(p.shares)
    return Frontier(
        cost=fixed + p.eta_tilde / p.tau * np.square(trades).sum(axis=1),
        variance=p.sigma**2 * p.tau * np.square(holdings).sum(axis=1),
        kappa=kappa,
    )


def straight_line(programme: Programme) -> Point:
    """The cheapest end: equal trades.

    E = gamma X^2/2 + eps |X| + eta_tilde X^2/T,  V = sigma^2 X^2 T/3 (1 - 1/N)(1 - 1/(2N))
    """
    p, n = programme, programme.periods
    square = p.shares**2
    return Point(
        cost=p.gamma * square / 2 + p.eps * abs(p.shares) + p.eta_tilde * square / p.horizon,
        variance=p.sigma**2 * square * p.horizon / 3 * (1 - 1 / n) * (1 - 1 / (2 * n)),
    )


def at_once(programme: Programme) -> Point:
    """The end without risk: everything in the first period. E = eps |X| + eta X^2 / tau, V = 0."""
    p = programme
    return Point(cost=p.eps * abs(p.shares) + p.eta * p.shares**2 / p.tau, variance=0.0)
