"""Models beside themselves in exact fractions, on numbers that no vector file has: either side, one period, any urgency."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from differential import slow_models as slow
from metaorder.models import ac_discrete, ac_drift, ac_robust, cj_target_pov, least_squares, myopic_discrete, vpin
from metaorder.models.ac_discrete import Programme
from metaorder.models.impact_state import Decay
from support.examples import examples

TINY = 1e-9
"""Of the largest number of a list."""


def scale(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers of any order of magnitude between the two."""
    return st.floats(np.log10(low), np.log10(high)).map(lambda power: float(10**power))


def nothing_or(low: float, high: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(0.0), scale(low, high))


def either(most: float) -> st.SearchStrategy[float]:
    """Nothing, or up to `most` of either sign."""
    return st.one_of(st.just(0.0), st.floats(1e-9, most), st.floats(-most, -1e-9))


SHARES = st.one_of(st.just(0.0), scale(1, 1e8), scale(1, 1e8).map(lambda x: -x))

PROGRAMMES = st.fixed_dictionaries(
    {
        "shares": SHARES,
        "horizon": scale(1e-2, 30),
        "periods": st.sampled_from([1, 2, 3, 7, 12]),
        "sigma": nothing_or(1e-3, 5),
        "eps": nothing_or(1e-4, 0.2),
        "gamma": nothing_or(1e-10, 1e-6),
        "eta": scale(1e-7, 1e-3),
    }
)


def near(found: Sequence[float], exact: Sequence[Fraction], *, of: float = 0.0, rel: float = TINY) -> None:
    most = max([of, *(abs(float(each)) for each in exact)])
    assert len(found) == len(exact)
    assert max((abs(a - float(b)) for a, b in zip(found, exact, strict=True)), default=0.0) <= rel * most


@settings(max_examples=examples(150))
@given(PROGRAMMES, nothing_or(1e-14, 1e2), either(1.0))
def test_almgren_and_chriss_with_and_without_a_drift(given_: dict[str, Any], risk_aversion: float, drift: float) -> None:
    assume(given_["eta"] > given_["gamma"] * given_["horizon"] / given_["periods"] / 2 * (1 + 1e-6))
    market = {name: given_[name] for name in ("sigma", "eta", "gamma")}
    window = (given_["horizon"], given_["periods"])
    exact = slow.unwound(given_["shares"], *window, **market, risk_aversion=risk_aversion, drift=drift)
    e, v = slow.cost(exact, given_["horizon"], eps=given_["eps"], drift=drift, **market)
    order = Programme(**given_)
    found = ac_drift.optimal(order, risk_aversion, drift).schedule
    near(found.holdings.tolist(), exact)
    near([found.variance], [v])
    parts = slow.cost(exact, given_["horizon"], eps=given_["eps"], drift=0.0, **market)[0]
    near([found.cost], [e], of=abs(float(parts)) + abs(float(e - parts)))  # what is paid less what is gained: digits go
    if not drift:
        plain = ac_discrete.optimal(order, risk_aversion)
        near(plain.holdings.tolist(), exact)
        near([plain.cost, plain.variance], [e, v], rel=TINY)


@settings(max_examples=examples(60))
@given(PROGRAMMES, nothing_or(1e-10, 1e-3), nothing_or(1e-9, 0.3), nothing_or(1e-9, 1.0))
def test_what_robustness_costs(given_: dict[str, Any], risk_aversion: float, doubt: float, calm: float) -> None:
    assume(given_["eta"] > given_["gamma"] * given_["horizon"] / given_["periods"] / 2 * (1 + 1e-6))
    market = {name: given_[name] for name in ("eta", "gamma")}
    window, wild = (given_["shares"], given_["horizon"], given_["periods"]), given_["sigma"]
    sign = (given_["shares"] > 0) - (given_["shares"] < 0)
    robust = slow.unwound(*window, sigma=wild, risk_aversion=risk_aversion, drift=-sign * doubt, **market)
    nominal = slow.unwound(*window, sigma=wild * calm, risk_aversion=risk_aversion, drift=0.0, **market)

    def utility(held: list[Fraction]) -> Fraction:
        e, v = slow.cost(held, given_["horizon"], eps=0.0, drift=0.0, sigma=wild * calm, **market)
        return e + Fraction(risk_aversion) * v

    found = ac_robust.optimal(Programme(**given_), risk_aversion, sigma_min=wild * calm, doubt=doubt)
    apart = max((abs(float(a - b)) for a, b in zip(robust, nominal, strict=True)), default=0.0)
    assume(apart > 1e-6 * abs(given_["shares"]))
    near([found.price], [utility(robust) - utility(nominal)], rel=1e-6)


@settings(max_examples=examples(100))
@given(
    st.lists(either(0.5), min_size=1, max_size=8),
    st.one_of(st.none(), SHARES),
    st.floats(0.01, 0.99),
    scale(1e-9, 1e-2),
)
def test_trades_on_a_forecast(alpha: list[float], shares: float | None, faded: float, per_share: float) -> None:
    exact = slow.on_forecast(alpha, shares, 1 - Fraction(faded), per_share)
    found = myopic_discrete.optimal(alpha, shares=shares, beta=faded, dt=1.0, per_share=per_share, decay=Decay.EULER)
    near(found.trades.tolist(), exact, of=max(map(abs, alpha)) / per_share)


@settings(max_examples=examples(100))
@given(
    st.one_of(st.just(0.0), scale(1, 1e7)),
    scale(0.01, 10),
    st.lists(st.one_of(st.just(0.0), scale(1, 1e6)), min_size=1, max_size=13),
    nothing_or(1e-9, 1.0),
    scale(1e-9, 1e-5),
    st.one_of(st.none(), scale(1e-7, 1)),
    nothing_or(1e-9, 1e-4),
)
def test_a_target_of_the_volume(
    shares: float, horizon: float, rates: list[float], chi: float, k: float, alpha: float | None, phi: float
) -> None:
    exact, left = slow.target(shares, horizon, rates, chi=chi, k=k, alpha=alpha, phi=phi)
    found = cj_target_pov.target_pov(shares, horizon, rates, chi=chi, k=k, b=0.0, alpha=alpha, phi=phi)
    near(found.rate.tolist(), exact, of=max(shares / horizon, *(chi * each for each in rates)))
    near([found.left], [left], of=max(shares, *(chi * each * horizon for each in rates)))


@settings(max_examples=examples(100))
@given(
    st.lists(st.tuples(st.integers(0, 3_000), st.sampled_from([0.0, 0.25, 0.5, 1.0])), max_size=30),
    st.sampled_from([100, 500, 2_500]),
)
def test_buckets_of_volume(trades: list[tuple[int, float]], size: int) -> None:
    volumes, bought = [float(volume) for volume, _ in trades], [share for _, share in trades]
    near(vpin.bucket_imbalance(volumes, bought, bucket=size).tolist(), slow.buckets(volumes, bought, size), of=size)


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(st.integers(-500, 500), either(1.0)), min_size=3, max_size=20), st.sampled_from([0, 10**6]))
def test_a_line_far_from_zero(points: list[tuple[int, float]], away: int) -> None:
    x, y = [float(a + away) for a, _ in points], [b for _, b in points]
    assume(len(set(x)) > 1)
    slope, intercept = slow.line(x, y)
    found = least_squares.line(x, y)
    near([found.slope], [slope], of=max(map(abs, y)) / np.ptp(x))
    near([found.intercept], [intercept], of=max(abs(float(slope)) * max(map(abs, x)), *map(abs, y)))
