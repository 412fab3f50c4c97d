"""Almgren and Chriss: sell in equal periods, slowly enough for the impact and fast enough for the risk."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.hyperbolic import sinh_share, sinh_steps
from metaorder.models.inputs import Floats, Numbers, finite, not_negative, positive, vector, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is to be sold, by when, and what the market asks for it.

    shares: X, to sell; negative to buy back [shares]. horizon: T > 0 [days]. periods: N >= 1, of equal length [count].
    sigma: volatility, arithmetic, >= 0 [$/share/sqrt(day)]. eps: half spread and fees, >= 0 [$/share].
    gamma: permanent impact, >= 0 [$/share^2]. eta: temporary impact, > 0 [($/share)/(share/day)].
    Raises Invalid: a number breaks its rule, or eta - gamma tau / 2 <= 0: then to trade faster would cost less.
    """

    shares: float
    horizon: float
    periods: int
    sigma: float
    eps: float
    gamma: float
    eta: float

    def __post_init__(self) -> None:
        finite("shares", self.shares)
        positive("horizon", self.horizon)
        whole("periods", self.periods)
        for name in ("sigma", "eps", "gamma"):
            not_negative(name, getattr(self, name))
        positive("eta", self.eta)
        if self.eta_tilde <= 0:
            raise Invalid("eta", f"above gamma tau / 2 = {self.gamma * self.tau / 2}", self.eta)

    @property
    def tau(self) -> float:
        """The length of a period [days]."""
        return self.horizon / self.periods

    @property
    def eta_tilde(self) -> float:
        """Temporary impact less what of it the permanent impact counts already [($/share)/(share/day)]."""
        return self.eta - self.gamma * self.tau / 2

    @property
    def left(self) -> Floats:
        """The share of the time that is left at the start and after each period, from 1 to 0, shape (N + 1,)."""
        return 1 - np.arange(self.periods + 1) / self.periods


@dataclass(frozen=True, slots=True)
class Schedule:
    """A way to work a programme, and what it costs.

    holdings: x, shares left at the start and after each period, shape (N + 1,). trades: n, shares of each period, shape (N,).
    cost: E, expected against the arrival price [$]. variance: V [$^2]. utility: E + lambda V [$].
    kappa_tilde, kappa: urgency before and after the correction for discrete periods [1/day].
    """

    holdings: Floats
    trades: Floats
    cost: float
    variance: float
    utility: float
    kappa_tilde: float
    kappa: float

    @property
    def theta(self) -> float:
        """The trade's half-life, in which the position falls to 1/e of itself; infinite for a straight line [days]."""
        return 1 / self.kappa if self.kappa else math.inf


def optimal(programme: Programme, risk_aversion: float) -> Schedule:
    """The schedule that nobody beats at this price of risk: minimal E + lambda V.

        x_j = X sinh(kappa (T - t_j)) / sinh(kappa T)
        (2 / tau^2)(cosh(kappa tau) - 1) = kappa_tilde^2 = lambda sigma^2 / eta_tilde,  eta_tilde = eta - gamma tau / 2

    It is exact for N periods: sqrt(lambda sigma^2 / eta) is its limit for ever shorter ones, see `ac_continuous`.

    risk_aversion: lambda >= 0 [1/$]; 0 gives the straight line.
    Raises Invalid: risk_aversion is negative or not finite.
    Source: Almgren and Chriss, Optimal execution of portfolio transactions, Journal of Risk 3(2) (2000/1), sections 1 and 2.
    """
    slow, fast = urgency(programme, risk_aversion)
    u = fast * programme.horizon
    holdings = programme.shares * sinh_share(u, programme.left)
    trades = programme.shares * sinh_steps(u, programme.periods)
    e, v = cost(programme, holdings, trades), variance(programme, holdings)
    return Schedule(holdings, trades, e, v, e + risk_aversion * v, slow, fast)


def urgency(programme: Programme, risk_aversion: float) -> tuple[float, float]:
    """kappa_tilde and kappa = 2 asinh(tau kappa_tilde / 2) / tau [1/day]. Raises Invalid as `optimal`."""
    slow = math.sqrt(not_negative("risk_aversion", risk_aversion) / programme.eta_tilde) * programme.sigma
    return slow, 2 * math.asinh(programme.tau * slow / 2) / programme.tau


def schedule(programme: Programme, holdings: Numbers, risk_aversion: float = 0.0, drift: float = 0.0) -> Schedule:
    """What any way to work the programme costs, optimal or not; its urgency is that of the optimum at this risk aversion.

    holdings: from `programme.shares` to 0, shape (N + 1,) [shares].
    Raises Invalid: they have another length, or begin or end elsewhere.
    """
    x = vector("holdings", holdings, length=programme.periods + 1)
    if x[0] != programme.shares or x[-1] != 0:
        raise Invalid("holdings", f"from {programme.shares} to 0", (float(x[0]), float(x[-1])))
    e, v = cost(programme, x, -np.diff(x), drift), variance(programme, x)
    return Schedule(x, -np.diff(x), e, v, e + risk_aversion * v, *urgency(programme, risk_aversion))


def cost(programme: Programme, holdings: Floats, trades: Floats, drift: float = 0.0) -> float:
    """Expected cost against the arrival price [$]; the spread is paid on every share, also of trades that come back.

    E = gamma X^2 / 2 + eps sum |n_j| + (eta_tilde / tau) sum n_j^2 - drift tau sum_{j=1..N} x_j
    """
    p = programme
    moved = p.gamma * p.shares**2 / 2 + p.eps * np.abs(trades).sum() + p.eta_tilde / p.tau * (trades @ trades)
    return float(moved - drift * p.tau * holdings[1:].sum())


def variance(programme: Programme, holdings: Floats) -> float:
    """Variance of the cost [$^2]: V = sigma^2 tau sum_{j=1..N} x_j^2, of what is held after each trade."""
    return float(programme.sigma**2 * programme.tau * (holdings[1:] @ holdings[1:]))
