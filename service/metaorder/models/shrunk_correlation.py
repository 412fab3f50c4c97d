"""Correlation of several returns with its errors, and shrunk towards none, so that chance is not traded on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, matrix
from metaorder.models.robust_errors import long_run, usual_lags

LEAST_EIGENVALUE = 1e-6


@dataclass(frozen=True)
class Correlations:
    """sigma: standard deviation of each return, sigma_errors: their standard errors, shape (p,). value, errors: shape (p, p), of
    each pair; errors 0 on the diagonal. n: observations.
    """

    sigma: Floats
    sigma_errors: Floats
    value: Floats
    errors: Floats
    n: int


def correlations(returns: Floats, *, group: Floats | None = None) -> Correlations:
    """Pearson's correlation of every pair, with errors that hold for any tails and changing volatility.

        r = mean z_i z_j,   psi_t = z_i z_j - r (z_i^2 + z_j^2) / 2,   se^2 = S(psi) / n^2

    z are returns about their means in units of their deviations; psi is the influence of one observation on r, S its long-run
    variance (`robust_errors.long_run`, Newey and West's lags). Of normal returns se is (1 - r^2) / sqrt(n).

    returns: shape (n, p), n >= 3, p >= 2, each column varies. group: numbers of days, shape (n,): two days do not hang together.
    Raises Invalid: too few rows or columns, a number that is not finite, or a column that does not vary.
    Source: Fisher (1915) for r; Hampel (1974), the influence curve; Newey and West (1987).
    """
    rows = matrix("returns", returns)
    n, p = rows.shape
    if n < 3 or p < 2:
        raise Invalid("returns", "at least 3 rows and 2 columns", list(rows.shape))
    about = rows - rows.mean(axis=0)
    sigma = np.sqrt((about**2).mean(axis=0))
    flat = sigma <= 1e-13 * np.abs(rows).max(axis=0)
    if bool(flat.any()):
        raise Invalid(f"returns.{int(np.argmax(flat))}", "a column that varies", float(sigma[np.argmax(flat)]))
    z, lags = about / sigma, usual_lags(n)
    value, errors = np.eye(p), np.zeros((p, p))
    for i in range(p):
        for j in range(i):
            r = float(np.clip((z[:, i] * z[:, j]).mean(), -1.0, 1.0))
            psi = z[:, i] * z[:, j] - r * (z[:, i] ** 2 + z[:, j] ** 2) / 2
            value[i, j] = value[j, i] = r
            errors[i, j] = errors[j, i] = float(np.sqrt(long_run(psi[:, None], lags=lags, group=group)[0, 0])) / n
    spread = np.sqrt([long_run(z[:, [i]] ** 2 - 1, lags=lags, group=group)[0, 0] for i in range(p)]) / n
    return Correlations(sigma, np.asarray(sigma * spread / 2), value, errors, n)


def shrink(found: Correlations) -> tuple[Floats, float]:
    """The correlation that is expected to be off least, and how far it was drawn towards none.

        R* = (1 - s) R + s I,   s = min(1, sum_{i<j} se_ij^2 / sum_{i<j} r_ij^2)

    Returns (R*, s): 1 on the diagonal, symmetric. s is 0 where the pairs have no error, 1 where all is chance.
    Raises Invalid: what comes out is not positive definite: a return that others make up.
    Source: Schaefer and Strimmer (2005), target D of Ledoit and Wolf's (2003) rule for correlations.
    """
    over = np.triu_indices(len(found.value), 1)
    squares = float((found.value[over] ** 2).sum())
    share = min(1.0, float((found.errors[over] ** 2).sum()) / squares) if squares > 0 else 1.0
    shrunk = (1 - share) * found.value
    np.fill_diagonal(shrunk, 1.0)
    least = float(np.linalg.eigvalsh(shrunk)[0])
    if least < LEAST_EIGENVALUE:
        raise Invalid("correlation", f"positive definite, its least eigenvalue at least {LEAST_EIGENVALUE:g}", least)
    return shrunk, share
