"""The counterfactual twin: the same market, the same commands, without one order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from metaorder.core.commands import Accept, AcceptBasket, Amend, Cancel, Pause, Resume, Settle
from metaorder.domain.order import ParentId
from metaorder.domain.units import Nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import MarketData
from metaorder.runtime.build import build
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.session import LiveSession
from metaorder.sim.market import NO_INDEX, Stop
from metaorder.sim.record import MarketRecord

_decode = msgspec.json.Decoder().decode


class Stopped(RuntimeError):
    """Nobody wants the market any more: the server ends."""


class NoTwin(RuntimeError):
    """The market cannot be run again, and why."""


def run_without(
    spec: MarketSpec,
    commands: Sequence[bytes],
    parent: ParentId,
    symbol: str,
    until: Nanos,
    engine: str,
    data: MarketData,
    calendars: Calendars,
    stopped: Callable[[], bool] = lambda: False,
) -> MarketRecord:
    """The record of a symbol's market up to `until` as it would have been without `parent`; every other order decides again.

    A leg is left out with its basket: the others would not have been planned so without it. stopped: is asked all the time.

    Raises:
        NoTwin: another build ran the session. Stopped: as it says.
    """
    if spec.engine != engine:
        raise NoTwin(f"the session was run by {spec.engine}, this is {engine}")
    live = build(spec, data, calendars).live
    without = {parent}
    for payload in commands:
        command, stamp = live.wire.read_command(_decode(payload))
        if isinstance(command, Accept) and command.order.id in without:
            continue
        if isinstance(command, AcceptBasket) and any(leg.order.id == parent for leg in command.legs):
            without |= {leg.order.id for leg in command.legs}
            continue
        if isinstance(command, Amend | Cancel | Pause | Resume | Settle) and command.parent in without:
            continue
        _run(live, stamp.market_time, stamp.event_index, stopped)
        live.apply(command)
        live.take()
    _run(live, until, NO_INDEX, stopped)
    return live.market.record(symbol)


def _run(live: LiveSession, until: Nanos, index: int, stopped: Callable[[], bool]) -> None:
    while live.step(until=until, index=index) not in {Stop.LIMIT, Stop.CLOSED}:
        if stopped():
            raise Stopped("the market without the order is not wanted any more")
