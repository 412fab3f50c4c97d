"""Outflows: quantiles with the mean that was asked for, corrected by own fills within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metaorder.domain.errors import Invalid
from metaorder.domain.state import Basis, Flow, MarketState, Outcome
from metaorder.domain.units import Lots
from metaorder.routing import outflows
from support.core import CLOSE, OPEN, at, market_state


def test_own_outcomes_move_the_rate_within_bounds() -> None:
    assert outflows.learned(None, Lots(10)) == 1.0
    assert outflows.learned(Outcome(Lots(60), Lots(20)), Lots(10)) == 0.6
    assert outflows.learned(Outcome(Lots(10**6), Lots(0)), Lots(10)) == outflows.LEAST
    assert outflows.learned(Outcome(Lots(0), Lots(10**6)), Lots(10)) == outflows.MOST


@pytest.mark.parametrize("kind", outflows.KINDS[:2])
def test_a_grid_of_outflows_has_the_mean_that_was_asked_for(kind: str) -> None:
    assert outflows.grid(kind, 500.0, 2_000).mean() == pytest.approx(500.0, rel=5e-3)
    assert outflows.grid(kind, 0.0, 10).tolist() == [0.0] * 10


def test_bad_outflows_are_refused_by_name() -> None:
    with pytest.raises(Invalid, match="outflow"):
        outflows.grid("normal", 1.0, 10)
    with pytest.raises(Invalid, match="mean"):
        outflows.grid("poisson", -1.0, 10)
    with pytest.raises(Invalid, match="volumes"):
        outflows.empirical([1.0], 2)
    assert outflows.empirical([1.0, 2.0, 4.0], 2).tolist() == [3.0, 6.0]


def test_recent_seconds_are_taken_venue_by_venue_and_together() -> None:
    found = outflows.recent([[2] * 100, list(range(0, 200, 2))], 10, [1.0, 0.5])
    assert found is not None
    assert found.shape == (91, 2)
    assert found[:, 0].tolist() == [10.0] * 91, "half of what traded, ten seconds long"
    assert found[0, 1] == sum(range(0, 20, 2)) / 4
    assert outflows.recent([[2] * 100, [2] * 20], 10, [1.0, 1.0]) is None
    assert outflows.recent([[2] * 100], 90, [1.0]) is None
    assert outflows.recent([], 10, []) is None


def early(seconds: float, volume: int, *, adv: int | None) -> MarketState:
    """A day so many seconds old, in which so much has traded; its usual volume is spread evenly over it."""
    plain = market_state(now=at(seconds))
    basis = Basis(adv=None if adv is None else Lots(adv))
    return replace(plain, flow=Flow(volume=Lots(volume), open=OPEN), basis=basis)


def test_the_first_seconds_of_a_day_are_no_rate() -> None:
    """A print of 600 lots in the first second is no 300 lots a second: what lies before the open counts as usual."""
    adv = 2 * round((CLOSE - OPEN) / 10**9)  # two lots a second, one of either side
    assert outflows.rate(early(0, 0, adv=adv)) == pytest.approx(1.0)
    assert outflows.rate(early(1, 600, adv=adv)) == pytest.approx((600 + 2 * 299) / 300 / 2)
    assert outflows.rate(early(1, 600, adv=None)) is None
    assert outflows.rate(early(29, 600, adv=None)) is None
    assert outflows.rate(early(30, 600, adv=None)) == pytest.approx(10.0)
    assert outflows.rate(early(300, 6_000, adv=adv)) == outflows.rate(early(300, 6_000, adv=None)) == pytest.approx(10.0)


def test_a_usual_pace_does_not_hang_on_the_orders_end() -> None:
    """It is of a usual day's next minutes; volume until the order's end, over a shorter horizon, was too much."""
    long = replace(early(0, 0, adv=7_200_000), volume_ahead=Lots(7_000_000))
    short = replace(long, volume_ahead=Lots(1))
    assert outflows.rate(long) == outflows.rate(short)
