"""Participation: the order's part of the volume while it could work."""

from __future__ import annotations

from metaorder.tca.facts import MarketFacts, OrderFacts, Tape


def volumes(order: OrderFacts, market: MarketFacts) -> tuple[int, int]:
    """Own and others' lots from arrival to the end, pauses left out."""
    if order.arrived is None:
        return 0, 0
    end = market.clock if order.ended is None else order.ended
    own, everybody = (_workable(tape.between(order.arrived, end), order) for tape in (market.own, market.whole))
    return own, everybody - own


def _workable(tape: Tape, order: OrderFacts) -> int:
    """Lots that printed while the order was not suspended."""
    paused = tape.ts < 0
    for start, stop in order.pauses:
        paused |= (tape.ts >= start) & (tape.ts < stop)
    return int(tape.lots[~paused].sum())
