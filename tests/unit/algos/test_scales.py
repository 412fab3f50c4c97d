"""What a schedule takes a market's risk and impact to be: what is stated first, then what the market showed, else nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from metaorder.algos.scales import kappa_t, scales
from metaorder.domain.market import flat_curve
from metaorder.domain.state import Basis, State
from metaorder.domain.units import Lots, Microticks
from support.core import CLOSE, OPEN, market_state, state_at


def shown(**facts: int) -> State:
    plain = state_at(0, market=market_state(curve=flat_curve(OPEN, CLOSE)))
    return replace(plain, plan=replace(plain.plan, basis=Basis(**facts)))  # type: ignore[arg-type]


def test_impact_is_that_of_almgren_and_chriss_example() -> None:
    """An eighth of a dollar of spread and 5 million shares a day: eta = 2.5e-6 and gamma = 2.5e-7, here a tick is a dollar."""
    found = scales(shown(spread=Microticks(125_000), adv=Lots(5_000_000)))
    assert found.eta == pytest.approx(2.5e-6 * 23_400)
    assert found.gamma == pytest.approx(2.5e-7)
    assert (found.half_spread, found.source) == (0.0625, "spread and usual volume")


def test_what_is_stated_comes_before_what_was_seen() -> None:
    found = scales(shown(spread=125_000, adv=5_000_000, sigma=2_000_000), sigma=Decimal(3), eta=Decimal("0.5"))
    assert (found.sigma, found.eta, found.gamma, found.source) == (3.0, 0.5, 0.0, "stated")


def test_a_market_that_says_nothing_has_no_scales() -> None:
    found = scales(shown())
    assert (found.sigma, found.eta, found.half_spread, found.source) == (None, None, None, "none")


@pytest.mark.parametrize(("u", "half"), [(0.1, 0.49), (0.25, 0.44), (0.5, 0.23), (0.75, 0.077), (0.9, 0.026)])
def test_an_urgency_has_half_of_the_order_done_by_its_share_of_the_window(u: float, half: float) -> None:
    from metaorder.models.hyperbolic import share_left

    assert share_left(kappa_t(u), 1 - half) == pytest.approx(0.5, abs=0.012)
    assert kappa_t(1.0) == math.inf
