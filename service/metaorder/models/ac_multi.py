"""Almgren and Chriss for a basket: positions that hedge each other may wait, those that add up go first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid
from metaorder.models.hyperbolic import sinh_share, sinh_steps
from metaorder.models.inputs import Floats, Numbers, every, matrix, not_negative, positive, vector, whole

Matrix = Sequence[Numbers] | npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Basket:
    """The optimal schedule of m assets.

    holdings: shares left at the start and after each period, shape (N + 1, m). trades: of each period, shape (N, m).
    cost: E [$]. variance: V [$^2]. kappas: urgency of each of the m independent portfolios, rising [1/day].
    """

    holdings: Floats
    trades: Floats
    cost: float
    variance: float
    kappas: Floats


def optimal(
    shares: Numbers,
    horizon: float,
    periods: int,
    *,
    covariance: Matrix,
    temporary: Matrix,
    permanent: Matrix,
    eps: Numbers,
    risk_aversion: float,
) -> Basket:
    """The joint schedule that minimises E + lambda V.

        (x_{j-1} - 2 x_j + x_{j+1}) / tau^2 = lambda Ht^-1 C x_j,  Ht = H - tau G / 2
        E = X'GX/2 + eps'|X| + (1/tau) sum n'Ht n,  V = tau sum_{j=1..N} x_j'C x_j

    In the portfolios that Ht and C make independent each is a single asset of its own urgency. An asset may be traded only to
    hedge, or reversed on the way: eps is then paid on more than |X|, which E does not count.

    shares: X, negative to buy back, shape (m,). horizon: T > 0 [days]. periods: N >= 1. covariance: C, symmetric, positive
    semidefinite [($/share)^2/day]. temporary, permanent: H [($/share)/(share/day)] and G [$/share^2], symmetric, Ht positive
    definite, the diagonal of G >= 0; all of shape (m, m). eps: half spread and fees of each >= 0 [$/share].
    risk_aversion: lambda >= 0 [1/$].
    Raises Invalid: a number, shape or matrix breaks its rule.
    Source: Almgren and Chriss (2000), Appendix A.
    """
    x0 = vector("shares", shares, least=1)
    periods = whole("periods", periods)
    tau, lam = positive("horizon", horizon) / periods, not_negative("risk_aversion", risk_aversion)
    half = vector("eps", eps, length=x0.size)
    every("eps", half >= 0, "0 or more", half)
    c, h, g = (_symmetric(name, each, x0.size) for name, each in zip(NAMES, (covariance, temporary, permanent), strict=True))
    every("permanent", (g >= 0) | ~np.eye(x0.size, dtype=np.bool_), "0 or more on the diagonal", g)
    root, back = _square_root(h - tau * g / 2)
    risk, turn = np.linalg.eigh(back @ c @ back)
    if risk[0] < -1e-9 * max(risk[-1], 0.0):
        raise Invalid("covariance", "positive semidefinite", float(risk[0]))
    kappas = 2 * np.arcsinh(tau * np.sqrt(lam * np.clip(risk, 0.0, None)) / 2) / tau
    start = turn.T @ root @ x0
    left = 1 - np.arange(periods + 1) / periods
    u = kappas * horizon
    to_assets = back @ turn
    independent = sinh_steps(u, periods).T * start
    held = sinh_share(u[None, :], left[:, None]) * start
    holdings = held @ to_assets.T
    holdings[0], holdings[-1] = x0, 0.0
    spent = x0 @ g @ x0 / 2 + half @ np.abs(x0) + np.square(independent).sum() / tau
    return Basket(
        holdings=holdings,
        trades=independent @ to_assets.T,
        cost=float(spent),
        variance=float(tau * np.einsum("ji,ik,jk->", holdings[1:], c, holdings[1:])),
        kappas=kappas,
    )


NAMES = ("covariance", "temporary", "permanent")


def _symmetric(name: str, values: Matrix, size: int) -> Floats:
    found = matrix(name, values, columns=size)
    if found.shape[0] != size:
        raise Invalid(name, f"{size} rows, as many as there are shares", found.shape[0])
    if not np.allclose(found, found.T, rtol=1e-9, atol=1e-12 * np.abs(found).max(initial=0.0)):
        raise Invalid(name, "symmetric", found.tolist())
    return (found + found.T) / 2


def _square_root(ht: Floats) -> tuple[Floats, Floats]:
    """The symmetric root of a positive definite matrix, and its inverse."""
    values, vectors = np.linalg.eigh(ht)
    if values[0] <= 1e-13 * abs(values[-1]):
        raise Invalid("temporary", "positive definite less tau/2 times permanent", float(values[0]))
    return (vectors * np.sqrt(values)) @ vectors.T, (vectors / np.sqrt(values)) @ vectors.T
