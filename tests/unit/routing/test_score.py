"""The score router: whole lots in proportion to the scores, the same in any unit of the fees."""

from __future__ import annotations

from dataclasses import replace

from metaorder.routing.score import Venue, scored


def test_scores_share_an_order_out_whatever_unit_the_fees_are_in() -> None:
    cents = [
        Venue(liquidity=500, fee=0.3, latency_ms=1, fill_rate=0.5),
        Venue(liquidity=50, fee=-0.2, latency_ms=1, fill_rate=0.5),
    ]
    dollars = [replace(each, fee=each.fee / 100) for each in cents]
    assert sum(scored(1_000, cents)) == 1_000
    assert scored(1_000, cents) == scored(1_000, dollars)
