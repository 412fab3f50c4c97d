"""The closing auction, for every algorithm: what is kept for it, what goes there, and that nothing else is met there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from metaorder.adapters.memory import MemoryJournal
from metaorder.algos import ALGOS
from metaorder.core import closing
from metaorder.core.commands import Amend, Cancel, Kill, Pause, Refusal
from metaorder.core.execution import Execution
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.order import AtClose, EndReason, ParentId, Side, Status, Waiting
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks, to_nanos
from metaorder.domain.venue_rule import VenueRule
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.recovery import recover
from support.sessions import FixedCalendar, NoFiles, accept, order, spec

DAY = TradingDay(date="2026-03-02", open=to_nanos("2026-03-02T20:00:00Z"), close=to_nanos("2026-03-02T21:00:00Z"))
BEGINS = Nanos(DAY.close - 60 * SECOND)
WINDOW = {"start": Nanos(DAY.open + 1_800 * SECOND), "end": DAY.close}
ALONE = [name for name in ALGOS if name != "basket"]
ME = ParentId("P-main-a")


class ShortDays(FixedCalendar):
    """Every trading day has one hour."""

    def day(self, mic: str, date: str) -> TradingDay:
        return DAY


def lab(auctions: str = "close", **parameters: Any) -> Hosted:
    """A simulated day that ends with an auction, half an hour before it."""
    plain = spec()
    options = {**plain.options, "parameters": {"auctions": auctions, **parameters}}
    hosted = build(replace(plain, options=options), NoFiles(), ShortDays())
    hosted.live.run(until=Nanos(WINDOW["start"] - SECOND))
    return hosted


def worked(until: int, auctions: str = "close", parameters: Mapping[str, Any] | None = None, **terms: Any) -> Hosted:
    """An order in that day, up to a time."""
    hosted = lab(auctions, **(parameters or {}))
    hosted.live.apply(accept(order("a", **{"lots": Lots(30_000), "at_close": AtClose.MARKET, **WINDOW, **terms})))
    hosted.live.run(until=Nanos(until))
    return hosted


def over(hosted: Hosted) -> Execution:
    """The order once its market is closed."""
    while not hosted.live.market.closed:
        hosted.live.step(until=Nanos(DAY.close + SECOND))
    return hosted.live.orders[ME]


def rows(hosted: Hosted, kind: str) -> list[Mapping[str, Any]]:
    found = [msgspec.json.decode(entry.payload) for entry in hosted.live.entries]
    return [row for row in found if row["type"] == kind]


def for_auction(hosted: Hosted) -> list[Mapping[str, Any]]:
    return [row for row in rows(hosted, "child.submitted") if row["time_in_force"] == "cls"]


def kept(hosted: Hosted) -> int:
    """What the last child before the auction says is kept for it."""
    said = [row["reason"]["auction_kept"] for row in rows(hosted, "child.submitted") if row["time_in_force"] != "cls"]
    assert len(set(said)) == 1, "it is the same all along"
    return int(said[0])


@pytest.mark.parametrize("algo", ALONE)
def test_a_part_is_kept_until_the_call_and_all_that_is_left_goes_there_then(algo: str) -> None:
    hosted = worked(BEGINS - SECOND, algo=algo)
    cross = hosted.live.market.listing().closing
    assert cross is not None
    most, held = cross.lots // 10, kept(hosted)
    assert 0 < held <= most
    before = hosted.live.orders[ME]
    assert before.filled + before.out <= before.order.lots - held
    hosted.live.run(until=Nanos(BEGINS + SECOND))
    called = hosted.live.orders[ME]
    assert {child.time_in_force for child in called.open.values()} == {"cls"}
    assert called.working == min(most, called.leaves)
    ended = over(hosted)
    assert (ended.leaves, ended.working) == (max(0, called.leaves - most), 0)
    there = {row["child_id"] for row in for_auction(hosted)}
    prices = {row["price"] for row in rows(hosted, "fill") if row["child_id"] in there}
    assert len(prices) == 1, "an auction has one price"


def test_of_several_venues_it_goes_to_the_one_that_holds_it_and_an_estimate_keeps_as_much() -> None:
    venues = [{"id": "XA", "share": 0.5}, {"id": "XB", "share": 0.5}]
    hosted = worked(BEGINS + SECOND, parameters={"venues": venues}, venues=VenueRule(allow=("XA",)))
    assert {row["venue"] for row in for_auction(hosted)} == {"XA"}
    early = lab(venues=venues)
    early.live.apply(accept(order("a", **{"lots": Lots(30_000), "at_close": AtClose.MARKET, **WINDOW})))
    execution = early.live.orders[ME]
    assert execution.started is None
    assert closing.would_keep(execution, early.live.view.observe(execution)) == kept(hosted)
    assert over(hosted).status is Status.FILLED


def test_nothing_of_an_order_that_does_not_ask_is_met_in_the_auction() -> None:
    hosted = worked(BEGINS + SECOND, at_close=AtClose.NONE, lots=Lots(300_000), behind=Fraction(1))
    called = hosted.live.orders[ME]
    assert (called.working, called.waiting, called.leaves > 0) == (0, Waiting.HALT, True)
    assert any(row["time_in_force"] == "gtd" for row in rows(hosted, "child.submitted")[-20:])
    assert over(hosted).filled == called.filled
    assert all("auction_kept" not in row["reason"] for row in rows(hosted, "child.submitted"))


def test_an_order_that_must_complete_does_so_before_the_call_but_for_what_is_kept() -> None:
    hosted = worked(BEGINS - SECOND // 2, must_complete=True)
    before = hosted.live.orders[ME]
    assert before.filled == before.order.lots - kept(hosted)
    assert over(hosted).status is Status.FILLED


def test_one_for_the_close_that_the_auction_holds_waits_for_it() -> None:
    hosted = worked(BEGINS - SECOND, algo="close", lots=Lots(2_000))
    assert hosted.live.orders[ME].waiting is Waiting.AUCTION
    assert rows(hosted, "child.submitted") == []
    ended = over(hosted)
    assert ended.status is Status.FILLED
    assert [row["quantity"] for row in for_auction(hosted)] == [2_000]


@pytest.mark.parametrize("side", Side)
def test_a_limit_that_the_auction_does_not_reach_is_kept_and_what_did_not_trade_expires(side: Side) -> None:
    mid2 = lab().live.market.quote().mid2
    assert mid2 is not None
    far = Ticks(mid2 // 2 - side.sign * 400)
    hosted = worked(BEGINS + SECOND, at_close=AtClose.LIMIT, limit=far, side=side)
    sent = for_auction(hosted)
    assert [row["price"] for row in sent] == [rows(hosted, "command.accept")[0]["order"]["limit_price"]]
    ended = over(hosted)
    assert (ended.status, ended.filled) == (Status.EXPIRED, 0)
    assert [row["reason"] for row in rows(hosted, "child.expired")][-1] == "unmatched"


def test_children_are_no_larger_than_the_largest_that_is_allowed() -> None:
    hosted = worked(BEGINS + SECOND, algo="close", lots=Lots(2_000), max_child=Lots(600), min_child=Lots(100))
    assert [row["quantity"] for row in for_auction(hosted)] == [600, 600, 600, 200]
    assert over(hosted).status is Status.FILLED


@pytest.mark.parametrize(
    ("terms", "auctions", "why"),
    [
        ({}, "none", "the market holds no closing auction"),
        ({"end": Nanos(BEGINS - SECOND)}, "close", "the window ends before the closing auction"),
        ({"end": Nanos(DAY.close - 1)}, "close", "the window ends before the closing auction"),
        ({"blackouts": ((Nanos(BEGINS + SECOND), DAY.close),)}, "close", "the closing auction falls in a blackout"),
    ],
)
def test_where_it_has_no_part_the_reason_says_why_and_nothing_is_kept(terms: Any, auctions: str, why: str) -> None:
    hosted = worked(DAY.close - 30 * SECOND, auctions, **terms)
    said = {row["reason"]["auction"] for row in rows(hosted, "child.submitted")}
    assert (said, kept(hosted), for_auction(hosted)) == ({why}, 0, [])


def test_one_that_may_not_go_where_it_is_held_has_no_part_in_it() -> None:
    hosted = worked(BEGINS - SECOND)
    execution = hosted.live.orders[ME]
    market = hosted.live.view.observe(execution)
    assert closing.why_not(execution.order, market) is None
    elsewhere = replace(execution.order, venues=VenueRule(deny=("SIM",)))
    assert closing.why_not(elsewhere, market) == closing.NOT_THERE
    assert closing.most(elsewhere, market) == 0


def test_an_amendment_that_leaves_it_two_meanings_is_refused_and_changes_nothing() -> None:
    hosted = lab()
    far = Ticks(60_000)
    hosted.live.apply(accept(order("a", **{**WINDOW, "at_close": AtClose.LIMIT, "limit": far})))
    answer = hosted.live.apply(Amend(parent=ME, expected_version=1, body_hash="-", limit=None, limit_given=True))
    assert isinstance(answer, Refusal)
    assert (answer.code, [pointer for pointer, _ in answer.errors]) == ("validation", ["/auction/close"])
    assert hosted.live.orders[ME].order.limit == far


def test_who_stops_an_order_in_the_call_stops_its_children_there() -> None:
    for command in (Kill(reason="test"), Pause(parent=ME, cancel_open=True), Cancel(parent=ME)):
        hosted = worked(BEGINS + 10 * SECOND)
        before = hosted.live.orders[ME]
        assert before.working
        hosted.live.apply(command)
        ended = over(hosted)
        assert (ended.filled, ended.working) == (before.filled, 0)


def test_what_trades_there_is_under_its_own_share_and_not_under_the_cap() -> None:
    hosted = worked(BEGINS + SECOND, lots=Lots(3_000_000), cap=Fraction(1, 100), auction_share=Fraction(1, 4))
    cross = hosted.live.market.listing().closing
    assert cross is not None
    assert sum(row["quantity"] for row in for_auction(hosted)) == cross.lots // 4
    assert over(hosted).reason is EndReason.WINDOW_ENDED


def test_a_day_with_an_auction_is_run_again_to_the_same_bytes() -> None:
    hosted = worked(BEGINS + SECOND)
    journal = MemoryJournal()
    over(hosted)
    journal.append(hosted.live.take(), [])
    again = lab()
    again = build(again.spec, NoFiles(), ShortDays())
    recover(again, journal.session("lab"), None)
    while not again.live.market.closed:
        again.live.step(until=Nanos(DAY.close + SECOND))
    assert (again.live.hash, again.live.index) == (hosted.live.hash, hosted.live.index)


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"at_close": AtClose.LIMIT}, "market where there is no limit_price"),
        ({"at_close": AtClose.MARKET, "limit": Ticks(50_000)}, "limit where there is a limit_price"),
        ({"at_close": AtClose.MARKET, "auction_share": Fraction(0)}, "above 0 and at most 1"),
        ({"at_close": AtClose.MARKET, "auction_share": Fraction(11, 10)}, "above 0 and at most 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(terms: Any, rule: str) -> None:
    with pytest.raises(Invalid, match=rule):
        order("a", **terms)
