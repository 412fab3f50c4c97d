"""The counterfactual twin: the same market, the same commands, without one order."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from metaorder.core.commands import Accept, AcceptBasket, Amend, Cancel, Pause, Resume
from metaorder.domain.order import ParentId
from metaorder.domain.units import Nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import MarketData
from metaorder.runtime.build import build
from metaorder.runtime.hosted import MarketSpec
from metaorder.sim.record import MarketRecord

_decode = msgspec.json.Decoder().decode


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
) -> MarketRecord:
    """The record of a symbol's market up to `until` as it would have been without `parent`; every other order decides again.

    A leg is left out with its basket: the others would not have been planned so without it.

    Raises:
        NoTwin: another build ran the session.
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
        if isinstance(command, Amend | Cancel | Pause | Resume) and command.parent in without:
            continue
        live.run(until=stamp.market_time, index=stamp.event_index)
        live.apply(command)
        live.take()
    live.run(until=until)
    return live.market.record(symbol)
