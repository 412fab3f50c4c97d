"""Realised volatility: how much a price moved, by estimators that use closes, ranges or every trade."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, every, vector, whole


@dataclass(frozen=True, slots=True)
class Variance:
    """A variance of log prices and what it may be wrong by.

    variance: of one bar; of the whole window for `two_scale` [log price squared]. It can come out below 0 where an estimator
    subtracts. standard_error: from the spread of the bars, None when there is one bar alone or the estimator gives none.
    n: bars or returns used.
    """

    variance: float
    standard_error: float | None
    n: int

    @property
    def sigma(self) -> float | None:
        """Volatility [log price per square root of the period]; None when the variance came out below 0."""
        return math.sqrt(self.variance) if self.variance >= 0 else None


@dataclass(frozen=True, slots=True)
class Bars:
    """Open, high, low and close of consecutive bars, each shape (n,) [$]; high at least, low at most each of the others.

    Raises Invalid: a price is not above 0, lengths differ, there is no bar, or a range does not hold its open and close.
    """

    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers

    def __post_init__(self) -> None:
        o, h, low, c = self.logs()
        every("high", (h >= o) & (h >= c), "at least the open and the close", np.exp(h))
        every("low", (low <= o) & (low <= c), "at most the open and the close", np.exp(low))

    def logs(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Logarithms of open, high, low and close."""
        o = _logs("open", self.open, least=1)
        return o, *(_logs(name, getattr(self, name), length=o.size) for name in ("high", "low", "close"))  # type: ignore[return-value]


def close_to_close(closes: Numbers, *, drift: bool = False) -> Variance:
    """Variance of returns between closes.

        mean of r^2;  with `drift` the sample variance about the mean, sum (r - mean r)^2 / (n - 1)

    closes: > 0, at least 2 (3 with drift), shape (n + 1,) [$]. Raises Invalid: too few prices, or one not above 0.
    """
    returns = np.diff(_logs("closes", closes, least=3 if drift else 2))
    if drift:
        n = returns.size
        return _mean((returns - returns.mean()) ** 2 * (n / (n - 1)))
    return _mean(returns**2)


def parkinson(bars: Bars) -> Variance:
    """From ranges alone, five times as efficient as closes; low when trading is not continuous.

        mean of (ln H/L)^2 / (4 ln 2)

    Source: Parkinson (1980).
    """
    _, high, low, _ = bars.logs()
    return _mean((high - low) ** 2 / (4 * math.log(2)))


def garman_klass(bars: Bars) -> Variance:
    """From ranges and closes, seven times as efficient as closes, when there is no drift.

        mean of (ln H/L)^2 / 2 - (2 ln 2 - 1) (ln C/O)^2

    Source: Garman and Klass (1980), the practical form.
    """
    opened, high, low, closed = bars.logs()
    return _mean((high - low) ** 2 / 2 - (2 * math.log(2) - 1) * (closed - opened) ** 2)


def rogers_satchell(bars: Bars) -> Variance:
    """From ranges, whatever the drift.

        mean of ln(H/C) ln(H/O) + ln(L/C) ln(L/O)

    Source: Rogers and Satchell (1991).
    """
    return _mean(_rogers_satchell(*bars.logs()))


def yang_zhang(bars: Bars) -> Variance:
    """With the jumps between bars: overnight, open to close and range together, whatever the drift.

        var(ln O_i/C_{i-1}) + k var(ln C/O) + (1 - k) RS,   k = 0.34/(1.34 + (n + 1)/(n - 1))

    bars: at least 3; the first gives its close alone, so that n is one less. Variances are of the sample, n - 1.
    The standard error is by the jackknife; None with fewer than 3 bars to use.
    Raises Invalid: fewer than 3 bars.
    Source: Yang and Zhang (2000).
    """
    opened, high, low, closed = bars.logs()
    if opened.size < 3:
        raise Invalid("bars", "at least 3 bars", opened.size)
    gaps, body = opened[1:] - closed[:-1], (closed - opened)[1:]
    ranges = _rogers_satchell(opened, high, low, closed)[1:]

    def estimate(kept: Floats) -> float:
        g, b, r = gaps[kept], body[kept], ranges[kept]
        k = 0.34 / (1.34 + (g.size + 1) / (g.size - 1))
        return float(g.var(ddof=1) + k * b.var(ddof=1) + (1 - k) * r.mean())

    return Variance(estimate(np.ones(gaps.size, dtype=np.bool_)), _jackknife(estimate, gaps.size), gaps.size)


def two_scale(prices: Numbers, *, scale: int) -> Variance:
    """Variance of a whole window from every trade, without what the bounce adds to it.

        n / ((K - 1) nbar) (mean over K grids of RV_k - (nbar/n) RV_all),   nbar = (n - K + 1)/K

    prices: of n + 1 trades > 0 [$]. scale: K, every K-th trade makes a grid; 2 <= K <= n.
    Returns the variance of the window; RV_all / (2 n) - variance / (2 n) is about the noise of one price. No standard error.
    Raises Invalid: scale or a price breaks its rule.
    Source: Zhang, Mykland and Ait-Sahalia (2005), with the area adjustment of Ait-Sahalia, Mykland and Zhang (2011): the grids
    see the first and last K returns less often than the others, by which the plain one is short by about K/n.
    """
    p = _logs("prices", prices, least=3)
    n = p.size - 1
    scale = whole("scale", scale, least=2, most=n)
    fast = float(np.sum(np.diff(p) ** 2))
    slow = float(np.sum((p[scale:] - p[:-scale]) ** 2)) / scale
    ratio = (n - scale + 1) / scale / n
    return Variance((slow - ratio * fast) / ((scale - 1) * ratio), None, n)


def _logs(field: str, prices: Numbers, *, least: int = 0, length: int | None = None) -> Floats:
    p = vector(field, prices, least=least, length=length)
    return np.asarray(np.log(every(field, p > 0, "above 0", p)), dtype=np.float64)


def _rogers_satchell(opened: Floats, high: Floats, low: Floats, closed: Floats) -> Floats:
    return (high - closed) * (high - opened) + (low - closed) * (low - opened)


def _mean(per_bar: Floats) -> Variance:
    n = per_bar.size
    return Variance(float(per_bar.mean()), float(per_bar.std(ddof=1)) / math.sqrt(n) if n > 1 else None, n)


def _jackknife(estimate: Callable[[Floats], float], n: int) -> float | None:
    """Standard error of an estimate over n bars, from what each bar's absence changes."""
    if n < 3:
        return None
    without = np.array([estimate(np.arange(n) != left_out) for left_out in range(n)])
    return float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))
