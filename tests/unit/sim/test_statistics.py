"""The statistics of a day, on days so small that each can be counted by hand, and on noise whose value is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metaorder.sim.messages import DEPTHS, Kind, Messages, as_seen, simulated_messages
from metaorder.sim.presets import PLAIN
from metaorder.sim.scenario import changed
from metaorder.sim.statistics import (
    acf,
    by_part,
    fano,
    kurtosis,
    lifetimes,
    log_returns,
    market_orders,
    placements,
    response,
    statistics,
)

BUY, SELL = 1, -1
ADDED, WITHDRAWN, EXECUTED = Kind.ADDED, Kind.WITHDRAWN, Kind.EXECUTED


def day(*rows: tuple[float, Kind, int, float, float, int, float, float], session_s: float = 60) -> Messages:
    """Messages from rows of time, kind, side, price, lots, id, bid and ask afterwards; 100 lots at each touch."""
    t, kind, side, price, lots, ids, bid, ask = (np.array(column) for column in zip(*rows, strict=True))
    hundred = np.full(len(t), 100.0)
    return Messages(
        session_s=session_s,
        t=t.astype(float),
        kind=kind.astype(np.int8),
        side=side.astype(np.int8),
        price=price.astype(float),
        lots=lots.astype(float),
        id=ids.astype(np.int64),
        bid=bid.astype(float),
        ask=ask.astype(float),
        bid_lots=hundred,
        ask_lots=hundred,
        depth=(np.nan,) * len(DEPTHS),
    )


SMALL = day(
    (0, ADDED, BUY, 99, 10, 1, 99, 101),
    (1, ADDED, SELL, 101, 10, 2, 99, 101),  # at the best offer
    (2, ADDED, BUY, 100, 10, 3, 100, 101),  # inside
    (3, ADDED, BUY, 97, 10, 4, 100, 101),  # three behind
    (4, WITHDRAWN, BUY, 97, 10, 4, 100, 101),
    (5, EXECUTED, SELL, 101, 60, 2, 100, 101),
    (5, EXECUTED, SELL, 101, 40, 9, 100, 103),  # of one buyer: the whole best level
    (6, EXECUTED, BUY, 100, 30, 3, 98, 103),
    (9, WITHDRAWN, BUY, 99, 10, 1, 98, 103),
)


def test_executions_of_an_instant_and_side_are_one_market_order() -> None:
    taken = market_orders(SMALL)
    assert taken.t.tolist() == [5, 6]
    assert taken.side.tolist() == [1, -1]
    assert taken.lots.tolist() == [100, 30]
    assert taken.before.tolist() == [4, 6]
    assert taken.best.tolist() == [100, 100]


def test_the_move_after_a_market_order_counts_in_its_direction() -> None:
    after = response(SMALL, market_orders(SMALL), (0, 10))
    up, down = (101.5 / 100.5 - 1), -(100.5 / 101.5 - 1)
    assert after[0] == pytest.approx(1e4 * (up + down) / 2)
    assert after[1] == pytest.approx(1e4 * ((100.5 / 100.5 - 1) - (100.5 / 101.5 - 1)) / 2)


def test_orders_are_placed_where_they_stand_to_the_touch_before_them() -> None:
    assert placements(SMALL).tolist() == [0, -1, 3]


def test_an_order_lives_from_its_arrival_to_its_withdrawal() -> None:
    assert sorted(lifetimes(SMALL).tolist()) == [1, 9]


def test_a_place_that_is_used_again_is_another_order() -> None:
    again = day(
        (0, ADDED, BUY, 99, 10, 1, 99, 101),
        (2, WITHDRAWN, BUY, 99, 10, 1, 98, 101),
        (5, ADDED, BUY, 99, 10, 1, 99, 101),
        (6, WITHDRAWN, BUY, 99, 10, 1, 98, 101),
    )
    assert sorted(lifetimes(again).tolist()) == [1, 2]


def test_returns_are_of_the_mid_on_a_grid() -> None:
    moves = log_returns(SMALL, 10)
    assert len(moves) == 6
    assert moves[0] == pytest.approx(np.log(100.5 / 100))
    assert not moves[1:].any()


def test_noise_has_the_values_that_noise_has() -> None:
    dice = np.random.default_rng(1)
    normal = dice.standard_normal(200_000)
    assert kurtosis(normal) == pytest.approx(3, abs=0.1)
    assert acf(normal, (1, 5)) == pytest.approx([0, 0], abs=0.01)
    poisson = np.sort(dice.uniform(0, 23_400, 400_000))
    assert [fano(poisson, window, 23_400) for window in (1, 10, 60)] == pytest.approx([1, 1, 1], abs=0.12)
    twice = np.repeat(poisson, 2)
    assert fano(twice, 1, 23_400) == pytest.approx(2, abs=0.05)
    slow = np.convolve(normal, np.ones(2), "valid")
    assert acf(slow, (1, 2)) == pytest.approx([0.5, 0], abs=0.01)


def test_shares_by_part_of_the_day_sum_to_one() -> None:
    shares = by_part(np.array([0.0, 29.9, 59.9, 60.0]), np.array([1.0, 1, 2, 4]), 60, 2)
    assert shares.tolist() == [0.25, 0.75]


def test_statistics_name_everything_and_have_values_on_a_simulated_hour() -> None:
    found = statistics(simulated_messages(PLAIN, 1, 3_600))
    assert len(found) > 50
    missing = {name for name, value in found.items() if not np.isfinite(value)}
    assert not missing
    assert found["added %"] + found["withdrawn %"] + found["executed %"] == pytest.approx(100)
    assert 5 < found["spread [ticks]"] < 40


def test_takers_of_a_simulated_market_meet_the_best_price() -> None:
    """The touch after a message is where orders that were not withdrawn or executed stand."""
    made = simulated_messages(PLAIN, 3, 600)
    assert bool((np.diff(made.t) >= 0).all())
    executed = made.kind == Kind.EXECUTED
    rows = np.flatnonzero(executed)
    rows = rows[rows > 0]
    first = rows[made.kind[rows - 1] != Kind.EXECUTED]
    touch = np.where(made.side[first] > 0, made.bid[first - 1], made.ask[first - 1])
    assert bool((made.price[first] == touch).all()), "a taker meets the best price that the row before shows"


def test_the_level_of_a_message_is_its_rank_in_the_book_of_the_messages_before() -> None:
    day = simulated_messages(changed(PLAIN, {"hidden": 0.2}), 3, 600)
    assert day.level is not None
    book: dict[int, dict[float, float]] = {1: {}, -1: {}}
    for kind, side, price, lots, level in zip(day.kind, day.side, day.price, day.lots, day.level, strict=True):
        if kind == Kind.HIDDEN:
            assert level == 0
            continue
        stands = book[int(side)]
        assert level == 1 + sum(side * (other - price) > 0 for other in stands)
        left = stands.get(price, 0.0) + (lots if kind == Kind.ADDED else -lots)
        stands |= {price: left}
        if left == 0:
            del stands[price]


def test_a_source_of_one_level_shows_what_changes_the_touch_and_hidden_executions() -> None:
    day = simulated_messages(changed(PLAIN, {"hidden": 0.2}), 3, 600)
    touch = np.nan_to_num(np.stack([day.bid, day.ask, day.bid_lots, day.ask_lots]), nan=-1)
    changes = np.r_[True, (touch[:, 1:] != touch[:, :-1]).any(axis=0)]
    seen = as_seen(day, 1)
    assert day.level is not None
    alone = np.r_[True, np.diff(day.t) > 0]  # what happens at one instant has the touch of its end
    orders = alone & ((day.kind == Kind.ADDED) | (day.kind == Kind.WITHDRAWN))
    assert ((day.level <= 1) & orders).tolist() == (changes & orders).tolist()
    assert (seen.levels, len(seen.t)) == (1, int((day.level <= 1).sum()))
    away = placements(seen)
    assert (len(away) > 100, bool((away <= 0).all())) == (True, True), "nothing that is placed behind the touch is seen"
    assert as_seen(day, None) is day
    with pytest.raises(ValueError, match="level must be known"):
        as_seen(replace(day, level=None), 1)
