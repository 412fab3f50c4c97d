"""A session's record as the tapes and quotes of one order."""

from __future__ import annotations

from metaorder.domain.order import Side
from metaorder.tca.facts import NO_PRICE, MarketFacts
from metaorder.usecases.market_facts import halted_at, market_facts, quotes_of
from support.cases import BEGIN, END_S, INSTRUMENT, Market, Print, Touch, case, nanos

PRINTS = (
    Print(10, "50.00", 1),
    Print(20, "50.00", 2, parent="P"),
    Print(30, "50.00", 4, parent="P2"),
    Print(40, "50.00", 8, parent="Q"),
    Print(50, "50.00", 16, parent="Q", counterparty="P2"),
    Print(60, "50.00", 32, flags=1),
    Print(70, "50.00", 64, flags=2),
)


def facts(market: Market, *, kind: str = "replay", untouched: Market | None = None) -> MarketFacts:
    made = case(market=market, kind=kind)
    quotes = quotes_of(made.record, INSTRUMENT)
    other = None if untouched is None else untouched.record()
    return market_facts(made.record, quotes, made.market, made.parent, made.mine, other, made.instrument)


def test_tapes_are_cut_by_who_took_part_and_crosses_are_apart() -> None:
    found = facts(Market(prints=PRINTS))
    assert found.tape.lots.tolist() == [1, 8, 32]  # hidden executions count
    assert found.whole.lots.tolist() == [1, 2, 4, 8, 16, 32]
    assert found.own.lots.tolist() == [2]
    assert found.auctions.lots.tolist() == [64]


def test_prints_within_a_halt_are_not_eligible_and_those_on_its_edges_are() -> None:
    touches = (Touch(0, "49.99", "50.01"), Touch(20, "49.99", "50.01", halted=True), Touch(40, "49.99", "50.01"))
    found = facts(Market(touches=touches, prints=PRINTS, reference=PRINTS))
    assert found.whole.lots.tolist() == [1, 2, 8, 16, 32]
    assert found.recorded is not None
    assert found.recorded.lots.tolist() == [1, 2, 8, 16, 32]


def test_the_untouched_tape_is_the_recording_the_twin_or_nothing() -> None:
    reference, twin = (
        (Print(10, "50.00", 7), Print(20, "50.00", 9, flags=2)),
        Market(prints=(Print(5, "50.00", 3, flags=2), Print(10, "50.00", 5))),
    )
    replay = facts(Market(prints=PRINTS, reference=reference))
    assert replay.recorded is not None
    assert (replay.basis, replay.recorded.lots.tolist()) == ("replay", [7])
    simulated = facts(Market(prints=PRINTS), kind="simulated", untouched=twin)
    assert simulated.recorded is not None
    assert (simulated.basis, simulated.recorded.lots.tolist()) == ("simulated", [5])
    lost = facts(Market(prints=PRINTS), kind="simulated")
    assert (lost.basis, lost.recorded) == ("external", None)


def test_the_session_says_when_it_opened_and_whether_it_is_over() -> None:
    found = facts(Market(clock=300, closed=False))
    assert (found.opened, found.closes, found.clock, found.closed) == (BEGIN, nanos(END_S), nanos(300), False)


def test_there_is_a_mid_where_both_sides_are_there_not_crossed_and_open() -> None:
    touches = (
        Touch(0, "49.99", "50.01"),
        Touch(1, None, "50.01"),
        Touch(2, "49.99", None),
        Touch(3, "50.01", "50.01"),
        Touch(4, "50.02", "50.01"),
        Touch(5, "49.99", "50.01", halted=True),
        Touch(6, "49.99", "50.02"),
    )
    quotes = quotes_of(Market(touches=touches).record(), INSTRUMENT)
    assert quotes.mid2.tolist() == [1_000_000, NO_PRICE, NO_PRICE, 1_000_200, NO_PRICE, NO_PRICE, 1_000_100]
    assert quotes.ts.tolist() == [nanos(second) for second in range(7)]
    for side, worse in ((Side.BUY, 1_000_200), (Side.SELL, 1_000_400)):
        conservative = quotes_of(Market(touches=touches).record(), INSTRUMENT, side)
        assert conservative.mid2.tolist() == [1_000_000, NO_PRICE, NO_PRICE, 1_000_200, worse, NO_PRICE, 1_000_100]


def test_a_halt_begins_with_its_instant_and_ends_with_the_next() -> None:
    record = Market(touches=(Touch(5, "1", "2"), Touch(10, "1", "2", halted=True), Touch(20, "1", "2"))).record()
    assert [halted_at(record, nanos(at)) for at in (0, 5, 9.9, 10, 19.9, 20, 30)] == [
        False,
        False,
        False,
        True,
        True,
        False,
        False,
    ]
