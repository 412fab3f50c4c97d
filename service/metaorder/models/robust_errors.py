"""Errors of estimates whose observations hang together: heteroskedastic and autocorrelated, by lags or by blocks."""

from __future__ import annotations

import math

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, vector


def usual_lags(n: int) -> int:
    """Newey and West's rule for how many lags to look back: 4 (n/100)^(2/9), rounded up; 0 for fewer than 2 observations."""
    return min(math.ceil(4 * (n / 100) ** (2 / 9)), n - 1) if n > 1 else 0


def long_run(scores: Floats, *, lags: int, group: Floats | None = None) -> Floats:
    """The variance of a sum of scores that are correlated over up to `lags` steps.

        S = G_0 + sum_{l=1..L} (1 - l/(L+1)) (G_l + G_l'),   G_l = sum_t s_t s_{t-l}'

    scores: shape (n, p). lags: L >= 0. group: numbers of days, shape (n,): scores of two of them do not hang together.
    Returns shape (p, p), symmetric and positive semidefinite. Raises Invalid: lags below 0.
    Source: Newey and West (1987).
    """
    if lags < 0:
        raise Invalid("lags", "0 or more", lags)
    total = scores.T @ scores
    for lag in range(1, min(lags, len(scores) - 1) + 1):
        now, before = scores[lag:], scores[:-lag]
        if group is not None:
            now = now * (group[lag:] == group[:-lag])[:, None]
        product = now.T @ before
        total = total + (1 - lag / (lags + 1)) * (product + product.T)
    return np.asarray(total, dtype=np.float64)


def sandwich(gradient: Floats, residuals: Floats, *, lags: int, group: Floats | None = None) -> Floats:
    """Covariance of least-squares coefficients, linear or not, that holds whatever the errors' variance and correlation.

        (G'G)^{-1} S (G'G)^{-1} n/(n - p),   S = `long_run` of g_t e_t

    gradient: of the fitted values by the coefficients, about its mean where there is an intercept, shape (n, p). residuals: shape
    (n,). Returns shape (p, p). Raises Invalid: as many coefficients as observations, or coefficients that the data do not tell
    apart.
    Source: White (1980), Newey and West (1987); the factor is MacKinnon and White's HC1.
    """
    n, p = gradient.shape
    if n <= p:
        raise Invalid("gradient", f"more than {p} observations", n)
    size = np.sqrt((gradient**2).sum(axis=0))
    if not bool(np.all(size > 0)):
        raise Invalid("gradient", "columns that vary", size.tolist())
    scaled = gradient / size
    try:
        bread = np.linalg.inv(scaled.T @ scaled)
    except np.linalg.LinAlgError:
        raise Invalid("gradient", "columns that the others do not make up", p) from None
    middle = long_run(scaled * residuals[:, None], lags=lags, group=group)
    return np.asarray(bread @ middle @ bread * (n / (n - p)) / np.outer(size, size), dtype=np.float64)


def block_error(totals: Numbers, weights: Numbers) -> tuple[float, float]:
    """A weighted mean and its standard error from consecutive blocks, whose slow drift over the day is no error.

        m = sum T_b / sum W_b;   u_b = T_b - m W_b;   se^2 = B/(B-1) sum (u_{b+1} - u_b)^2 / 2 / (sum W_b)^2

    totals: T, weighted sum of each block; weights: W >= 0; shape (B,), B >= 2. Differences of neighbours leave out what changes
    slowly, like the shape of the day, and keep what is chance from block to block.
    Raises Invalid: fewer than 2 blocks, or no weight.
    Source: von Neumann's (1941) successive differences.
    """
    total = vector("totals", totals, least=2)
    weight = vector("weights", weights, length=total.size)
    whole = float(weight.sum())
    if not whole > 0:
        raise Invalid("weights", "above 0 in sum", whole)
    mean = float(total.sum()) / whole
    rest = total - mean * weight
    blocks = total.size
    variance = blocks / (blocks - 1) * float((np.diff(rest) ** 2).sum()) / 2
    return mean, math.sqrt(variance) / whole


def block_bootstrap(n: int, *, block: int, draws: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Rows to draw n observations anew in blocks of neighbours, so that what hangs together stays together.

    n: observations. block: neighbours that are drawn together, 1 <= block <= n. draws: samples. seed: >= 0: the same seed draws
    the same rows. Returns shape (draws, n): row numbers, of a circle of the observations. Raises Invalid.
    Source: Politis and Romano (1992), the circular block bootstrap.
    """
    if not 1 <= block <= n:
        raise Invalid("block", f"between 1 and {n}", block)
    if draws < 1 or seed < 0:
        raise Invalid("draws" if draws < 1 else "seed", "at least 1" if draws < 1 else "0 or more", draws if draws < 1 else seed)
    dice = np.random.default_rng(seed)
    starts = dice.integers(0, n, size=(draws, -(-n // block)))
    rows = (starts[:, :, None] + np.arange(block)) % n
    return np.asarray(rows.reshape(draws, -1)[:, :n], dtype=np.int64)
