"""What to trade now against one's own impact: the closed forms, the quantity, and that each look agrees with the one before."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.impact_control import control, steady
from metaorder.models.myopic import Alpha, execute
from support.examples import examples


@settings(max_examples=examples(60))
@given(st.floats(1, 1e5), st.floats(10, 1e4), st.floats(1e-4, 0.1), st.floats(-50, 50), st.floats(0, 0.01), st.floats(0, 1e4))
def test_with_linear_impact_it_is_the_closed_form(
    lots: float, horizon: float, beta: float, alpha: float, fade: float, flow: float
) -> None:
    lam = 1e-3
    found = control(lots, horizon, flow, beta=beta, strength=lam, alpha=alpha, fade=fade)
    model = execute(lots, Alpha(alpha, 0.0, fade), horizon, [0.0], beta=beta, per_share=lam, start=lam * flow)
    scale = lots + flow + abs(alpha) / lam
    assert found.block == pytest.approx(model.first, abs=1e-6 * scale)
    assert found.rate == pytest.approx(float(model.rate[0]), abs=1e-6 * scale)
    assert found.last == pytest.approx(model.last, abs=1e-6 * scale)


@settings(max_examples=examples(40))
@given(st.floats(1, 1e5), st.floats(10, 1e4), st.floats(1e-4, 0.05), st.sampled_from([0.3, 0.5, 0.8, 1.0]), st.floats(0, 1e4))
def test_block_rate_and_last_block_are_the_quantity(lots: float, horizon: float, beta: float, c: float, flow: float) -> None:
    found = control(lots, horizon, flow, beta=beta, strength=0.01, exponent=c)
    assert found.block + found.rate * horizon + found.last == pytest.approx(lots, rel=1e-9, abs=1e-6 * (lots + flow))
    held, last = steady(lots, horizon, flow, beta=beta, exponent=c)
    assert (found.block, found.last) == pytest.approx((held - flow, last), rel=1e-6, abs=1e-6 * (lots + flow))


@pytest.mark.parametrize("c", [0.5, 1.0])
@pytest.mark.parametrize("alpha", [0.0, 2.0, -1.0])
def test_a_later_look_goes_on_where_the_first_one_left(c: float, alpha: float) -> None:
    """Time-consistent: after the block and some of the rate there is no block left to trade."""
    beta, fade, horizon, lots, lam = 0.002, 0.001, 3_000.0, 10_000.0, 0.02
    found = control(lots, horizon, 0.0, beta=beta, strength=lam, exponent=c, alpha=alpha, fade=fade)
    flow, left, dt, now = found.block, lots - found.block, 1.0, 0.0
    for _ in range(300):
        rate = control(
            left, horizon - now, flow, beta=beta, strength=lam, exponent=c, alpha=alpha * math.exp(-fade * now), fade=fade
        )
        flow = flow * math.exp(-beta * dt) + (rate.block + rate.rate * dt)
        left -= rate.block + rate.rate * dt
        now += dt
        assert abs(rate.block) < 0.003 * lots


def test_a_forecast_for_the_order_trades_sooner_and_one_against_it_later() -> None:
    up, flat, down = (
        control(1_000, 600, 0.0, beta=0.002, strength=0.01, exponent=0.5, alpha=a, fade=0.01) for a in (0.2, 0.0, -0.2)
    )
    assert up.block > flat.block > down.block


def test_numbers_that_break_their_rule_are_refused() -> None:
    for terms, field in (({"exponent": 0.0}, "exponent"), ({"beta": 0.0}, "beta"), ({"strength": -1.0}, "strength")):
        with pytest.raises(Invalid, match=field):
            control(1.0, 1.0, 0.0, **{"beta": 1.0, "strength": 1.0, **terms})
