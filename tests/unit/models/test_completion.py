"""How likely an order is to be done: certain, impossible, and what stands in between in closed form."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.completion import Question, completion

PLAIN = Question(
    plan=np.full(40, 25.0),
    lots=1_000,
    cap=0.2,
    rate=0.2,
    days=np.full(40, 1 / 400),
    volume=np.full(40, 250.0),
    volume_sd=0.0,
    room=None,
    sigma=0.02,
)


def test_an_order_with_room_is_done_and_one_without_is_not() -> None:
    assert completion(PLAIN, 1).probability == 1.0
    found = completion(replace(PLAIN, volume=np.full(40, 99.0)), 1)
    assert (found.probability, found.cap, found.limit) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.3])
def test_with_uncertain_volume_it_is_the_lognormal_chance_of_enough(scale: float) -> None:
    sd = 0.3
    found = completion(replace(PLAIN, volume=np.full(40, 100.0 * scale), volume_sd=sd), 7, paths=20_000)
    assert found.probability == pytest.approx(NormalDist().cdf(np.log(scale) / sd - sd / 2), abs=0.015)


def test_a_limit_behind_the_price_binds_and_one_far_away_does_not() -> None:
    tight, wide = completion(replace(PLAIN, room=-0.001), 3), completion(replace(PLAIN, room=0.5), 3)
    assert tight.limit > 0.5
    assert wide.probability == 1.0


def test_an_order_that_follows_the_market_is_done_if_the_market_trades_enough_for_its_rate() -> None:
    follows = replace(PLAIN, plan=None, rate=0.1)
    assert completion(follows, 1).probability == 1.0
    assert completion(replace(follows, lots=1_200), 1).probability == 0.0


def test_a_cap_outside_its_range_is_refused() -> None:
    with pytest.raises(Invalid, match="cap"):
        completion(replace(PLAIN, cap=1.0), 1)


def test_volume_that_comes_in_lumps_is_room_for_as_long_as_the_rolling_clock_looks_back() -> None:
    lumps = replace(PLAIN, volume=np.tile([430.0, 10.0, 10.0, 10.0], 10))
    assert completion(replace(lumps, clock=4), 1).probability == 1.0
    assert completion(replace(lumps, clock=1), 1).probability == 0.0


def test_lag_is_made_up_at_three_times_what_is_planned_within_the_clock_or_on_average_and_no_faster() -> None:
    """A plan that is nearly over when the volume comes is done if there is time: 525 lots within the clock, and 225 a part."""
    front = replace(PLAIN, plan=np.r_[np.full(4, 249.0), np.full(36, 4 / 36)], clock=7)
    soon, late = (np.r_[np.full(40 - parts, 1.0), np.full(parts, 900.0)] for parts in (28, 8))
    assert completion(replace(front, volume=soon), 1).probability == 1.0
    assert completion(replace(front, volume=late), 1).probability == 0.0, "the cap has room for it, the bound has not"
    assert completion(replace(PLAIN, clock=7, volume=soon), 1).probability == 1.0
