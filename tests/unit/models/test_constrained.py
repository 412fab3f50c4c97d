"""Schedules within limits: the closed form where nothing binds, a slow solver's answer where something does."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from metaorder.domain.errors import Invalid
from metaorder.models import ac_drift
from metaorder.models.ac_discrete import Programme
from metaorder.models.constrained import Costs, Limits, Plan, programme, solve
from metaorder.models.inputs import Floats
from support.examples import examples

SEEDS = st.integers(0, 2**32 - 1)


def costs(n: int = 6, **terms: Any) -> Costs:
    """An order of 1000 shares in n periods over a day."""
    flat: dict[str, Any] = {"lengths": [1 / n] * n, "sigma": [1.0] * n, "eta": [1e-3] * n, "eps": 0.01}
    return Costs(**{"shares": 1_000.0, "risk_aversion": 2e-3, **flat, **terms})


def utility(order: Costs, limits: Limits, trades: Floats) -> float:
    """What a schedule costs, share by share; trades of the order's own side, >= 0."""
    size, sign = abs(order.shares), float(np.sign(order.shares))
    total, left = order.gamma * size**2 / 2 + order.eps * size, size
    for place, trade in enumerate(trades):
        left -= trade
        total += order.impact[place] * trade**2 + order.risk_aversion * order.holding[place] * left**2
        total -= sign * order.gain[place] * left
        if limits.curve is not None:
            total += limits.tracking * (size - left - size * float(np.asarray(limits.curve)[place])) ** 2
    return float(total)


@pytest.mark.parametrize("n", [1, 5, 390])
@pytest.mark.parametrize("risk_aversion", [0.0, 1e-7, 1e-6, 1e-5])
@pytest.mark.parametrize("shares", [1e6, -1e6])
def test_where_nothing_binds_it_is_almgren_and_chriss(n: int, risk_aversion: float, shares: float) -> None:
    market = {"eps": 0.0625, "gamma": 2.5e-7}
    drift = 0.01 * np.sign(shares)
    single = Programme(shares=shares, horizon=5.0, periods=n, sigma=0.95, eta=2.5e-6, **market)
    known = ac_drift.optimal(single, risk_aversion, float(drift)).schedule
    assert (known.trades * np.sign(shares) > 0).all()
    flat: dict[str, Any] = {"lengths": [5 / n] * n, "sigma": [0.95] * n, "eta": [2.5e-6] * n, "drift": [drift] * n}
    order, limits = Costs(shares=shares, risk_aversion=risk_aversion, **flat, **market), Limits(caps=[1e6] * n)
    exact, found = solve(order, limits), programme(order, limits)
    assert exact.holdings == pytest.approx(known.holdings, abs=1e-12 * 1e6)
    assert found.holdings == pytest.approx(known.holdings, abs=1e-6 * 1e6)
    assert found.utility == pytest.approx(known.utility, rel=1e-9)
    assert (found.cost, found.variance) == pytest.approx((known.cost, known.variance), rel=1e-6)
    assert found.cap_prices == pytest.approx(0, abs=1e-4)


@settings(max_examples=examples(40))
@given(SEEDS, st.booleans(), st.booleans(), st.sampled_from([1_000.0, -1_000.0]))
def test_a_slow_solver_finds_nothing_better(seed: int, risky: bool, tracked: bool, shares: float) -> None:
    dice, n = np.random.default_rng(seed), 6
    order = costs(
        shares=shares,
        lengths=dice.uniform(0.5, 1.5, n) / n,
        sigma=dice.uniform(0.5, 2, n),
        eta=dice.uniform(0.3, 3, n) * 1e-3,
        gamma=1e-4,
        drift=dice.normal(size=n),
        risk_aversion=2e-3 if risky else 0.0,
    )
    caps, floors = dice.uniform(180, 500, n), dice.uniform(0, 100, n)
    curve = {"curve": np.cumsum(np.full(n, 1 / n)), "tracking": 1e-3} if tracked else {}
    limits = Limits(caps=caps, floors=floors, **curve)
    found = solve(order, limits)
    own = np.abs(found.trades)
    assert found.trades.sum() == pytest.approx(shares)
    assert ((own >= floors - 1e-9) & (own <= caps + 1e-9)).all()
    assert found.utility == pytest.approx(utility(order, limits, own)) == pytest.approx(found.bound)
    start = floors + (caps - floors) * (1_000 - floors.sum()) / (caps - floors).sum()
    slow = minimize(
        lambda trades: utility(order, limits, trades),
        start,
        bounds=list(zip(floors, caps, strict=True)),
        constraints=[{"type": "eq", "fun": lambda trades: trades.sum() - 1_000}],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert found.utility <= slow.fun + 1e-6 * abs(slow.fun)
    assert found.utility == pytest.approx(slow.fun, rel=1e-4, abs=1e-2)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(caps=[400.0] * 6),
        Limits(floors=[0, 0, 0, 0, 0, 150.0]),
        Limits(minimum=120.0),
        Limits(blackout=[True, False, False, False, False, False]),
        Limits(curve=np.arange(1, 7) / 6, tracking=1e-2),
    ],
)
def test_the_closed_form_is_not_taken_where_a_limit_binds(limits: Limits) -> None:
    order = costs(risk_aversion=1e-2)
    assert solve(order, limits).utility == programme(order, limits).utility > solve(order).utility


def test_the_closed_form_is_not_taken_where_periods_differ_or_it_would_trade_back() -> None:
    uneven = costs(eta=[1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 5e-3])
    assert solve(uneven).utility == programme(uneven, Limits()).utility
    longing = costs(drift=[100.0] * 6)
    assert (solve(longing).trades >= 0).all()


def test_the_price_of_a_cap_is_what_a_share_more_saves() -> None:
    caps = np.full(6, 250.0)
    order = costs(risk_aversion=2e-2)
    found = solve(order, Limits(caps=caps))
    more = solve(order, Limits(caps=caps + np.eye(6)[0]))
    assert found.capped.tolist() == [True, True, True, False, False, False]
    assert found.cap_prices[0] == pytest.approx(found.utility - more.utility, rel=0.02)
    assert found.cap_prices[3:] == pytest.approx(0, abs=1e-6)


def test_a_blackout_has_no_trade_and_a_floor_has_one() -> None:
    found = solve(costs(), Limits(blackout=[False, True, False, False, True, False], floors=[0, 0, 0, 0, 0, 300.0]))
    assert found.trades[[1, 4]].tolist() == [0, 0]
    assert found.trades[5] == pytest.approx(300)
    assert found.holdings[1] == found.holdings[2]


def test_a_curve_is_followed_the_closer_the_more_it_weighs_and_never_left_by_more_than_the_band() -> None:
    curve = np.array([0.3, 0.4, 0.5, 0.6, 0.7, 1.0])
    order = costs(risk_aversion=0.0)

    def furthest(**terms: Any) -> float:
        found = solve(order, Limits(curve=curve, **terms))
        return float(np.abs(np.cumsum(found.trades) / 1_000 - curve).max())

    loose, tight = furthest(tracking=1e-4), furthest(tracking=1e2)
    assert tight < 1e-3 < loose
    assert furthest(band=20.0) == pytest.approx(0.02)


def test_a_forecast_by_period_moves_trades_before_the_move() -> None:
    plain, warned = solve(costs()), solve(costs(drift=[0, 0, 0, -50.0, 0, 0]))
    assert warned.holdings[3] < plain.holdings[3]


def best_of_all_choices(order: Costs, limits: Limits) -> float:
    """The least utility over every choice of the periods that trade; each is a convex programme of its own."""
    found = []
    n = len(order.lengths)
    for chosen in product((False, True), repeat=n):
        floors = np.where(chosen, limits.minimum, 0.0)
        try:
            found.append(solve(order, Limits(caps=limits.caps, floors=floors, blackout=~np.array(chosen))).utility)
        except Invalid:
            continue
    return min(found)


@pytest.mark.parametrize(("minimum", "risk_aversion"), [(150.0, 2e-3), (220.0, 2e-3), (260.0, 0.0), (320.0, 1e-2), (500.0, 0.0)])
def test_a_smallest_size_is_kept_and_the_bound_holds(minimum: float, risk_aversion: float) -> None:
    order, limits = costs(5, risk_aversion=risk_aversion), Limits(minimum=minimum, caps=[600.0] * 5)
    found, best = solve(order, limits), best_of_all_choices(order, limits)
    traded = found.trades[found.trades > 0]
    assert (traded >= minimum * (1 - 1e-9)).all()
    assert traded.sum() == pytest.approx(1_000)
    assert found.bound == pytest.approx(solve(order, Limits(caps=limits.caps)).utility)
    assert found.bound <= best * (1 + 1e-8)
    assert best * (1 - 1e-8) <= found.utility <= best * 1.15


def solved(order: Costs, limits: Limits) -> Plan | Invalid:
    try:
        return solve(order, limits)
    except Invalid as refused:
        return refused


@settings(max_examples=examples(40))
@given(SEEDS, st.integers(1, 30), st.floats(1, 1_000))
def test_whatever_the_limits_they_are_kept_or_refused(seed: int, n: int, minimum: float) -> None:
    dice = np.random.default_rng(seed)
    caps, dark = dice.uniform(0, 3_000 / n, n), dice.random(n) < 0.2
    limits = Limits(caps=caps, blackout=dark, minimum=minimum)
    found = solved(costs(n), limits)
    if isinstance(found, Invalid):
        assert found.field in {"caps", "minimum"}
        return
    assert found.trades.sum() == pytest.approx(1_000)
    assert (found.trades <= caps * (1 + 1e-9)).all()
    assert (found.trades[dark] == 0).all()
    assert ((found.trades == 0) | (found.trades >= minimum * (1 - 1e-9))).all()
    assert found.bound <= found.utility * (1 + 1e-8)
    assert (found.holdings[0], found.holdings[-1]) == (1_000, 0)


def test_nothing_to_trade_costs_nothing() -> None:
    found = solve(costs(shares=0.0), Limits(caps=[1.0] * 6, minimum=5.0))
    assert (found.utility, found.trades.tolist(), found.capped.any()) == (0, [0] * 6, False)


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("caps", {"caps": [100.0] * 6}),
        ("caps", {"caps": [500.0] * 5}),
        ("caps.0", {"caps": [-1.0] * 6}),
        ("caps", {"blackout": [True] * 6}),
        ("blackout", {"blackout": [True]}),
        ("floors", {"floors": [200.0] * 6}),
        ("floors.1", {"floors": [0, 10.0, 0, 0, 0, 0], "blackout": [False, True, False, False, False, False]}),
        ("minimum", {"minimum": 1_001.0}),
        ("minimum", {"minimum": -1.0}),
        ("minimum", {"minimum": 400.0, "caps": [400.0, 400.0, 400.0, 0.0, 0.0, 0.0]}),
        ("curve", {"tracking": 1.0}),
        ("curve", {"band": 1.0}),
        ("curve.5", {"curve": [0.1, 0.2, 0.3, 0.4, 0.5, 1.1]}),
        ("tracking", {"curve": [1.0] * 6, "tracking": -1.0}),
        ("band", {"curve": [1.0] * 6, "band": 1.0, "caps": [200.0] * 6}),
    ],
)
def test_limits_that_cannot_be_kept_are_refused(field: str, terms: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        solve(costs(), Limits(**terms))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("shares", {"shares": float("nan")}),
        ("lengths.2", {"lengths": [1, 1, 0, 1, 1, 1]}),
        ("lengths", {"lengths": []}),
        ("sigma", {"sigma": [1.0]}),
        ("sigma.0", {"sigma": [-1.0] * 6}),
        ("eta.0", {"eta": [0.0] * 6}),
        ("eta.0", {"gamma": 1.0}),
        ("eps", {"eps": -1.0}),
        ("drift", {"drift": [0.0]}),
        ("risk_aversion", {"risk_aversion": -1.0}),
    ],
)
def test_costs_that_cannot_be_are_refused(field: str, terms: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        costs(**terms)
    assert refused.value.field == field


def test_where_the_solver_gives_up_at_its_finest_it_is_asked_for_less() -> None:
    """Ten unlike periods, caps, a curve and a band: what it gave up on with an error, though there is a schedule."""
    order = Costs(
        shares=-945_000.0,
        lengths=[0.2456, 0.2941, 0.06724, 0.1484, 0.1219, 0.188, 0.08256, 0.03914, 0.1482, 0.1954],
        sigma=[0.768, 1.975, 0.812, 0.5996, 1.628, 0.9334, 0.5464, 0.573, 1.894, 1.923],
        eta=[6.498e-05, 2.86e-05, 7.143e-05, 2.246e-05, 3.289e-05, 5.463e-05, 4.071e-05, 3.575e-05, 9.744e-05, 1.785e-05],
        eps=0.01,
        gamma=1e-7,
        drift=[0.3545, -0.3008, -0.6841, 0.23, -0.3587, -0.09792, -0.3537, 0.3157, 0.2595, -0.216],
        risk_aversion=1e-7,
    )
    caps = [168_500.0, 108_800.0, 139_700.0, 173_200.0, 84_550.0, 112_500.0, 146_600.0, 158_900.0, 236_200.0, 199_100.0]
    curve = [0.1041, 0.1316, 0.1372, 0.3937, 0.4232, 0.556, 0.5565, 0.5736, 0.7161, 0.9175]
    limits = Limits(caps=caps, curve=curve, tracking=1e-6, band=173_200.0)
    found = solve(order, limits)
    done = np.cumsum(-found.trades)
    assert done[-1] == pytest.approx(945_000)
    assert (np.abs(done - 945_000 * np.array(curve)) <= 173_200 * (1 + 1e-6)).all()
    assert (-found.trades <= np.array(caps) * (1 + 1e-9)).all()
    assert found.utility == pytest.approx(utility(order, limits, -found.trades), rel=1e-9)
