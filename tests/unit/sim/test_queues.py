"""What left a queue: volume at its price or through it, and withdrawals of who stood there; nothing else."""

from __future__ import annotations

import numpy as np

from metaorder.domain.order import Side
from metaorder.domain.units import Nanos, Ticks
from metaorder.sim.queues import Queues, queues
from metaorder.sim.record import AUCTION, OWN_TAKER

POINT = 2
PRINT = np.dtype([("ts", "i8"), ("points", "i8"), ("lots", "i8"), ("flags", "u4")])
MESSAGE = np.dtype([("ts", "i8"), ("id", "u8"), ("price", "i8"), ("lots", "i8"), ("side", "u1"), ("kind", "u1")])
ADDED, WITHDRAWN, BUY, SELL = 0, 1, 0, 1


def day() -> Queues:
    prints = [
        (10, 200, 5, 0),  # at the price, before the child
        (20, 200, 7, 0),  # at the price
        (21, 202, 1000, 0),  # above it: a bid at 100 meets none of it
        (22, 196, 11, 0),  # through it
        (23, 200, 1000, OWN_TAKER),
        (24, 200, 1000, AUCTION),
        (31, 200, 1000, 0),  # too late
    ]
    messages = [
        (1, 1, 100, 50, BUY, ADDED),
        (2, 2, 100, 60, SELL, ADDED),
        (3, 3, 99, 70, BUY, ADDED),
        (12, 4, 100, 80, BUY, ADDED),  # behind the child
        (20, 1, 100, 3, BUY, WITHDRAWN),
        (20, 2, 100, 60, SELL, WITHDRAWN),
        (20, 3, 99, 70, BUY, WITHDRAWN),
        (20, 4, 100, 80, BUY, WITHDRAWN),
        (25, 1, 100, 9, BUY, ADDED),  # the same id again, behind now
        (26, 1, 100, 9, BUY, WITHDRAWN),
    ]
    return queues(np.array(prints, dtype=PRINT), np.array(messages, dtype=MESSAGE))


def test_volume_at_the_price_or_through_it_and_withdrawals_ahead_leave_the_queue() -> None:
    assert day().outflow(Side.BUY, Ticks(100), POINT, Nanos(11), Nanos(30)) == 7 + 11 + 3


def test_a_sell_queue_is_reached_from_the_other_side() -> None:
    assert day().outflow(Side.SELL, Ticks(100), POINT, Nanos(11), Nanos(30)) == 7 + 1000 + 60


def test_nothing_leaves_in_no_time() -> None:
    assert day().outflow(Side.BUY, Ticks(100), POINT, Nanos(30), Nanos(30)) == 0
