"""Benchmarks: what an order's average price is held against. Own prints are left out of the market's volume."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from metaorder.tca.facts import NO_PRICE, Ints, MarketFacts, OrderFacts, Price, Quotes, Tape
from metaorder.tca.sums import weighted

PWP_RATES = (Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))

NEAR_NS = 60 * 10**9
"""A cross this close to the open or to the close is the official auction."""

BLOCK = 16_384
"""Quotes that are summed at a time: as many as stay in the cache."""

NOT_ARRIVED = "the order has not arrived"
NOT_ENDED = "the order has not ended"
NO_SESSION_BEFORE = "no earlier session is known: previous_close is not stated with the market"


def benchmarks(order: OrderFacts, market: MarketFacts, filled: int) -> dict[str, Price]:
    """Every benchmark by name [points]."""
    found = {"arrival": order.arrival, "decision": order.decision}
    found |= _over_interval(order, market)
    if (order.arrived, order.ended) == (order.start, order.stop) and market.clock >= order.stop:  # it took its whole window
        found |= dict(zip(_names("window"), [found[name] for name in _names("interval")], strict=True))
    else:
        found |= _over_window(order, market)
    found["open"], _ = opening(market)
    found["close"], _ = closing(market)
    before = market.previous_close
    found["previous_close"] = Price.missing(NO_SESSION_BEFORE) if before is None else Price.known(before)
    rates = {"pwp": order.pwp_rate, **{f"pwp_{int(rate * 100)}": rate for rate in PWP_RATES}}
    return found | dict(zip(rates, pwps(market.tape, order.arrived, filled, tuple(rates.values())), strict=True))


def slippage(sign: int, average: Fraction, benchmark: Fraction) -> Fraction:
    """What an average price cost against a benchmark, as a share of the benchmark; positive = worse."""
    paid, held = average.numerator * benchmark.denominator, benchmark.numerator * average.denominator
    return Fraction(sign * (paid - held), held)


def vwap(tape: Tape, start: int, end: int) -> Price:
    """Volume-weighted average price of the prints in [start, end]."""
    part = tape.between(start, end)
    return Price.known(Fraction(part.value, part.volume)) if part.volume else Price.missing("nobody traded")


def twap(quotes: Quotes, start: int, end: int) -> Price:
    """Time-weighted average mid over [start, end); time without a mid, halts included, is left out."""
    if end <= start:
        return Price.missing("no time has passed")
    first, last = (int(np.searchsorted(quotes.ts, edge, side="right")) for edge in (start, end))
    head = int(quotes.at(np.array([start]))[0])
    before = 0 if head == NO_PRICE else (int(quotes.ts[first]) if first < last else end) - start
    base = head if before else 0  # small differences sum within 64 bits
    time, moved = before, 0
    for at in range(first, last, BLOCK):
        upto = min(at + BLOCK, last)
        mids, edges = quotes.mid2[at:upto], quotes.ts[at : upto + 1]
        spans = edges[1:] - edges[:-1] if upto < last else np.diff(edges[: upto - at], append=end)
        known = mids != NO_PRICE
        if not known.all():
            mids, spans = mids[known], spans[known]
        time += int(spans.sum())
        moved += weighted(mids - base, spans)
    if not time:
        return Price.missing("the book had no mid at any time")
    return Price.known(Fraction(moved + base * time, 2 * time))


def pwp(tape: Tape, start: int | None, filled: int, rate: Fraction) -> Price:
    """Participation-weighted price: others' VWAP from arrival until they traded filled x (1 - p) / p, the last print pro rata."""
    return pwps(tape, start, filled, (rate,))[0]


def pwps(tape: Tape, start: int | None, filled: int, rates: tuple[Fraction, ...]) -> list[Price]:
    """The participation-weighted price at each of some rates."""
    if start is None:
        return [Price.missing(NOT_ARRIVED)] * len(rates)
    if not filled:
        return [Price.missing("nothing was filled")] * len(rates)
    first = int(np.searchsorted(tape.ts, start, side="left"))
    points, lots = tape.points[first:], tape.lots[first:]
    reached = np.cumsum(lots)
    return [_pwp(points, lots, reached, filled * (rate.denominator - rate.numerator), rate.numerator) for rate in rates]


def _pwp(points: Ints, lots: Ints, reached: Ints, wanted: int, parts: int) -> Price:
    """The VWAP of the first wanted / parts lots."""
    total = int(reached[-1]) if len(reached) else 0
    if total * parts < wanted:
        return Price.missing(f"others have traded {total * parts / wanted:.1%} of the volume that the rate needs")
    last = int(np.searchsorted(reached, -(-wanted // parts), side="left"))
    before = int(reached[last - 1]) if last else 0
    value = parts * weighted(points[:last], lots[:last]) + (wanted - parts * before) * int(points[last])
    return Price.known(Fraction(value, wanted))


def opening(market: MarketFacts) -> tuple[Price, str | None]:
    """The opening auction's price, else the first print of others; and which of the two."""
    auctions = market.auctions.between(market.opened - NEAR_NS, market.opened + NEAR_NS)
    if len(auctions.ts):
        return Price.known(int(auctions.points[0])), "auction"
    if len(market.tape.ts):
        return Price.known(int(market.tape.points[0])), "first_print"
    return Price.missing("nobody has traded"), None


def closing(market: MarketFacts) -> tuple[Price, str | None]:
    """The closing auction's price, else the last print of others; and which of the two."""
    if market.clock < market.closes or not market.closed:
        deleted = market.closed
        return Price.missing("the market ended before its close" if deleted else "the market has not closed"), None
    auctions = market.auctions.between(market.closes - NEAR_NS, market.clock)
    if len(auctions.ts):
        return Price.known(int(auctions.points[-1])), "auction"
    if len(market.tape.ts):
        return Price.known(int(market.tape.points[-1])), "last_print"
    return Price.missing("nobody has traded"), None


def _over_interval(order: OrderFacts, market: MarketFacts) -> dict[str, Price]:
    """From arrival to the terminal event: the order chose when that was."""
    if order.arrived is None:
        return _none_of("interval", NOT_ARRIVED)
    if order.ended is None:
        return _none_of("interval", NOT_ENDED)
    return _over("interval", order.arrived, order.ended, market)


def _over_window(order: OrderFacts, market: MarketFacts) -> dict[str, Price]:
    """From start to end as the client set them."""
    if market.clock < order.stop:
        return _none_of("window", "the market ended before the window did" if market.closed else "the window has not ended")
    return _over("window", order.start, order.stop, market)


def _over(name: str, start: int, end: int, market: MarketFacts) -> dict[str, Price]:
    """VWAPs over a span: without our account's prints (the default), with them, and on the market without us; and the TWAP."""
    absent = Price.missing("no market without the order is known")
    prices = (
        vwap(market.tape, start, end),
        vwap(market.whole, start, end),
        absent if market.recorded is None else vwap(market.recorded, start, end),
        twap(market.quotes, start, end),
    )
    return dict(zip(_names(name), prices, strict=True))


def _none_of(name: str, why: str) -> dict[str, Price]:
    return dict.fromkeys(_names(name), Price.missing(why))


def _names(name: str) -> tuple[str, ...]:
    return f"{name}_vwap", f"{name}_vwap_incl_own", f"{name}_vwap_recorded", f"{name}_twap"
