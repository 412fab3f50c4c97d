"""When the recorder keeps a market: at the end of an order, half an hour after the last one, and now and then between."""

from __future__ import annotations

from metaorder.runtime.recorder import AFTER, EVERY_S, _Kept, _Seen


def keep(kept: _Kept, seen: _Seen, now: float) -> bool:
    """Look, and keep what is due."""
    due = kept.due(seen, now)
    if due:
        kept.clock, kept.over, kept.wall = seen.clock, seen.over, now
    return due


def test_a_market_is_kept_at_the_end_of_an_order_and_until_half_an_hour_after_it() -> None:
    kept = _Kept()
    assert keep(kept, _Seen(clock=10, active=1, over=0), now=0.0)
    assert not keep(kept, _Seen(clock=20, active=1, over=0), now=EVERY_S - 1)
    assert keep(kept, _Seen(clock=30, active=0, over=1), now=EVERY_S - 1)
    assert not keep(kept, _Seen(clock=40, active=0, over=1), now=EVERY_S)
    assert not keep(kept, _Seen(clock=29 + AFTER, active=0, over=1), now=EVERY_S)
    assert keep(kept, _Seen(clock=35 + AFTER, active=0, over=1), now=EVERY_S)
    assert not keep(kept, _Seen(clock=10 * AFTER, active=0, over=1), now=100 * EVERY_S)


def test_a_long_order_is_kept_now_and_then_and_a_clock_that_stands_is_not() -> None:
    kept = _Kept()
    assert keep(kept, _Seen(clock=10, active=1, over=0), now=0.0)
    assert not keep(kept, _Seen(clock=10, active=1, over=0), now=2 * EVERY_S)
    assert keep(kept, _Seen(clock=11, active=1, over=0), now=2 * EVERY_S)


def test_an_order_that_comes_later_is_recorded_too() -> None:
    kept = _Kept()
    keep(kept, _Seen(clock=10, active=0, over=1), now=0.0)
    keep(kept, _Seen(clock=20 + AFTER, active=0, over=1), now=1.0)
    assert keep(kept, _Seen(clock=5 * AFTER, active=1, over=1), now=2 * EVERY_S)
    assert keep(kept, _Seen(clock=5 * AFTER + 1, active=0, over=2), now=2 * EVERY_S)
