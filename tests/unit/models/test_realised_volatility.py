"""Realised volatility: each estimator finds the volatility of a simulated price, and is as sharp as it is said to be."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.realised_volatility import (
    Bars,
    close_to_close,
    garman_klass,
    parkinson,
    rogers_satchell,
    two_scale,
    yang_zhang,
)

SIGMA = 0.02
STEPS = 2000


def bars(seed: int, n: int, *, drift: float = 0.0, gap: float = 0.0) -> Bars:
    """Bars of a price of volatility SIGMA a bar, with `drift` a bar and a jump of deviation `gap` before each."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(drift / STEPS, SIGMA / np.sqrt(STEPS), (n, STEPS))
    inside = np.concatenate([np.zeros((n, 1)), np.cumsum(moves, axis=1)], axis=1)
    start = np.cumsum(rng.normal(0, gap, n) if gap else np.zeros(n)) + np.concatenate([[0.0], np.cumsum(inside[:-1, -1])])
    path = np.exp(start[:, None] + inside)
    return Bars(path[:, 0], path.max(axis=1), path.min(axis=1), path[:, -1])


def close(seed: int, n: int) -> np.ndarray:
    return np.concatenate([[1.0], np.asarray(bars(seed, n).close)])


def test_every_estimator_finds_the_volatility() -> None:
    """Ranges of a price seen STEPS times fall short a little: about 2 * 0.58/sqrt(STEPS) of a deviation."""
    many = bars(1, 2000)
    for estimate in (parkinson, garman_klass, rogers_satchell):
        found = estimate(many)
        assert found.standard_error is not None
        assert found.sigma == pytest.approx(SIGMA, rel=0.04)
        assert found.n == 2000
    plain = close_to_close(close(1, 2000))
    assert plain.standard_error is not None
    assert abs(plain.variance - SIGMA**2) < 3 * plain.standard_error


def test_ranges_are_as_much_sharper_than_closes_as_it_is_said() -> None:
    many = bars(2, 2000)
    plain = close_to_close(close(2, 2000)).standard_error
    assert plain is not None
    for estimate, efficiency in ((parkinson, 4.9), (garman_klass, 7.4), (rogers_satchell, 6.0)):
        error = estimate(many).standard_error
        assert error is not None
        assert (plain / error) ** 2 == pytest.approx(efficiency, rel=0.15)


def test_a_drift_does_not_deceive_those_that_allow_for_it() -> None:
    trending = bars(3, 1500, drift=2 * SIGMA)
    assert rogers_satchell(trending).sigma == pytest.approx(SIGMA, rel=0.05)
    assert yang_zhang(trending).sigma == pytest.approx(SIGMA, rel=0.05)
    assert parkinson(trending).sigma != pytest.approx(SIGMA, rel=0.3)
    prices = np.concatenate([[1.0], np.asarray(trending.close)])
    assert close_to_close(prices, drift=True).sigma == pytest.approx(SIGMA, rel=0.06)


def test_jumps_between_bars_are_counted_where_they_are_promised() -> None:
    found = yang_zhang(bars(4, 1500, gap=SIGMA))
    assert found.standard_error is not None
    assert found.variance == pytest.approx(2 * SIGMA**2, abs=4 * found.standard_error + 0.05 * SIGMA**2)
    assert found.standard_error < 0.1 * found.variance


def test_two_scales_see_through_the_bounce() -> None:
    found = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        price = np.cumsum(rng.normal(0, SIGMA / np.sqrt(20_000), 20_001))
        found.append(two_scale(np.exp(price + rng.normal(0, 5e-4, price.size)), scale=150).variance)
        assert np.sum(np.diff(price) ** 2) + 2 * 20_000 * 25e-8 > 20 * found[-1]  # what every trade's return would say
    assert np.mean(found) == pytest.approx(SIGMA**2, rel=0.1)


def test_two_scales_of_few_trades_are_right_on_average() -> None:
    """A tenth of the returns is a step: without the area adjustment it would be 9 % short."""
    dice = np.random.default_rng(7)
    logs = np.cumsum(dice.normal(0, SIGMA / np.sqrt(300), (2_000, 301)), axis=1)
    found = [two_scale(np.exp(each), scale=30).variance for each in logs]
    assert np.mean(found) == pytest.approx(SIGMA**2, rel=0.03)


def test_two_scales_on_a_small_sample_are_the_formula() -> None:
    logs = np.array([0.0, 0.1, -0.1, 0.2, 0.0])
    slow = (0.1**2 + 0.1**2 + 0.1**2) / 2
    fast = 0.1**2 + 0.2**2 + 0.3**2 + 0.2**2
    assert two_scale(np.exp(logs), scale=2).variance == pytest.approx((slow - 3 / 8 * fast) * 4 / (3 / 2))
    assert two_scale(np.exp(logs), scale=2).sigma is None  # below 0: said, not hidden


def test_a_price_that_stands_still_has_none() -> None:
    still = Bars([5.0] * 4, [5.0] * 4, [5.0] * 4, [5.0] * 4)
    for estimate in (parkinson, garman_klass, rogers_satchell, yang_zhang):
        assert estimate(still).sigma == 0.0
    assert close_to_close([5.0] * 4).sigma == 0.0
    assert close_to_close([5.0, 5.0]).standard_error is None


def test_the_sample_formula_of_closes_is_the_textbook_one() -> None:
    prices = np.exp([0.0, 0.1, 0.15, 0.4])
    assert close_to_close(prices, drift=True).variance == pytest.approx(np.var([0.1, 0.05, 0.25], ddof=1))
    assert close_to_close(prices).variance == pytest.approx((0.01 + 0.0025 + 0.0625) / 3)


def test_yang_zhang_is_the_formula() -> None:
    given = Bars([1.0, 1.2, 1.1, 1.3], [1.3, 1.4, 1.5, 1.4], [0.9, 1.0, 1.0, 1.2], [1.1, 1.3, 1.2, 1.25])
    o, h, low, c = (np.log(each) for each in (given.open, given.high, given.low, given.close))
    k = 0.34 / (1.34 + 4 / 2)
    rs = ((h - c) * (h - o) + (low - c) * (low - o))[1:]
    expected = np.var(o[1:] - c[:-1], ddof=1) + k * np.var((c - o)[1:], ddof=1) + (1 - k) * rs.mean()
    assert yang_zhang(given).variance == pytest.approx(expected)


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "closes": lambda: close_to_close([1.0]),
        "closes.1": lambda: close_to_close([1.0, 0.0]),
        "open": lambda: Bars([], [], [], []),
        "high.0": lambda: Bars([2.0], [1.0], [1.0], [1.0]),
        "low.0": lambda: Bars([2.0], [3.0], [2.5], [2.5]),
        "close": lambda: Bars([2.0], [3.0], [2.0], [2.5, 2.5]),
        "bars": lambda: yang_zhang(Bars([1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0])),
        "scale": lambda: two_scale([1.0, 2.0, 3.0], scale=3),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
