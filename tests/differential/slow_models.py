"""Models in exact fractions, from their first-order conditions: no hyperbolic function, no matrix library, no floating point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

Exact = Sequence[Fraction]


def exactly(*values: float) -> list[Fraction]:
    return [Fraction(value) for value in values]


def solved(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """The solution of a system of linear equations, by elimination."""
    rows = [[*row, value] for row, value in zip(rows, right, strict=True)]
    n = len(rows)
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(n):
            if i != k and rows[i][k]:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [rows[k][n] / rows[k][k] for k in range(n)]


def unwound(
    shares: float, horizon: float, periods: int, *, sigma: float, eta: float, gamma: float, risk_aversion: float, drift: float
) -> list[Fraction]:
    """Holdings that are least in E + lambda V under a drift: tau^2 lambda sigma^2 x - et (x_- - 2 x + x_+) = tau^2 drift / 2."""
    x0, t, s, h, g, lam, mu = exactly(shares, horizon, sigma, eta, gamma, risk_aversion, drift)
    tau = t / periods
    et = h - g * tau / 2
    n = periods - 1
    rows = [[Fraction(0)] * n for _ in range(n)]
    right = [tau**2 * mu / 2] * n
    for k in range(n):
        rows[k][k] = 2 * et + tau**2 * lam * s**2
        if k:
            rows[k][k - 1] = -et
        else:
            right[0] = right[0] + et * x0
        if k < n - 1:
            rows[k][k + 1] = -et
    return [x0, *(solved(rows, right) if n else []), Fraction(0)]


def cost(
    held: Exact, horizon: float, *, eps: float, eta: float, gamma: float, drift: float, sigma: float
) -> tuple[Fraction, Fraction]:
    """E and V of holdings, from what each trade pays at the price that the trades before it have left."""
    t, e, h, g, mu, s = exactly(horizon, eps, eta, gamma, drift, sigma)
    tau, sold, total = t / (len(held) - 1), Fraction(0), Fraction(0)
    for before, after in pairwise(held):
        n = before - after
        total += n * (g * sold + h * n / tau) + e * abs(n)
        sold += n
    return total - mu * tau * sum(held[1:]), s**2 * tau * sum(x * x for x in held[1:])


def fading(n: int, left: Fraction) -> list[list[Fraction]]:
    """What is left at each of n moments of a unit from each: left^|i - j|."""
    return [[left ** abs(i - j) for j in range(n)] for i in range(n)]


def on_forecast(alpha: Sequence[float], shares: float | None, left: Fraction, per_share: float) -> list[Fraction]:
    """Trades that are best on a forecast, of a given total or none: K Q = (alpha + m) / lambda."""
    n, lam = len(alpha), Fraction(per_share)
    free = solved(fading(n, left), [Fraction(each) / lam for each in alpha])
    if shares is None:
        return free
    even = solved(fading(n, left), [1 / lam] * n)
    m = (Fraction(shares) - sum(free)) / sum(even)
    return [a + m * b for a, b in zip(free, even, strict=True)]


def target(
    shares: float, horizon: float, rates: Sequence[float], *, chi: float, k: float, alpha: float | None, phi: float
) -> tuple[list[Fraction], Fraction]:
    """Rates that track a share of the volume, and what is left: k v + phi (v - chi mu) is the same in all bins."""
    x, t, c, kk, f = exactly(shares, horizon, chi, k, phi)
    step = t / len(rates)
    mu = exactly(*rates)
    toward = [f * c * each / (kk + f) for each in mu]
    rest = x - step * sum(toward)
    if alpha is None:
        lean, left = rest / t, Fraction(0)
    else:
        a = Fraction(alpha)
        left = rest / (1 + t * a / (kk + f))
        lean = left * a / (kk + f)
    return [each + lean for each in toward], left


def buckets(volumes: Sequence[float], bought: Sequence[float], size: float) -> list[Fraction]:
    """|bought - sold| of full buckets, trade by trade."""
    found, full, net, room = [], Fraction(size), Fraction(0), Fraction(size)
    for volume, share in zip(volumes, bought, strict=True):
        rest, sign = Fraction(volume), 2 * Fraction(share) - 1
        while rest > 0:
            part = min(rest, room)
            net, room, rest = net + part * sign, room - part, rest - part
            if not room:
                found.append(abs(net))
                net, room = Fraction(0), full
    return found


def line(x: Sequence[float], y: Sequence[float]) -> tuple[Fraction, Fraction]:
    """Slope and intercept by least squares."""
    xs, ys, n = exactly(*x), exactly(*y), len(x)
    mx, my = sum(xs) / n, sum(ys) / n
    slope = sum((a - mx) * (b - my) for a, b in zip(xs, ys, strict=True)) / sum((a - mx) ** 2 for a in xs)
    return slope, my - slope * mx
