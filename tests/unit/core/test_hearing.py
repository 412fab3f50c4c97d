"""Hearing: what a venue says is held against what is known; what cannot be so is written down, held, and not booked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from metaorder.core.commands import Amend, Cancel, Pause, Refusal, Resume, Settle
from metaorder.core.events import ChildCanceled, ChildSubmitted, ChildUnknown, Discrepancy, Fill
from metaorder.core.hearing import DISCREPANCIES, UNKNOWN_PARENT, Hearing, judged
from metaorder.core.wire import Wire
from metaorder.domain.child import ChildStatus
from metaorder.domain.order import ParentId, Status, SuspendReason
from metaorder.domain.units import Lots, Ticks
from metaorder.domain.venue import Report, ReportKind
from support.core import CLOSE, INSTRUMENT, LATENCY, OPEN, PARENT, at, parent_order, touch
from support.fake_market import FILLS_AT_ONCE, NEVER_FILLS, FakeMarket, Printed, Quoted
from support.laws import Laws

K = ReportKind


def resting() -> FakeMarket:
    """A market with one order of 1,000 lots, whose first child rests with 100 lots."""
    prints = [Printed(at(second), Ticks(10_000), Lots(10**6)) for second in range(1, 600, 60)]
    market = FakeMarket([Quoted(OPEN, touch()), *prints], lambda n: NEVER_FILLS, watchers=[Laws(LATENCY)])
    market.run(OPEN)
    market.accept(parent_order(min_child=Lots(100)))
    market.run(at(2))
    return market


def said(kind: ReportKind, number: int = 1, lots: int = 0, fill: int = 1, parent: str = PARENT) -> Report:
    return Report(
        kind=kind,
        parent=ParentId(parent),
        number=number,
        ts=at(2),
        lots=Lots(lots),
        price=Ticks(10_000),
        number_of_fill=fill,
        quote=touch(),
    )


def hear(market: FakeMarket, *reports: Report) -> list[Any]:
    """The events that follow."""
    before = len(market.steps)
    market._hear([replace(report, ts=market.now) for report in reports])
    return [step.happened.event for step in market.steps[before:]]


def size(market: FakeMarket) -> int:
    return int(market.engine.executions[PARENT].open[1].open)


@pytest.mark.parametrize(
    ("name", "ended", "kind", "code", "held", "halts"),
    [
        ("never sent", None, K.FILL, "unknown_child", 30, True),
        ("never sent", None, K.ACCEPTED, "unknown_child", 0, True),
        ("never sent", None, K.CANCELED, "unknown_child", 0, False),
        ("first", K.CANCELED, K.FILL, "late_fill", 30, True),
        ("first", K.EXPIRED, K.FILL, "late_fill", 30, True),
        ("first", K.REJECTED, K.FILL, "late_fill", 30, True),
        ("first", K.CANCELED, K.REJECTED, "second_end", 0, False),
        ("first", K.REJECTED, K.CANCELED, "second_end", 0, False),
        ("first", K.EXPIRED, K.CANCELED, "second_end", 0, False),
        ("first", K.CANCELED, K.ACCEPTED, None, 0, False),
    ],
)
def test_of_a_child_that_is_not_open_nothing_is_believed(
    name: str, ended: ReportKind | None, kind: ReportKind, code: str | None, held: int, halts: bool
) -> None:
    execution = resting().engine.executions[PARENT]
    number = 1 if name == "first" else 99
    found = judged(said(kind, number, 30), replace(execution, open={} if ended else execution.open))
    assert found.report is None
    assert found.halts is halts
    told = found.discrepancy
    assert (told and told.code, told and told.held) == ((code, held) if code else (None, None))


def test_a_fill_of_more_than_the_child_had_is_held_whole_and_stops_the_order() -> None:
    market = resting()
    lots = size(market)
    first, *rest = hear(market, said(K.FILL, lots=lots + 1))
    assert (first.code, first.held, first.closes, first.execution) == ("overfill", lots + 1, True, 1)
    after = market.engine.executions[PARENT]
    assert (after.filled, after.working, after.disputed) == (0, 0, lots + 1)
    assert (after.status, after.suspended) == (Status.SUSPENDED, SuspendReason.DISCREPANCY)
    assert not [event for event in rest if isinstance(event, Fill)]
    assert market.engine.position(after.order.account, after.order.symbol) == lots + 1, "the account may hold it"


def test_what_is_held_is_not_sent_again_once_the_order_is_resumed() -> None:
    market = resting()
    hear(market, said(K.FILL, number=99, lots=500))
    market.run(at(10))
    market.apply(Resume(parent=PARENT))
    market.run(at(100))
    assert market.engine.executions[PARENT].children == 1, "what is held is ahead of the schedule"
    market.run(at(590))
    after = market.engine.executions[PARENT]
    assert after.children > 1, "it works on what is left"
    assert after.filled + after.working <= after.order.lots - 500
    answer = market.apply(Amend(parent=PARENT, expected_version=1, body_hash="", lots=Lots(499)))
    assert isinstance(answer, Refusal)
    assert answer.code == "quantity_below_executed"


def settled(market: FakeMarket, disputed: int, traded: int) -> Any:
    """What comes of settling the dispute of the order."""
    return market.apply(Settle(parent=PARENT, disputed=Lots(disputed), traded=Lots(traded), actor="key-1"))


@pytest.mark.parametrize("traded", [0, 200, 500])
def test_what_is_settled_as_traded_is_done_and_the_rest_is_free_again(traded: int) -> None:
    market = resting()
    hear(market, said(K.FILL, number=99, lots=500))
    steps = settled(market, 500, traded)
    (event,) = (step.happened.event for step in steps)
    assert (event.traded, event.released, event.actor) == (traded, 500 - traded, "key-1")
    after = market.engine.executions[PARENT]
    assert (after.disputed, after.settled, after.status) == (0, traded, Status.SUSPENDED)
    assert market.engine.position(after.order.account, after.order.symbol) == traded
    market._fates = lambda n: FILLS_AT_ONCE
    market.apply(Resume(parent=PARENT))
    market.run(at(601))
    after = market.engine.executions[PARENT]
    assert after.filled == after.order.lots - traded, "what was not traded is worked, what was is not"
    assert market.engine.position(after.order.account, after.order.symbol) == after.order.lots
    assert after.status is (Status.EXPIRED if traded else Status.FILLED)


@pytest.mark.parametrize(("disputed", "traded"), [(499, 0), (501, 0), (500, 501), (500, -1), (0, 0)])
def test_a_dispute_that_is_another_is_not_settled(disputed: int, traded: int) -> None:
    market = resting()
    hear(market, said(K.FILL, number=99, lots=500))
    before = market.engine.executions[PARENT]
    answer = settled(market, disputed, traded)
    assert isinstance(answer, Refusal)
    assert answer.code == "dispute_moved"
    assert market.engine.executions[PARENT] == before


def test_nothing_is_settled_where_nothing_is_in_dispute() -> None:
    answer = settled(resting(), 0, 0)
    assert isinstance(answer, Refusal)
    assert answer.code == "dispute_moved"


def test_the_dispute_of_an_order_that_is_over_is_settled_and_it_stays_over() -> None:
    market = resting()
    lots = size(market)
    market.apply(Cancel(parent=PARENT))
    hear(market, said(K.CANCELED, lots=lots))
    hear(market, said(K.FILL, lots=lots))
    settled(market, lots, lots - 1)
    after = market.engine.executions[PARENT]
    assert (after.status, after.disputed, after.settled) == (Status.CANCELED, 0, lots - 1)
    assert market.engine.position(after.order.account, after.order.symbol) == lots - 1


def test_a_fill_after_the_cancel_was_acknowledged_is_held() -> None:
    market = resting()
    lots = size(market)
    market.apply(Cancel(parent=PARENT))
    hear(market, said(K.CANCELED, lots=lots))
    assert market.engine.executions[PARENT].status is Status.CANCELED
    (told,) = hear(market, said(K.FILL, lots=lots))
    assert (told.code, told.held) == ("late_fill", lots)
    after = market.engine.executions[PARENT]
    assert (after.status, after.filled, after.disputed) == (Status.CANCELED, 0, lots)
    assert hear(market, said(K.FILL, lots=lots)) == [], "and a repeat of it is a repeat"
    assert after.disputed == lots


def test_a_refusal_of_a_child_that_rests_ends_it_and_is_written_down() -> None:
    market = resting()
    lots = size(market)
    told, ended, *_ = hear(market, said(K.REJECTED))
    assert (told.code, told.held) == ("late_refusal", 0)
    assert isinstance(ended, ChildCanceled)
    assert ended.lots == lots
    assert market.engine.executions[PARENT].status.live


def test_an_end_that_overtakes_fills_waits_for_them() -> None:
    market = resting()
    lots = size(market)
    (told,) = hear(market, said(K.CANCELED, lots=lots - 50))
    assert isinstance(told, ChildUnknown)
    child = market.engine.executions[PARENT].open[1]
    assert (child.status, child.open, told.asked) == (ChildStatus.PENDING_UNKNOWN, lots, False)
    (filled,) = hear(market, said(K.FILL, lots=20, fill=8))
    assert isinstance(filled, Fill)
    assert size(market) == lots - 20
    *_, ended = (each for each in hear(market, said(K.FILL, lots=30, fill=9)) if not isinstance(each, ChildSubmitted))
    assert isinstance(ended, ChildCanceled)
    assert ended.lots == lots - 50
    after = market.engine.executions[PARENT]
    assert (after.filled, after.disputed, 1 in after.open) == (50, 0, False)
    assert market.engine.hearing.counts == {"early_end": 1}


def test_an_end_that_waits_and_turns_out_wrong_stops_the_order() -> None:
    market = resting()
    hear(market, said(K.CANCELED, lots=size(market) - 50))
    events = hear(market, said(K.FILL, lots=60, fill=9))
    assert [each.code for each in events if isinstance(each, Discrepancy)] == ["end_leaves_more"]
    assert market.engine.executions[PARENT].suspended is SuspendReason.DISCREPANCY


def test_an_end_that_leaves_more_than_was_open_stops_the_order() -> None:
    market = resting()
    lots = size(market)
    hear(market, said(K.FILL, lots=1))
    told, ended, *_ = hear(market, said(K.CANCELED, lots=lots))
    assert (told.code, ended.lots) == ("end_leaves_more", lots - 1)
    assert market.engine.executions[PARENT].suspended is SuspendReason.DISCREPANCY


@pytest.mark.parametrize("lots", [0, -5])
def test_a_fill_without_lots_is_none(lots: int) -> None:
    market = resting()
    before = market.engine.executions[PARENT]
    told, *_ = hear(market, said(K.FILL, lots=lots))
    after = market.engine.executions[PARENT]
    assert (told.code, told.held) == ("bad_fill", 0)
    assert market.engine.position(after.order.account, after.order.symbol) == 0, "and moves no position"
    assert (after.filled, after.disputed) == (0, 0)
    assert after.working == before.working


def test_an_order_that_nobody_accepted_is_kept_apart_and_the_others_go_on() -> None:
    market = resting()
    stray = said(K.FILL, lots=5, parent="nobody")
    lots = size(market)
    (filled,) = (each for each in hear(market, stray, said(K.FILL, lots=1, fill=2)) if isinstance(each, Fill))
    assert filled.leaves == 999
    assert size(market) == lots - 1
    assert [each.parent for each in market.engine.hearing.take_strays()] == ["nobody"]
    assert market.engine.hearing.counts == {UNKNOWN_PARENT: 1}


def test_a_paused_order_whose_venue_contradicts_itself_is_suspended_for_that() -> None:
    market = resting()
    market.apply(Pause(parent=PARENT))
    assert market.engine.executions[PARENT].suspended is SuspendReason.CLIENT_REQUEST
    hear(market, said(K.FILL, number=99, lots=1))
    assert market.engine.executions[PARENT].suspended is SuspendReason.DISCREPANCY


def test_a_child_whose_end_nobody_said_is_in_dispute_at_the_close() -> None:
    market = resting()
    lots = size(market)
    market.now = CLOSE
    steps = market._take(market.engine.on_close(CLOSE))
    assert isinstance(steps, list)
    after = market.engine.executions[PARENT]
    assert (after.status, after.disputed, after.open) == (Status.EXPIRED, lots, {})
    told = [step.happened.event for step in steps if isinstance(step.happened.event, Discrepancy)]
    assert [(each.code, each.said, each.held) for each in told] == [("no_end", "nothing", lots)]


def test_counts_say_what_was_dropped() -> None:
    market = resting()
    fill = said(K.FILL, lots=1)
    hear(market, fill, fill, fill)
    hear(market, said(K.CANCELED, lots=size(market)), said(K.ACCEPTED))
    assert market.engine.hearing.counts["repeated"] == 3, "two fills and the acknowledgement were heard before"
    hearing = Hearing()
    assert hearing.judge(said(K.ACCEPTED), replace(market.engine.executions[PARENT], open={})).report is None
    assert hearing.counts == {"overtaken": 1}


def test_a_discrepancy_comes_back_from_the_journal_as_it_was() -> None:
    market = resting()
    hear(market, said(K.FILL, number=99, lots=7))
    wire = Wire(INSTRUMENT)
    steps = [step for step in market.steps if isinstance(step.happened.event, Discrepancy)]
    assert [wire.read_event(msgspec.json.decode(msgspec.json.encode(wire.event(step)))) for step in steps] == [
        step.happened for step in steps
    ]
    doc = wire.event(steps[0])
    assert (doc["type"], doc["child_id"], doc["quantity"], doc["held_quantity"]) == ("risk.discrepancy", "p-1-99", 7, 7)
    assert doc["detail"] == DISCREPANCIES["unknown_child"]
