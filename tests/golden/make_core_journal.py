"""Writes a core journal to keep: a fixed run of a fake market, its commands and events, and the states that it left.

Run it by hand for a new file beside the old ones when the format changes; an old file is never written again:
`PYTHONPATH=tests python tests/golden/make_core_journal.py tests/golden/core_journal_2.jsonl`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from metaorder.core.commands import (
    Accept,
    AcceptBasket,
    Amend,
    Cancel,
    Command,
    Delete,
    Kill,
    Pause,
    Rejection,
    Resume,
    SetLimits,
    Settle,
    Stamp,
)
from metaorder.core.decide import Gate
from metaorder.core.engine import Engine
from metaorder.core.execution import Execution
from metaorder.core.wires import Wires
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Account, ParentId, ParentOrder, ParticipationMode, Side
from metaorder.domain.state import NO_BASIS, NO_FLOW
from metaorder.domain.units import Lots, Nanos, Points, Ticks
from metaorder.domain.venue import Report, ReportKind
from support.core import DAY, LATENCY, OPEN, at, child, parent_order, touch
from support.fake_market import FILLS_AT_ONCE, NEVER_FILLS, REFUSES, Facts, FakeMarket, Fate, Halted, Printed, Quoted
from support.scenarios import shown

INSTRUMENT = Instrument(
    symbol="ACME",
    mic="XNAS",
    currency="USD",
    tick_size=Decimal("0.01"),
    lot_size=10,
    taker_fee=Decimal("0.0030"),
    maker_fee=Decimal("-0.0020"),
)
HALF = Fate(fills=((300_000_000, 50),), overtakes=30)
FATES = [FILLS_AT_ONCE, HALF, REFUSES, NEVER_FILLS, HALF]


def order(number: int, **terms: Any) -> ParentOrder:
    name = f"p-{number}"
    return parent_order(id=ParentId(name), client_order_id=name, min_child=Lots(10), **terms)


ORDERS = [
    order(1, lots=Lots(60), params={"slices": 3, "interval_s": 60}, end=at(30)),
    order(
        2, algo="vwap", side=Side.SELL, lots=Lots(200), end=at(90), params={"interval_s": 30, "curve": [1, 3]}, limit=Ticks(9_998)
    ),
    order(
        3,
        algo="pov",
        lots=Lots(200),
        start=at(20),
        end=at(80),
        must_complete=True,
        participation_mode=ParticipationMode.SOFT_AT_END,
    ),
    order(4, lots=Lots(500), end=at(300), decision_price=Points(1_000_050), decision_time=OPEN, tags={"desk": "one"}),
    order(5, end=at(300), urgency=Fraction(1, 4), behind=Fraction(1, 20), max_child=Lots(90)),
]
TICKS = [
    Quoted(OPEN, touch()),
    *(Printed(at(s), Ticks(10_000 + s % 2), Lots(300)) for s in range(1, 100, 4)),
    Quoted(at(12), touch(10_002, 10_003, 40, 50)),
    Halted(at(35), True),
    Halted(at(42), False),
    Quoted(at(60), touch(9_999, 10_002, 70, 30)),
]


def accept(each: ParentOrder, rejection: Rejection | None = None) -> Accept:
    return Accept(order=each, rejection=rejection, body_hash="0f" * 16, received_at=Nanos(OPEN + 5))


def amend(number: int, version: int, **terms: Any) -> Amend:
    return Amend(parent=ParentId(f"p-{number}"), expected_version=version, body_hash="0f" * 16, **terms)


Script = Sequence[tuple[float, Command]]

SCRIPT: Script = [
    *((0, accept(each)) for each in ORDERS),
    (0, SetLimits(account=Account("desk"), limits={"max_rejects_in_10_s": 2, "max_loss": "50.00"})),
    (0, accept(order(6), Rejection(code="max_quantity", detail="too much", limit="1000", observed="10000"))),
    (15, Pause(parent=ParentId("p-2"), cancel_open=True)),
    (22, Resume(parent=ParentId("p-2"))),
    (24, amend(2, 1, lots=Lots(150), limit=Ticks(10_001), limit_given=True)),
    (25, amend(4, 1, end=at(400), params={"slices": 8})),
    (50, Cancel(parent=ParentId("p-4"))),
    (70, Kill(reason="one order", account="desk", parent=ParentId("p-3"))),
    (95, Kill(reason="drill")),
    (96, Delete()),
]


def worked(number: int, algo: str, side: Side = Side.BUY, **terms: Any) -> ParentOrder:
    """A minute of an algorithm that looks at the market."""
    return order(number, algo=algo, side=side, lots=Lots(200), **{"start": at(2), "end": at(62), "cap": Fraction(2, 5), **terms})


BASKET = {"cash_band": "5000", "correlation": [["1", "0.6"], ["0.6", "1"]], "cross_impact": "0.3"}
LEGS = [worked(20 + n, "basket", side, params=BASKET, basket="B") for n, side in enumerate(Side)]
ALGORITHMS: Script = [
    (0, accept(worked(11, "is", params={"urgency": "0.8", "alpha_bps": "20", "alpha_half_life_s": "60"}))),
    (0, accept(worked(12, "close", Side.SELL, params={"rate": "0.2"}))),
    (0, accept(worked(13, "adaptive", params={"base": "vwap"}, i_would=Ticks(9_999)))),
    (0, accept(worked(14, "stochastic_control", Side.SELL, params={"target": "0.1"}))),
    (0, accept(worked(15, "robust", blackouts=((at(20), at(23)),)))),
    (0, accept(worked(16, "myopic", params={"alpha_model": "momentum", "alpha": "2", "adaptive_beta": True}))),
    (0, AcceptBasket(basket="B", legs=tuple(accept(leg) for leg in LEGS))),
    (15, Pause(parent=LEGS[1].id)),
    (28, Resume(parent=LEGS[1].id)),
]
"""The third file: every algorithm that the first ones do not have, in a market that shows its statistics."""

ROUTED: Script = [
    (0, accept(worked(31, "traditional", params={"order_freq_s": 20, "max_spread": "9", "max_volatility": "99"}))),
    (0, accept(worked(32, "myopic", Side.SELL, params={"split_s": 30}))),
]
"""The fourth file: parcels that the router splits between market and queues."""

CONTRADICTED: Script = [
    (0, accept(order(41, lots=Lots(300), end=at(60)))),
    (0, accept(order(42, side=Side.SELL, lots=Lots(300), end=at(60)))),
    (30, Resume(parent=ParentId("p-41"))),
    (70, Delete()),
]
"""The fifth file: a venue that tells of what cannot be."""

LIES = [
    ("p-41", ReportKind.FILL, 77, 20),
    ("p-41", ReportKind.ACCEPTED, 78, 0),
    ("p-42", ReportKind.FILL, 1, 999),
    ("nobody", ReportKind.FILL, 1, 5),
]


def lie(market: FakeMarket, lies: Sequence[tuple[str, ReportKind, int, int]]) -> None:
    """What it says."""
    for parent, kind, number, lots in lies:
        said = {"kind": kind, "parent": ParentId(parent), "number": number, "ts": market.now, "lots": Lots(lots)}
        market._hear([Report(price=Ticks(10_000), number_of_fill=9_000 + number, quote=market.quote, **said)])


SILENCED: Script = [
    (0, accept(order(51, lots=Lots(300), end=at(60)))),
    (70, Delete()),
]
"""The sixth file: a venue that says nothing of a child."""

SETTLED: Script = [
    (0, accept(order(61, lots=Lots(200), end=at(180)))),
    (30, Settle(parent=ParentId("p-61"), disputed=Lots(20), traded=Lots(5), actor="key-1")),
    (31, Resume(parent=ParentId("p-61"), actor="key-1", risk=True)),
]
"""The seventh file: a dispute that somebody settles."""

SCRIPTS: dict[str, tuple[Script, Facts]] = {
    "2": (SCRIPT, lambda now, quote: (NO_BASIS, NO_FLOW)),
    "3": (ALGORITHMS, shown()),
    "4": (ROUTED, shown()),
    "5": (CONTRADICTED, shown()),
    "6": (SILENCED, shown()),
    "7": (SETTLED, shown()),
}


def summary(execution: Execution, wire: Wires) -> dict[str, Any]:
    """A state as plain JSON: what has to come out of the fold, whatever the state is made of."""
    return {
        "order": wire.order(execution.order),
        "status": str(execution.status),
        "version": execution.version,
        "filled": execution.filled,
        "notional": execution.notional,
        "fees": execution.fees,
        "children": execution.children,
        "working": execution.working,
        "started": execution.started,
        "plan": [execution.plan_origin, execution.plan_done],
        "waiting": execution.waiting,
        "suspended": execution.suspended,
        "reason": execution.reason,
    }


def lines(script: Script, facts: Facts) -> Iterator[dict[str, Any]]:
    """The journal: commands and events in their order, then the states."""
    fates = [Fate(silent=True)] if script is SILENCED else FATES
    market = FakeMarket(TICKS, lambda n: fates[n % len(fates)], facts=facts)
    market.engine = Engine(DAY, {"ACME": (Gate("FAKE", LATENCY, INSTRUMENT),)}, market, "golden")
    wire, read = Wires([INSTRUMENT]), 0
    for seconds, command in script:
        if command == Kill(reason="drill"):  # before it, the guard of the fifth order counts what the core does not: it blocks
            market.run(at(75))
            market.engine._gatekeeper._guard.sent(ParentId("p-5"), child(99, lots=Lots(999)))
        if script is CONTRADICTED and seconds == 30:
            market.run(at(12.2))
            lie(market, LIES)
        if script is SETTLED and seconds == 30:
            market.run(at(12.2))
            lie(market, [("p-61", ReportKind.FILL, 77, 20)])
        market.run(at(seconds))
        market.apply(command)
        yield wire.command(command, Stamp(market.now, len(market.steps)))
        for step in market.steps[read:]:
            yield wire.event(step)
        read = len(market.steps)
    market.run(at(200))
    for step in market.steps[read:]:
        yield wire.event(step)
    yield {"type": "states", "states": [summary(each, wire) for each in market.engine.executions.values()]}


def main(path: Path) -> None:
    assert not path.exists(), "an old journal is kept as it is"
    script, facts = SCRIPTS[path.stem.rpartition("_")[2]]
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines(script, facts)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
