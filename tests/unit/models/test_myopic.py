"""Trading on a forecast: the discrete optimum in the limit, the right total, and Obizhaeva and Wang without a forecast."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import myopic_discrete, ow_continuous
from metaorder.models.myopic import Alpha, execute, optimal
from metaorder.models.ow_continuous import Refilling
from support.examples import examples

TERMS: dict[str, Any] = {"beta": 0.693, "per_share": 2.5e-4}
FORECASTS = st.builds(Alpha, st.floats(-1, 1), st.floats(-0.5, 0.5), st.one_of(st.just(0.0), st.floats(0.05, 3)))


def fine(alpha: Alpha, shares: float | None, start: float, steps: int) -> myopic_discrete.Optimum:
    t = np.linspace(0, 6.5, steps + 1)
    return myopic_discrete.optimal(alpha.at(t), dt=6.5 / steps, shares=shares, start=start, **TERMS)


@settings(max_examples=examples(30))
@given(FORECASTS, st.one_of(st.none(), st.floats(-1e4, 1e4)), st.floats(-0.3, 0.3))
def test_trades_at_ever_more_moments_come_close_to_it(alpha: Alpha, shares: float | None, start: float) -> None:
    terms = {**TERMS, "start": start}
    found = optimal(alpha, 6.5, [3.25], **terms) if shares is None else execute(shares, alpha, 6.5, [3.25], **terms)
    many = fine(alpha, shares, start, 4_000)
    scale = 1 / TERMS["per_share"]
    assert many.pnl == pytest.approx(found.pnl, abs=1e-5 * scale)
    assert many.trades.sum() == pytest.approx(found.total, abs=1e-4 * scale)
    assert many.trades[0] == pytest.approx(found.first, abs=5e-3 * scale)
    assert many.trades[-1] == pytest.approx(found.last, abs=5e-3 * scale)
    assert many.trades[:2_000].sum() == pytest.approx(found.done[0], abs=5e-3 * scale)


@settings(max_examples=examples(60))
@given(FORECASTS, st.floats(-1e4, 1e4), st.floats(-0.3, 0.3))
def test_what_is_executed_sums_to_the_order(alpha: Alpha, shares: float, start: float) -> None:
    found = execute(shares, alpha, 6.5, [0.0, 6.5], start=start, **TERMS)
    assert found.done[0] == pytest.approx(found.first, abs=1e-6)
    assert found.done[1] + found.last == pytest.approx(shares, abs=1e-6)


@settings(max_examples=examples(40))
@given(FORECASTS, st.floats(-1e4, 1e4))
def test_to_choose_the_quantity_is_never_worse(alpha: Alpha, shares: float) -> None:
    free = optimal(alpha, 6.5, [], **TERMS)
    assert free.pnl >= execute(shares, alpha, 6.5, [], **TERMS).pnl - 1e-9
    chosen = execute(free.total, alpha, 6.5, [], **TERMS)
    assert (chosen.pnl, chosen.multiplier) == (pytest.approx(free.pnl), pytest.approx(0, abs=1e-9))


def test_without_a_forecast_it_is_obizhaeva_and_wang() -> None:
    found = execute(1e4, Alpha(0.0, 0.0, 1.0), 6.5, [1.0, 5.0], **TERMS)
    order = Refilling(shares=1e4, horizon=6.5, resilience=0.693, depth=1 / 2.5e-4, permanent=0.0, spread=0.0, price=0.0)
    known = ow_continuous.optimal(order)
    assert (found.first, found.last) == pytest.approx((known.block, known.block))
    assert found.rate == pytest.approx(known.rate)
    assert -found.pnl == pytest.approx(known.transient)


def test_a_forecast_that_does_not_fade_is_half_paid_at_once() -> None:
    found = optimal(Alpha(0.0, 0.3, 1.0), 6.5, [0.0, 3.0], **TERMS)
    assert found.impact == pytest.approx(0.15)
    assert found.rate == pytest.approx(0.693 * 0.15 / 2.5e-4)
    assert (found.first, found.last) == pytest.approx((600, 600))


def test_after_the_last_block_the_impact_is_the_forecast_that_is_left() -> None:
    alpha = Alpha(0.5, 0.1, 0.5)
    found = optimal(alpha, 6.5, [6.5], **TERMS)
    assert found.impact[0] + TERMS["per_share"] * found.last == pytest.approx(alpha.at(np.array([6.5]))[0])


def test_the_slope_of_a_forecast_is_its_derivative() -> None:
    alpha, t, step = Alpha(0.5, 0.1, 0.7), np.array([0.3, 2.0]), 1e-6
    assert alpha.slope(t) == pytest.approx((alpha.at(t + step) - alpha.at(t - step)) / (2 * step), rel=1e-6)


def test_no_forecast_is_no_trade() -> None:
    found = optimal(Alpha(0.0, 0.0, 0.0), 6.5, [1.0], **TERMS)
    assert (found.first, found.last, found.total, found.pnl, found.rate[0]) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(("field", "value"), [("beta", 0.0), ("per_share", 0.0), ("start", math.inf)])
def test_a_number_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(Alpha(0.5, 0.0, 0.5), 6.5, [0.0], **{**TERMS, field: value})
    assert refused.value.field == field
    with pytest.raises(Invalid, match=r"times\.0 must be in"):
        optimal(Alpha(0.5, 0.0, 0.5), 6.5, [7.0], **TERMS)
    with pytest.raises(Invalid, match="shares"):
        execute(math.nan, Alpha(0.5, 0.0, 0.5), 6.5, [0.0], **TERMS)
    with pytest.raises(Invalid, match="phi"):
        Alpha(0.5, 0.0, math.nan)
