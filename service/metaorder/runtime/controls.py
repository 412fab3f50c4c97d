"""Risk controls of the service: limits of every account, latches, and what an account has going over all its sessions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from metaorder.core.commands import Rejection, SetLimits
from metaorder.core.execution import Execution
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import Account, ParentOrder
from metaorder.ports.clock import Clock
from metaorder.risk.ladder import Refused, Standing, admit, worst_notional
from metaorder.risk.latches import Latches
from metaorder.risk.limits import OPEN, GateLimits, Limits, document
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.session import LiveSession
from metaorder.sim.floors import Listing

KILL_SWITCH = "kill_switch"

Likeness = tuple[str, str, str, int, int | None, str]
"""What makes orders alike: account, session, symbol, signed lots, limit price and algorithm."""


class Controls:
    """What the ladder needs at admission. It belongs to the engine thread alone."""

    def __init__(self, clock: Clock, sessions: Mapping[str, Hosted]) -> None:
        self.latches = Latches()
        self.limits: dict[Account, Limits] = {}
        self._clock = clock
        self._sessions = sessions
        self._alike: dict[Likeness, deque[float]] = {}

    def of(self, account: Account) -> Limits:
        """The limits of an account."""
        return self.limits.get(account, OPEN)

    def commands(self) -> list[SetLimits]:
        """What a new session is told."""
        told = ((account, limits.gate) for account, limits in sorted(self.limits.items()))
        return [SetLimits(account=account, limits=document(gate)) for account, gate in told if gate != GateLimits()]

    def shut(self, order: ParentOrder) -> Rejection | None:
        """The latch that keeps an order from doing anything new."""
        reach = self.latches.barring(order)
        if reach is None:
            return None
        return Rejection(code=KILL_SWITCH, detail=f"the kill switch is on for {reach.text}: no new exposure until it is rearmed")

    def rejections(self, orders: Sequence[ParentOrder], hosted: Hosted) -> list[Rejection | None]:
        """What the ladder says of orders asked for together, each with those before it; let in, they count from now on."""
        found = [self._rejection(order, hosted, orders[:place]) for place, order in enumerate(orders)]
        if not any(found):
            for order in orders:
                self._remember(order)
        return found

    def _rejection(self, order: ParentOrder, hosted: Hosted, beside: Sequence[ParentOrder]) -> Rejection | None:
        refused = self.shut(order)
        if refused is not None:
            return refused
        found = self._asked(order, hosted, None, beside)
        if found is None:
            return None
        return Rejection(code=found.code, detail=found.detail, limit=found.limit, observed=found.observed)

    def amended(self, order: ParentOrder, hosted: Hosted) -> Refused | None:
        """What the ladder says of the terms that an amendment asks for."""
        return self._asked(order, hosted, order.id)

    def _asked(
        self, order: ParentOrder, hosted: Hosted, itself: str | None, beside: Sequence[ParentOrder] = ()
    ) -> Refused | None:
        limits, market = self.of(order.account), hosted.live.market
        listing, quote = market.listing(order.symbol), market.quote(order.symbol)
        if itself is not None:
            limits = replace(limits, max_duplicates=None)
        standing = _with(self._standing(order, hosted, limits, listing, quote, itself), beside, hosted)
        return admit(order, listing.instrument, quote, standing, limits)

    def _standing(
        self, order: ParentOrder, hosted: Hosted, limits: Limits, listing: Listing, quote: Quote, itself: str | None
    ) -> Standing:
        """What the account has going; what no limit asks for is not looked up."""
        open_orders = sum(each.live.engine.open_orders(order.account) for each in self._sessions.values())
        standing = Standing(open_orders=open_orders - (itself is not None))
        if limits.max_gross_notional is not None:
            standing = replace(standing, gross=self._gross(order.account, itself))
        if limits.max_position is not None:
            same = sum(
                each.leaves
                for each in _open(hosted.live, order.account, itself)
                if each.order.symbol == order.symbol and each.order.side is order.side
            )
            position, lot = hosted.live.engine.position(order.account, order.symbol), listing.instrument.lot_size
            own = 0 if itself is None else _filled(hosted.live, itself) * order.side.sign
            standing = replace(standing, position=(position - own) * lot, open_same=same * lot)
        if limits.max_duplicates is not None:
            standing = replace(standing, twins=self._twins(order, limits.duplicate_window_s))
        if limits.max_adv_share is not None or limits.max_impact_bps is not None:
            standing = replace(standing, adv=listing.usual_volume, sigma=_sigma(hosted.live, order, quote))
        return standing

    def _gross(self, account: Account, itself: str | None) -> Fraction | None:
        """Open at the worst price and filled, over all sessions; None where something open has no price."""
        total = Fraction(0)
        for hosted in self._sessions.values():
            market = hosted.live.market
            for execution in hosted.live.engine.executions.values():
                order = execution.order
                if order.account != account or order.id == itself:
                    continue
                instrument = market.listing(order.symbol).instrument
                total += execution.notional * _unit(instrument)
                if not execution.status.terminal:
                    worst = worst_notional(order, instrument, market.quote(order.symbol), execution.leaves)
                    if worst is None:
                        return None
                    total += worst
        return total

    def _twins(self, order: ParentOrder, window_s: int) -> int:
        times = self._alike.get(_likeness(order), deque())
        return sum(self._clock.monotonic() - time <= window_s for time in times)

    def _remember(self, order: ParentOrder) -> None:
        if self.of(order.account).max_duplicates is None:
            return
        now = self._clock.monotonic()
        window = self.of(order.account).duplicate_window_s
        self._alike = {key: times for key, times in self._alike.items() if now - times[-1] <= window}
        self._alike.setdefault(_likeness(order), deque(maxlen=1_000)).append(now)


def _with(standing: Standing, beside: Sequence[ParentOrder], hosted: Hosted) -> Standing:
    """The standing with orders that are let in before, in other symbols than this one."""
    gross, market = standing.gross, hosted.live.market
    for order in beside:
        instrument = market.listing(order.symbol).instrument
        worst = worst_notional(order, instrument, market.quote(order.symbol), order.lots)
        gross = None if gross is None or worst is None else gross + worst
    return replace(standing, open_orders=standing.open_orders + len(beside), gross=gross)


def _open(live: LiveSession, account: Account, itself: str | None) -> Iterable[Execution]:
    for execution in live.engine.executions.values():
        if execution.order.account == account and not execution.status.terminal and execution.order.id != itself:
            yield execution


def _filled(live: LiveSession, parent: str) -> int:
    return next((each.filled for each in live.engine.executions.values() if each.order.id == parent), 0)


def _sigma(live: LiveSession, order: ParentOrder, quote: Quote) -> float | None:
    """Volatility of a day as a share of the price, from what the market has shown since its open."""
    sigma = live.market.basis(None, order.symbol).sigma
    if sigma is None or quote.mid2 is None:
        return None
    seconds = (live.day.close - live.day.open) / 1e9
    return float(sigma) / 1e6 * float(seconds**0.5) / (quote.mid2 / 2)


def _likeness(order: ParentOrder) -> Likeness:
    return (order.account, order.session, order.symbol, int(order.side.sign) * order.lots, order.limit, order.algo)


def _unit(instrument: Instrument) -> Fraction:
    return Fraction(instrument.tick_size) * instrument.lot_size * Fraction(instrument.unit_value)
