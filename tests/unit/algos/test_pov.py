"""pov: a constant share of what the market trades, own trading included."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.algos.pov import Pov
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Flow, Intent, own_for
from metaorder.domain.units import SECOND, Lots, Nanos
from support.core import at, market_state, state_at

TENTH = Pov(target=Decimal("0.10"))


def intent(algorithm: Pov, others: int, ahead: int | None = None, pace: int = 0, **changes: Any) -> Intent:
    market = replace(market_state(), others_since_plan=Lots(others), others_pace=Lots(pace), volume_ahead=ahead)
    return algorithm.on_event(state_at(100, market=market, **changes))


@pytest.mark.parametrize(("others", "target"), [(0, 0), (8, 0), (9, 1), (900, 100), (8_999, 999), (9_000, 1_000), (10**9, 1_000)])
def test_own_volume_is_the_share_of_the_whole_and_never_past_the_order(others: int, target: int) -> None:
    assert intent(TENTH, others).target == intent(TENTH, others).due == target


def test_volume_counts_from_where_the_plan_began() -> None:
    assert intent(TENTH, 900, done=300).target == 400


def test_pace_is_the_share_of_what_others_traded_in_the_horizon() -> None:
    assert intent(TENTH, 900, pace=450).pace == 50


def test_tracking_is_a_hundredth_of_the_target_so_far_and_a_child_at_least() -> None:
    assert intent(TENTH, 4_500).behind == 5
    assert intent(TENTH, 900, min_child=Lots(20)).behind == 20


def paced(seconds: int, others: int = 4_500, volume: int | None = 2_700, **changes: Any) -> Intent:
    """With nine lots a second of others' volume in the last five minutes."""
    flow = Flow(volume=None if volume is None else Lots(volume), open=Nanos(at(100) - 900 * SECOND))
    market = replace(market_state(), now=at(100), others_since_plan=Lots(others), others_pace=Lots(0), flow=flow)
    return Pov(target=Decimal("0.10"), ahead_s=seconds).on_event(state_at(100, market=market, **changes))


def test_children_rest_before_their_turn_and_lag_as_long_before_they_cross() -> None:
    asked, plain = paced(30), paced(0)
    assert (plain.target, plain.due, plain.behind) == (500, 500, 5)
    assert (asked.target, asked.due, asked.behind) == (530, 500, 30), "a lot a second, which is a tenth of the whole"
    assert asked.pace == plain.pace + 30
    assert "fallback" not in asked.reason


def test_nothing_rests_past_the_order_nor_where_nobody_knows_the_rate() -> None:
    assert paced(30, others=8_990).target == 1_000
    blind = paced(30, volume=None)
    assert (blind.target, blind.behind) == (500, 5)
    assert "nothing rests before its turn" in str(blind.reason["fallback"])
    assert "fallback" not in paced(0, volume=None).reason


@pytest.mark.parametrize(
    ("ahead", "min_rate", "max_rate", "rate", "source"),
    [
        (9_000, None, None, "0.100000", "completion"),
        (1_000, None, "0.3", "0.300000", "completion"),
        (4_000, None, "0.3", "0.200000", "completion"),
        (99_000, "0.05", "0.3", "0.050000", "completion"),
        (99_000, None, "0.3", "0.100000", "completion"),
        (0, None, "0.3", "0.300000", "completion"),
        (None, "0.05", "0.3", "0.100000", "target: no volume is expected of this market"),
    ],
)
def test_must_complete_trades_what_is_left_of_what_is_expected_within_its_bounds(
    ahead: int | None, min_rate: str | None, max_rate: str | None, rate: str, source: str
) -> None:
    low, high = (None if each is None else Decimal(each) for each in (min_rate, max_rate))
    reason = intent(Pov(min=low, max=high), 0, ahead=ahead, must_complete=True).reason
    assert (reason["rate"], reason["rate_source"]) == (rate, source)


def test_an_order_that_need_not_complete_keeps_to_its_target_whatever_is_expected() -> None:
    assert intent(Pov(max=Decimal("0.5")), 900, ahead=1).reason["rate"] == "0.100000"


def test_a_done_order_with_nothing_ahead_has_a_rate() -> None:
    assert intent(TENTH, 900, ahead=0, must_complete=True, filled=Lots(1_000)).target == 100


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.fractions(Fraction(1, 100), Fraction(1, 2), max_denominator=100))
def test_more_volume_never_lowers_the_target(others: int, more: int, rate: Fraction) -> None:
    algorithm = Pov(target=Decimal(int(rate * 1000)) / 1000)
    low, high = intent(algorithm, others).target, intent(algorithm, others + more).target
    assert low <= high
    assert low == min(own_for(Lots(others), Fraction(algorithm.target)), 1_000)


def test_the_plan_of_a_market_follower_is_unknown() -> None:
    assert TENTH.planned(state_at(0), at(300)) is None


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"target": Decimal(0)}, "target"),
        ({"target": Decimal(1)}, "target"),
        ({"target": Decimal("NaN")}, "target"),
        ({"min": Decimal(0)}, "min"),
        ({"min": Decimal("0.11")}, "min"),
        ({"max": Decimal("0.09")}, "max"),
        ({"max": Decimal(1)}, "max"),
        ({"ahead_s": -1}, "ahead_s"),
        ({"ahead_s": 3_601}, "ahead_s"),
    ],
)
def test_a_rate_outside_its_bounds_is_refused(params: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        Pov(**params)
    assert caught.value.field == field
