"""A profile in a market: what is stated stands in for what was seen, nothing else does, and the plan says who says so."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from metaorder.algos import build
from metaorder.core.decide import state_of
from metaorder.core.profiled import profiled
from metaorder.domain.market import flat_curve
from metaorder.domain.profile import Profile
from metaorder.domain.state import Basis, MarketState
from metaorder.domain.units import MICRO, Lots, Microticks, Ticks
from support.core import CLOSE, DAY, OPEN, at, market_state, parent_order, started

SEEN = Basis(mid2=Ticks(20_000), spread=Microticks(1_500_000), sigma=Microticks(400_000), adv=None, ahead=None)
FULL = Profile(
    source="twenty days",
    adv=Lots(2_340_000),
    sigma="0.0153",
    spread=Microticks(2_000_000),
    curve=(3, 1),
    impact=("0.3", "0.15", "0.6"),
)


def seen(profile: Profile | None, **changes: Any) -> MarketState:
    market = market_state(basis=SEEN, curve=flat_curve(OPEN, CLOSE), **changes)
    return profiled(market, parent_order(profile=profile, end=at(3_600)), DAY)


def test_an_order_without_a_profile_sees_the_market() -> None:
    market = market_state(basis=SEEN)
    assert profiled(market, parent_order(), DAY) is market


def test_what_is_stated_stands_in() -> None:
    found = seen(FULL)
    assert (found.basis.adv, found.basis.spread, found.basis.impact) == (2_340_000, 2_000_000, FULL.impact)
    assert found.basis.sigma == pytest.approx(0.0153 * 10_000 / math.sqrt(23_400) * MICRO, abs=1)
    assert found.curve.source == "profile: twenty days"
    assert found.volume_ahead == found.basis.ahead == pytest.approx(2_340_000 * 0.75 * 3_600 / 11_700, abs=1)
    assert found.basis.stated == "adv, sigma, spread, curve, impact: twenty days"


def test_what_is_not_stated_stays_as_it_was_seen() -> None:
    found = seen(Profile(source="desk", adv=Lots(1_000_000)))
    assert (found.basis.sigma, found.basis.spread, found.basis.impact) == (SEEN.sigma, SEEN.spread, None)
    assert found.curve.source == flat_curve(OPEN, CLOSE).source
    assert found.basis.stated == "adv: desk"
    assert seen(Profile(source="desk")).basis == SEEN


def test_without_a_mid_there_is_no_volatility_in_ticks() -> None:
    market = market_state(basis=replace(SEEN, mid2=None, sigma=None))
    assert profiled(market, parent_order(profile=FULL), DAY).basis.sigma is None


@pytest.mark.parametrize("algo", ["is", "close", "vwap", "basket", "robust"])
def test_it_changes_the_schedule_that_an_order_is_worked_on(algo: str) -> None:
    """One hour of 20,000 lots, in a market that shows neither a usual volume nor a curve."""
    params = {"risk_aversion": "0.00001"} if algo in {"is", "basket", "robust"} else {}
    order = parent_order(profile=FULL, end=at(3_600), lots=Lots(20_000), algo=algo, params=params)

    def halfway(profile: Profile | None) -> int:
        market = profiled(market_state(basis=SEEN, curve=flat_curve(OPEN, CLOSE)), replace(order, profile=profile), DAY)
        execution = replace(
            started(**{name: getattr(order, name) for name in ("lots", "algo", "params", "end")}), basis=market.basis
        )
        done = build(algo, params).planned(state_of(execution, market), at(900))
        assert done is not None
        return done

    stated = Profile(source="desk", adv=Lots(600_000), sigma="0.03", curve=(9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
    if algo == "vwap":  # the curve alone moves it, and only within the window
        stated = replace(stated, curve=tuple([9] + [1] * 38))
    assert halfway(stated) != halfway(None)
