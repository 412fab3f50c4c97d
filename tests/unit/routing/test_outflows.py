"""Outflows: quantiles with the mean that was asked for, corrected by own fills within bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.domain.state import Basis, Flow, MarketState, Outcome, SplitTerms
from metaorder.domain.units import MICRO, Lots, Microticks
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


def expected(seconds: tuple[int, ...] = (0, 30, 0, 10) * 75, sigma: int | None = MICRO, kind: str = "walk") -> outflows.Expected:
    """Outflows of two venues of which one shows three times as much, 100 seconds ahead; four lots a second trade in all."""
    flow = Flow(volume=Lots(1_200), open=OPEN, sigma=None if sigma is None else Microticks(sigma))
    market = replace(market_state(now=at(400)), flow=flow, seconds={"A": seconds, "B": ()})
    asked = SplitTerms(until=at(500), outflow=kind, scenarios=1_000)
    found = outflows.expected(
        Lots(10), asked, market, {"A": Lots(300), "B": Lots(100)}, {"B": Outcome(Lots(80), Lots(40))}, behind=1
    )
    assert found is not None
    return found


def test_a_walk_rests_on_how_the_price_moves_and_how_trades_come() -> None:
    found = expected()
    (facts,) = found.facts["walk"]  # type: ignore[union-attr]
    assert {name: float(facts[name]) for name in ("move", "behind", "lump", "seen")} == {  # type: ignore[index]
        "move": 10.0,
        "behind": 1.0,
        "lump": 25.0,
        "seen": 120.0,
    }
    assert found.volumes == pytest.approx((300.0, 100 * 80 / 120)), "what the venue shows, times what own outcomes say"
    assert found.scenarios.shape == (1_000, 2)
    assert found.scenarios.mean(axis=0) / found.volumes == pytest.approx([0.45, 0.45], abs=0.05)
    assert (found.scenarios == 0).mean() > 0.02, "the price may run away at once"


@pytest.mark.parametrize("without", [{"sigma": None}, {"seconds": (0,) * 300}, {"seconds": ()}])
def test_without_volatility_or_trades_a_walk_is_exponential_and_says_so(without: dict[str, Any]) -> None:
    found = expected(**without)
    assert found.said == "exponential: no volatility or no trade was seen for a walk"
    assert found.scenarios[:, 0].mean() == pytest.approx(150.0, rel=0.01)
    assert "walk" not in found.facts


def test_who_shows_less_than_the_seconds_it_needs_is_exponential_and_says_so() -> None:
    assert expected(seconds=(1,) * 20, kind="empirical").said == "exponential: too few seconds were seen for empirical"
    assert expected(kind="poisson").said == "poisson"
