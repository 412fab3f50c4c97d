"""One venue: the split is where no other costs less, and its regimes change where they are said to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, realised
from metaorder.models.ck_single import split
from metaorder.models.outflow import Exponential, Gamma, LogNormal, Outflow
from support.examples import examples

GIVEN: dict[str, Any] = {
    "shares": 1000.0,
    "half_spread": 0.01,
    "taker_fee": 0.003,
    "rebates": (0.002,),
    "impact": 0.0005,
    "under": 0.05,
    "over": 0.05,
    "ahead": (2000.0,),
}


@settings(max_examples=examples(60))
@given(
    under=st.floats(0, 0.3),
    queue=st.floats(0, 5000),
    outflow=st.one_of(
        st.builds(Exponential, st.floats(100, 8000)),
        st.builds(Gamma, st.floats(0.5, 20), st.floats(50, 500)),
        st.builds(LogNormal, st.floats(5, 9), st.floats(0.1, 1.5)),
    ),
)
def test_no_other_split_that_makes_up_the_order_costs_less(under: float, queue: float, outflow: Outflow) -> None:
    terms = Terms(**GIVEN | {"under": under, "ahead": (queue,)})
    best = split(terms, outflow)
    assert best.market + best.limit == pytest.approx(1000.0)
    for limit in np.linspace(0, 1000, 21):
        for market in (1000.0 - float(limit), 1000.0 - float(limit) / 2, 1000.0):
            assert cost(terms, outflow, market, float(limit)) >= best.cost - 1e-9


def cost(terms: Terms, outflow: Outflow, market: float, limit: float) -> float:
    """Expected, from the probability of each fill."""
    queue = terms.ahead[0]
    fill = outflow.above(queue, queue + limit)
    need = min(max(terms.shares - market, 0.0), limit)
    short = max(terms.shares - market, 0.0) - outflow.above(queue, queue + need)
    over = max(market + fill - terms.shares + short, 0.0)
    earned = terms.half_spread + terms.rebates[0]
    own = (terms.half_spread + terms.taker_fee) * market - earned * fill + terms.impact * (market + limit + short)
    return own + terms.under * short + terms.over * over


def test_the_cost_is_that_of_draws() -> None:
    terms, outflow = Terms(**GIVEN), Gamma(10.0, 260.0)
    best = split(terms, outflow)
    drawn = np.random.default_rng(5).gamma(10.0, 260.0, (200_000, 1))
    found = realised(terms, best.market, [best.limit], drawn)
    for expected, values in ((best.cost, found.cost), (best.fill, found.fills[:, 0]), (best.shortfall, found.shortfall)):
        assert expected == pytest.approx(values.mean(), abs=4 * values.std() / math.sqrt(200_000))


def test_the_regimes_change_at_the_penalties_that_are_named() -> None:
    outflow = Exponential(4500.0)
    edges = split(Terms(**GIVEN), outflow)
    for under, regime in (
        (edges.under_low, "all_limit"),
        (edges.under_low * 1.0001, "mixed"),
        (edges.under_high * 0.9999, "mixed"),
        (edges.under_high, "all_market"),
    ):
        found = split(Terms(**GIVEN | {"under": under}), outflow)
        assert found.regime == regime
        if regime == "mixed":
            assert 0 < found.limit < 1000


def test_at_the_front_of_the_queue_something_is_always_rested() -> None:
    found = split(Terms(**GIVEN | {"ahead": (0.0,), "under": 1e6}), Exponential(4500.0))
    assert found.under_high == math.inf
    assert found.regime == "mixed"
    assert found.limit > 0


def test_a_queue_that_goes_for_certain_is_no_reason_to_take() -> None:
    found = split(Terms(**GIVEN | {"ahead": (0.0,), "under": 0.0}), LogNormal(20.0, 0.1))
    assert (found.regime, found.market) == ("all_limit", 0.0)
    assert found.cost == pytest.approx((0.0005 - 0.012) * 1000)
    assert found.shortfall == pytest.approx(0.0, abs=1e-6)


def test_a_queue_that_never_goes_leaves_only_taking() -> None:
    found = split(Terms(**GIVEN | {"ahead": (1e9,)}), Exponential(1e8))
    assert (found.regime, found.market, found.cost) == ("all_market", 1000.0, pytest.approx(13.5))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("rebates", {"rebates": (0.002, 0.002), "ahead": (0.0, 0.0)}),
        ("over", {"over": 0.012}),
        ("taker_fee", {"taker_fee": -0.05}),
    ],
)
def test_terms_beyond_the_formula_are_refused_by_name(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        split(Terms(**GIVEN | change), Exponential(1000.0))
    assert refused.value.field == field
