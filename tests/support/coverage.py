"""Days and tables whose truth is known, for every estimator of a calibration: what it said of a seed, beside the truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from metaorder.calibration import almgren_chriss, regimes
from metaorder.calibration.covariance import covariance
from metaorder.calibration.decay import beta, fit_decay
from metaorder.calibration.estimate import Estimate, Subject
from metaorder.calibration.flow import Flow, cells
from metaorder.calibration.horizons import by_horizon, slope
from metaorder.calibration.kernel import Kernel, kernel, response_beta
from metaorder.calibration.run import calibrate
from metaorder.calibration.spread import half_spreads
from metaorder.calibration.square_root import square_root
from metaorder.calibration.volatility import volatilities
from metaorder.calibration.volume import volume_curve
from metaorder.models.inputs import Floats
from support.flows import BETA, LAMBDA, PERMANENT, flow

Said = list[tuple[Estimate, float]]
"""Estimates, each with the truth."""

STALE_S = 0.22
"""How old the last quote is, on average, at the end of a second of `flow`: its mids fade from quote to quote."""

NONE: Floats = np.empty(0)


def impact(seed: int) -> Said:
    """Decay, both parts of the impact and what schedules are made of, from an hour of Obizhaeva and Wang's market."""
    made = flow(seed, permanent=PERMANENT)
    grid = cells([made], 1.0)
    fit = fit_decay([made], grid, permanent=True)
    decay = beta(fit, grid, name="beta_with_permanent")
    spread, sigma = half_spreads([made])[0], volatilities([flow(seed, lambda_=0.0, session_s=7_200.0, rate=0.1)])[0]
    epsilon, gamma, eta, money = almgren_chriss.inputs(decay, fit, spread, sigma, 100.0)
    return [
        (decay, BETA),
        (gamma, PERMANENT),
        (eta, LAMBDA / BETA),
        (epsilon, 0.01),
        (money, 0.01 * math.sqrt(7_200.0)),
    ]


def horizons(seed: int) -> Said:
    """Beta alone, lambda plain where nothing fades, and corrected where it does."""
    made = flow(seed)
    grid = cells([made], 1.0)
    fit = fit_decay([made], grid, permanent=False)
    decay = beta(fit, grid)
    (ten,) = by_horizon([made], decay, fit, horizons=(10.0,))
    stays = flow(seed + 10_000, session_s=14_400.0, lambda_=0.0, permanent=LAMBDA, noise=0.02)
    plain = slope(cells([stays], 10.0), "lambda_10s")
    kyle = slope(cells([stays], 300.0), "kyle_lambda")
    return [(decay, BETA), (ten.corrected, LAMBDA), (plain, LAMBDA), (kyle, LAMBDA)]


def propagator(seed: int) -> Said:
    """The kernel at every lag, each as an estimate, and beta from its shape."""
    made = flow(seed, session_s=7_200.0, permanent=PERMANENT, persistence=0.0)
    found = kernel(cells([made], 1.0))
    assert isinstance(found, Kernel)
    since = BETA * STALE_S
    fades = LAMBDA * np.exp(since - BETA * (found.after - 1.0)) * -math.expm1(-BETA) / BETA
    points = [
        (Subject(name=f"kernel_{after:g}s", unit="", model="", method="").found(float(value), float(error), n=found.n), truth)
        for after, value, error, truth in zip(found.after, found.value, found.errors, fades + PERMANENT, strict=True)
        if after in {1.0, 21.0, 300.0}
    ]
    return [*points, (response_beta(found), BETA)]


def by_regime(seed: int) -> Said:
    """Lambda in thirds by volatility, where it is the same in all, and its power of volume."""
    made = flow(seed, session_s=14_400.0, lambda_=0.0, permanent=LAMBDA)
    thirds = [(each.lambda_, LAMBDA) for each in regimes.by_volatility([made], cells([made], 10.0))]
    busy = uneven(seed, 1.0)
    return [*thirds, (regimes.volume_exponent([busy], cells([busy], 10.0)), 1.0)]


def uneven(seed: int, power: float) -> Flow:
    """Volume that is four times as much in one half hour as in the next; lambda goes as the volume of the 300 s before."""
    parts = [flow(seed * 100 + i, session_s=1_800.0, rate=rate, lambda_=0.0) for i, rate in enumerate((0.5, 2.0) * 4)]
    begun = [1_800.0 * place for place in range(len(parts))]
    level = np.concatenate([[0.0], np.cumsum([part.mid[-1] - 100.0 for part in parts])])

    def joined(name: str, more: Sequence[float] = (0.0,) * 8) -> Floats:
        return np.concatenate([getattr(part, name) + each for part, each in zip(parts, more, strict=True)])

    t, quote_t = joined("t", begun), joined("quote_t", begun)
    calm = Flow(
        "day",
        1_800.0 * len(parts),
        t,
        joined("signed"),
        joined("volume"),
        joined("price"),
        quote_t,
        joined("mid", level[:-1].tolist()),
        joined("half_spread"),
    )
    grid = cells([calm], 10.0)
    ratio = regimes.trailing_volume([calm], grid)
    at = np.clip(np.searchsorted(grid.start, t, side="right") - 1, 0, grid.n - 1)
    moved = np.cumsum(calm.signed * LAMBDA * np.where(np.isfinite(ratio), ratio, 1.0)[at] ** -power)
    seen = np.searchsorted(t, quote_t, side="right") - 1
    return Flow(**{**vars(calm), "mid": calm.mid + np.where(seen >= 0, moved[np.maximum(seen, 0)], 0.0)})


def walk(seed: int, *, step_s: float) -> Said:
    """Volatility by every estimator, from a walk that is quoted so finely that ranges are nearly whole."""
    dice = np.random.default_rng(seed)
    session = 13_200.0
    times = np.arange(0.0, session, step_s)
    mid = 100 * np.exp(np.cumsum(dice.normal(size=times.size)) * 0.01 * math.sqrt(step_s / session))
    traded = np.sort(dice.integers(1, times.size, 6_000))
    price = mid[traded - 1] * (1 + 2e-5 * dice.choice([-1.0, 1.0], traded.size))
    size = np.ones(traded.size)
    made = Flow("day", session, times[traded], size, size, price, times, mid, np.full(times.size, 0.002))
    return [(found, 0.01) for found in volatilities([made])]


def spreads(seed: int) -> Said:
    """Half-spreads that wander about one cent, as quoted over time and as paid over volume."""
    dice = np.random.default_rng(seed)
    made = flow(seed, session_s=7_200.0, rate=0.5)
    noise, kept = dice.normal(size=made.quote_t.size), 0.98
    wander = np.empty_like(noise)
    level = 0.0
    for place, each in enumerate(noise):
        level = kept * level + math.sqrt(1 - kept**2) * each
        wander[place] = level
    half = 0.01 * np.exp(0.5 * wander - 0.125)
    shaped = Flow(**{**vars(made), "half_spread": half})
    met = shaped.half_spread_before(shaped.t)
    price = shaped.mid_before(shaped.t) + np.sign(shaped.signed) * np.nan_to_num(met, nan=0.01)
    quoted, paid = half_spreads([Flow(**{**vars(shaped), "price": np.nan_to_num(price, nan=100.0)})])
    return [(quoted, 0.01), (paid, 0.01)]


def volumes(seed: int) -> Said:
    """Shares of the day of four bins, and how long a surprise lasts, from sixty days."""
    dice = np.random.default_rng(seed)
    share, phi, days = np.array([0.4, 0.2, 0.1, 0.3]), 0.5, 60
    surprise = np.empty((days, 4))
    surprise[:, 0] = dice.normal(size=days)
    for place in range(1, 4):
        surprise[:, place] = phi * surprise[:, place - 1] + math.sqrt(1 - phi**2) * dice.normal(size=days)
    *_, lasting = volume_curve(1e6 * (0.25 + 0.03 * surprise))
    mixed = dice.dirichlet(share * 60, size=days) * dice.lognormal(14, 0.3, (days, 1))
    found = volume_curve(mixed)
    return [*zip(found[:-1], share, strict=True), (lasting, phi)]


def root(seed: int) -> Said:
    """Y and the power, from three hundred metaorders."""
    dice = np.random.default_rng(seed)
    sizes = np.exp(dice.uniform(math.log(1e-3), math.log(0.1), 300))
    found = square_root(sizes, np.sqrt(sizes) * (0.8 + 0.3 * dice.normal(size=300)))
    return list(zip(found, (0.8, 0.5), strict=True))


def several(seed: int) -> Said:
    """Volatilities and correlation of two symbols."""
    dice = np.random.default_rng(seed)
    times = np.arange(0.0, 23_400.0, 10.0)
    steps = dice.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=times.size, method="cholesky") / math.sqrt(2_340)
    days = [
        (name, Flow("day", 23_400.0, NONE, NONE, NONE, NONE, times, 100 * np.exp(sigma * np.cumsum(column)), times * 0 + 0.01))
        for name, sigma, column in zip(("A", "B"), (0.01, 0.02), steps.T, strict=True)
    ]
    found, _ = covariance(days)
    return list(zip(found[:-1], (0.01, 0.02, 0.5), strict=True))


CASES: dict[str, Callable[[int], Said]] = {
    "impact": impact,
    "horizons": horizons,
    "propagator": propagator,
    "by_regime": by_regime,
    "volatility": lambda seed: walk(seed, step_s=0.05),
    "spread": spreads,
    "volume": volumes,
    "square_root": root,
    "covariance": several,
}
"""What is estimated from what: each gives, for a seed, estimates with the truth."""


def named(kind: str) -> set[str]:
    """Every name that a calibration of a kind gives, whether with a value or refused."""
    return {each.name for each in calibrate(kind, [flow(1, session_s=600.0)], None, lambda what, share: None).estimates}


def coverage(case: str, seeds: int, *, first: int = 0) -> dict[str, tuple[float, int, float]]:
    """Of each estimate: how many of its intervals hold the truth, of how many, and its mean over the truth."""
    held: dict[str, list[bool]] = {}
    ratio: dict[str, list[float]] = {}
    for seed in range(first, first + seeds):
        for found, truth in CASES[case](seed):
            if found.value is None:
                continue
            assert found.low is not None, found.name
            assert found.high is not None, found.name
            held.setdefault(found.name, []).append(found.low <= truth <= found.high)
            ratio.setdefault(found.name, []).append(found.value / truth)
    return {name: (float(np.mean(each)), len(each), float(np.mean(ratio[name]))) for name, each in held.items()}
