"""Auctions of the simulated market: when they are, what trades in them, and what becomes of our orders for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import SECOND, Nanos
from metaorder.sim.record import AUCTION, OWN_MAKER, OWN_TAKER
from metaorder.sim.scenario import Scenario, simulate

SPAN_S, CALL_S = 1_800, 60
DAY = TradingDay(date="2026-03-02", open=Nanos(0), close=Nanos(SPAN_S * SECOND))
BOTH = Scenario(auctions="both")
ALL, NEVER = 2**64 - 1, 2**63 - 1
LIMIT, HALT, CLOSED = 0, 4, 6
CONTINUOUS, OPENING, CLOSING, OVER = range(4)
AT_OPEN, AT_CLOSE = 1, 2
ACCEPTED, REJECTED, FILL, CANCELED, EXPIRED = range(5)
UNMATCHED, IN_AUCTION, NO_AUCTION = 7, 11, 12
END_OF_OPENING, CALL_OF_CLOSE = CALL_S, SPAN_S - CALL_S


def day(seed: int = 3, scenario: Scenario = BOTH) -> _native.Session:
    return simulate(scenario, seed, DAY, latency=Nanos(1), points_per_tick=2)


def to(session: _native.Session, seconds: float) -> list[Any]:
    """Everything that was reported until then."""
    said = []
    while True:
        stop = session.advance(round(seconds * SECOND), ALL, NEVER, False, ALL)
        said += session.take_reports()
        if stop in (LIMIT, CLOSED):
            return said


def send(session: _native.Session, number: int, *, buy: bool, price: int, lots: int, **terms: Any) -> None:
    defaults = {"account": 1, "ioc": False, "good_till": NEVER}
    session.submit(parent=1, number=number, buy=buy, price=price, lots=lots, **{**defaults, **terms})


def kinds(said: list[Any], number: int) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in said if row[3] == number]


def crosses(session: _native.Session) -> Any:
    prints = session.prints(0)
    return prints[(prints["flags"] & AUCTION) != 0]


def test_a_day_with_both_auctions_goes_through_its_phases() -> None:
    session = day()
    seen = [(0.0, session.phase(), session.halted)]
    while (stop := session.advance(NEVER, ALL, NEVER, False, ALL)) != CLOSED:
        assert stop == HALT
        seen.append((session.clock / SECOND, session.phase(), session.halted))
    assert seen == [
        (0.0, OPENING, True),
        (END_OF_OPENING, CONTINUOUS, False),
        (CALL_OF_CLOSE, CLOSING, True),
    ]
    assert (session.phase(), session.halted) == (OVER, True)


@pytest.mark.parametrize(("auctions", "times"), [("none", []), ("open", [60.0]), ("close", [1_800.0]), ("both", [60.0, 1_800.0])])
def test_each_auction_is_one_print_of_about_its_share_near_the_price(auctions: str, times: list[float]) -> None:
    scenario = Scenario(auctions=auctions)
    lots = []
    for seed in (1, 2, 3):
        session = day(seed, scenario)
        to(session, SPAN_S)
        found = crosses(session)
        assert [round(row["ts"] / SECOND, 6) for row in found] == times
        prints = session.prints(0)
        inside = prints[(prints["flags"] & AUCTION) == 0]
        for row in found:
            near = inside["points"][np.argmin(np.abs(inside["ts"] - row["ts"]))]
            assert abs(int(row["points"]) - int(near)) < 2 * 100
        lots.append(found["lots"].tolist())
    if auctions == "both":
        usual = scenario.adv * SPAN_S / 23_400
        assert np.mean(lots, axis=0) / usual == pytest.approx(scenario.auction_share, rel=0.35)


def test_nothing_trades_in_a_call_and_the_book_is_there_after_the_opening() -> None:
    session = day()
    to(session, END_OF_OPENING - 1)
    assert not len(session.prints(0))
    assert session.touch() == (0, 0, 0, 0)
    to(session, END_OF_OPENING)
    bid, ask, *_ = session.touch()
    assert 0 < bid < ask
    to(session, SPAN_S)
    prints = session.prints(0)
    inside = prints["ts"][(prints["flags"] & AUCTION) == 0]
    assert inside.min() >= END_OF_OPENING * SECOND
    assert inside.max() < CALL_OF_CLOSE * SECOND


def test_the_indicative_price_becomes_the_auctions() -> None:
    session = day()
    assert session.indication() is None
    to(session, END_OF_OPENING - 1e-6)
    price, lots, *_ = session.indication() or (0, 0)
    to(session, END_OF_OPENING)
    assert session.indication() is None
    (cross,) = crosses(session)
    assert (int(cross["points"]), int(cross["lots"])) == (2 * price, lots)


def test_an_order_for_the_opening_trades_at_its_price_and_what_is_left_expires() -> None:
    session = day()
    to(session, 10)
    send(session, 1, buy=True, price=60_000, lots=500, auction=AT_OPEN)
    send(session, 2, buy=True, price=50_000, lots=500, auction=AT_OPEN)
    said = to(session, END_OF_OPENING)
    assert kinds(said, 1) == [(ACCEPTED, 0)] + [(FILL, 0)] * (len(kinds(said, 1)) - 1)
    assert kinds(said, 2) == [(ACCEPTED, 0), (EXPIRED, UNMATCHED)]
    found = crosses(session)
    ours = found[found["parent"] == 1]
    assert int(ours["lots"].sum()) == 500
    assert set(ours["flags"].tolist()) == {AUCTION | OWN_TAKER}
    assert len(set(found["points"].tolist())) == 1
    assert {row[6] for row in said if row[0] == FILL} == {int(found["points"][0]) // 2}
    alone = day()
    to(alone, SPAN_S)
    assert found["lots"].sum() >= crosses(alone)[0]["lots"], "more wants to buy, no less trades"


def test_an_order_for_the_close_waits_all_day_and_can_be_called_back() -> None:
    session = day()
    to(session, 600)
    send(session, 1, buy=False, price=1, lots=300, auction=AT_CLOSE)
    send(session, 2, buy=False, price=1, lots=200, auction=AT_CLOSE)
    said = to(session, 700)
    assert [kinds(said, number) for number in (1, 2)] == [[(ACCEPTED, 0)]] * 2
    session.cancel(parent=1, number=2)
    assert kinds(to(session, CALL_OF_CLOSE + 1), 2) == [(CANCELED, 5)]
    send(session, 3, buy=False, price=1, lots=100, auction=AT_CLOSE)
    said = to(session, SPAN_S)
    found = crosses(session)
    assert int(found["lots"][found["parent"] == 1].sum()) == 400
    assert sum(row[5] for row in said if row[0] == FILL) == 400


def test_an_order_for_an_auction_that_is_over_or_not_held_is_refused_and_so_is_another_in_a_call() -> None:
    session = day()
    to(session, 10)
    send(session, 1, buy=True, price=60_000, lots=100)
    assert kinds(to(session, 20), 1) == [(REJECTED, IN_AUCTION)]
    to(session, END_OF_OPENING)
    send(session, 2, buy=True, price=60_000, lots=100, auction=AT_OPEN)
    assert kinds(to(session, END_OF_OPENING + 1), 2) == [(REJECTED, NO_AUCTION)]
    plain = day(scenario=Scenario())
    send(plain, 1, buy=True, price=60_000, lots=100, auction=AT_CLOSE)
    assert kinds(to(plain, 10), 1) == [(REJECTED, NO_AUCTION)]


def test_what_rested_before_the_call_takes_part_as_a_maker() -> None:
    session = day()
    to(session, CALL_OF_CLOSE - 0.001)
    send(session, 1, buy=False, price=session.touch()[1] - 1, lots=50)
    said = to(session, SPAN_S)
    assert kinds(said, 1)[-1] == (FILL, 0), "another seed is needed where the price went away from it"
    found = crosses(session)
    assert set(found["flags"][found["parent"] == 1].tolist()) == {AUCTION | OWN_MAKER}


def test_the_cap_does_not_count_what_trades_in_an_auction() -> None:
    session = day()
    session.open_meter(parent=1, buy=True, limited=False, limit_points=0)
    session.set_meter(parent=1, active=True, limited=False, limit_points=0)
    to(session, END_OF_OPENING)
    assert crosses(session)["lots"].sum() > 0
    assert session.metered(parent=1, since=-1) == 0


def test_days_with_auctions_are_one_day_until_our_first_order() -> None:
    moment = 900
    with_us, alone = day(5), day(5)
    to(with_us, moment)
    to(alone, moment)
    assert with_us.hash() == alone.hash()
    send(with_us, 1, buy=True, price=60_000, lots=2_000, ioc=True)
    to(with_us, SPAN_S)
    to(alone, SPAN_S)
    assert with_us.index == alone.index
    assert with_us.hash() != alone.hash()
    before = [session.prints(0)[session.prints(0)["ts"] <= moment * SECOND].tobytes() for session in (with_us, alone)]
    assert before[0] == before[1]
