"""Clients, a market and its venue do whatever they like in any order: the laws hold, and the events alone are the state."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from metaorder.algos import ALGOS
from metaorder.core.commands import Amend, Cancel, Delete, Kill, Pause, Refusal, Resume, Unchanged
from metaorder.core.decide import Gate
from metaorder.core.events import Fill, ParentAmended
from metaorder.core.execution import Execution, Step, evolve
from metaorder.core.wire import Wire
from metaorder.domain.child import ChildStatus, TimeInForce
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import ParentId, ParentOrder, Status, SuspendReason
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import ReportKind
from support.core import CLOSE, INSTRUMENT, LATENCY, OPEN, at, touch
from support.crashable import Crashable
from support.examples import examples
from support.fake_market import FakeMarket, Fate, Halted, Printed, Quoted, Tick, _Resting
from support.laws import Laws
from support.scenarios import PARAMS, orders

MOST_ORDERS = 3
MILLISECONDS = st.sampled_from([1, 300, 1_000, 5_000, 60_000, 400_000])
WHICH = st.integers(0, 99)
SELDOM = st.sampled_from([False] * 4 + [True])
BUSY_S = 5_400
UNHEARD = frozenset({ChildStatus.PENDING_NEW, ChildStatus.PENDING_CANCEL, ChildStatus.PENDING_UNKNOWN})
AT_THE_VENUE = frozenset({ChildStatus.NEW, ChildStatus.PARTIALLY_FILLED})


def busy() -> list[Tick]:
    """A touch that stands, and others who trade all the time."""
    prints = [Printed(at(s), Ticks(10_000), Lots(400)) for s in range(1, BUSY_S, 3)]
    return [Quoted(OPEN, touch(9_999, 10_001, 60, 60)), *prints]


class Market(RuleBasedStateMachine):
    """An engine in a market where every message of the venue is a rule of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.market = self.born()
        self.engine = Crashable({INSTRUMENT.symbol: (Gate("FAKE", LATENCY, INSTRUMENT),)}, self.market, "fake")
        self.market.engine = self.engine  # type: ignore[assignment]
        self.market.run(OPEN)
        self.folded: dict[ParentId, Execution] = {}
        self.read = 0

    def born(self) -> FakeMarket:
        """The market, and the channel through which its venue speaks."""
        return FakeMarket(busy(), lambda n: Fate(silent=True), watchers=[Laws(LATENCY)])

    # --- what is there to choose from ---

    @property
    def parents(self) -> list[ParentId]:
        return list(self.market.engine.executions)

    def parent(self, which: int) -> Execution:
        """An order, once all that is due now has been done."""
        self.market.run(self.market.now)
        return self.market.engine.executions[self.parents[which % len(self.parents)]]

    @property
    def out(self) -> list[_Resting]:
        return [child for child in self.market._children.values() if not child.over]

    def child(self, which: int) -> _Resting:
        return self.out[which % len(self.out)]

    def status(self, child: _Resting) -> ChildStatus:
        return self.market.engine.executions[child.parent].open[child.child.number].status

    # --- the server ---

    @rule(really=SELDOM)
    def the_server_dies_and_comes_back(self, really: bool) -> None:
        if really:
            self.engine.crash()

    # --- the market ---

    @initialize(data=st.data(), algo=st.sampled_from(sorted(ALGOS)))
    def there_is_an_order(self, data: st.DataObject, algo: str) -> None:
        self.a_client_posts_an_order(data, algo)

    @rule(seconds=st.integers(1, 90), part=st.sampled_from([0, 20, 100, 100]), called_back=st.booleans())
    def a_spell_in_which_the_venue_answers(self, seconds: int, part: int, called_back: bool) -> None:
        for _ in range(seconds):
            self.market.run(Nanos(min(self.market.now + 10**9, CLOSE - 1)))
            for child in self.out:
                status = self.status(child)
                if status is ChildStatus.PENDING_NEW:
                    self.market._hear([self.market._report(child, ReportKind.ACCEPTED)])
                if status.leaving and called_back:
                    self.market._hear(self.market._end(child, ReportKind.CANCELED, "canceled"))
                elif child.child.time_in_force is TimeInForce.IOC:
                    traded = self.market._trade(child, part, child.child.price)
                    self.market._hear(traded + self.market._end(child, ReportKind.EXPIRED, "unmatched"))
                else:
                    self.market._hear(self.market._trade(child, part, child.child.price))

    @rule(ms=MILLISECONDS)
    def time_passes(self, ms: int) -> None:
        self.market.run(Nanos(min(self.market.now + ms * 10**6, CLOSE - 1)))

    @rule(bid=st.integers(9_985, 10_015), spread=st.integers(1, 3), empty=SELDOM)
    def the_touch_moves(self, bid: int, spread: int, empty: bool) -> None:
        self.market.play(Quoted(self.market.now, NO_QUOTE if empty else touch(bid, bid + spread, 60, 60)))

    @rule(lots=st.integers(1, 5_000), price=st.integers(9_985, 10_015))
    def others_trade(self, lots: int, price: int) -> None:
        self.market.play(Printed(self.market.now, Ticks(price), Lots(lots)))

    @rule(halted=SELDOM)
    def trading_is_halted_or_goes_on(self, halted: bool) -> None:
        self.market.play(Halted(self.market.now, halted))

    # --- the venue ---

    @precondition(lambda self: self.out)
    @rule(which=WHICH)
    def the_venue_acknowledges(self, which: int) -> None:
        child = self.child(which)
        self.market._hear([self.market._report(child, ReportKind.ACCEPTED)])

    @precondition(lambda self: self.out)
    @rule(which=WHICH)
    def the_venue_refuses(self, which: int) -> None:
        child = self.child(which)
        if child.left == child.child.lots and self.status(child) in UNHEARD:
            self.market._hear(self.market._end(child, ReportKind.REJECTED, "no"))

    @precondition(lambda self: self.out)
    @rule(which=WHICH, part=st.sampled_from([1, 40, 100, 100]))
    def a_child_trades(self, which: int, part: int) -> None:
        child = self.child(which)
        self.market._hear(self.market._trade(child, part, child.child.price))

    @precondition(lambda self: self.out)
    @rule(which=WHICH, kind=st.sampled_from([ReportKind.CANCELED, ReportKind.EXPIRED]), overtaken=st.sampled_from([0, 30, 100]))
    def a_child_ends(self, which: int, kind: ReportKind, overtaken: int) -> None:
        child = self.child(which)
        reports = self.market._trade(child, overtaken, child.child.price) + self.market._end(child, kind, "over")
        self.market._hear(reports)

    @precondition(lambda self: self.out)
    @rule()
    def every_cancel_that_is_on_its_way_arrives(self) -> None:
        for child in self.out:
            if not child.over and self.status(child).leaving:
                self.market._hear(self.market._end(child, ReportKind.CANCELED, "canceled"))

    # --- the client ---

    @precondition(lambda self: len(self.parents) < MOST_ORDERS)
    @rule(data=st.data(), algo=st.sampled_from(sorted(ALGOS)))
    def a_client_posts_an_order(self, data: st.DataObject, algo: str) -> None:
        drawn: ParentOrder = data.draw(orders(algo, longest_s=1_200))
        now, length = self.market.now, max(60 * 10**9, drawn.end - drawn.start)
        start = Nanos(now + (drawn.start % 3) * 10**9)
        name = f"p-{len(self.parents)}"
        terms = {"id": ParentId(name), "client_order_id": name, "start": start, "end": Nanos(min(start + length, CLOSE))}
        if terms["end"] > start:
            self.market.accept(ParentOrder(**{**{f: getattr(drawn, f) for f in drawn.__dataclass_fields__}, **terms}))
            assert name in self.parents

    @precondition(lambda self: self.parents)
    @rule(which=WHICH, call_back=st.booleans())
    def a_client_pauses(self, which: int, call_back: bool) -> None:
        before = self.parent(which)
        answer = self.market.apply(Pause(parent=before.order.id, cancel_open=call_back))
        after = self.parent(which)
        if before.status.live and self.alive(before):
            assert after.status is Status.SUSPENDED
        elif not self.alive(before):
            assert isinstance(answer, Refusal)
            assert (answer.code, answer.facts) == ("order_closed", {"order_status": str(before.status)})
        if call_back and after.status is Status.SUSPENDED:
            assert all(child.status.leaving for child in after.open.values())

    @precondition(lambda self: self.parents)
    @rule(which=WHICH)
    def a_client_resumes(self, which: int) -> None:
        before = self.parent(which)
        answer = self.market.apply(Resume(parent=before.order.id))
        if before.status.live:
            assert answer == Unchanged()
        elif not self.alive(before):
            assert isinstance(answer, Refusal)
            assert answer.code == "order_closed"
        else:
            assert isinstance(answer, list)
            assert self.parent(which).suspended is None

    @precondition(lambda self: self.parents)
    @rule(which=WHICH, really=SELDOM)
    def a_client_cancels(self, which: int, really: bool) -> None:
        before = self.parent(which)
        if not really and self.alive(before):
            return
        answer = self.market.apply(Cancel(parent=before.order.id))
        after = self.parent(which)
        if not self.alive(before):
            assert answer == Unchanged()
            return
        assert after.status is (Status.PENDING_CANCEL if before.open else Status.CANCELED)
        assert all(child.status.leaving for child in after.open.values())

    @precondition(lambda self: self.parents)
    @rule(which=WHICH, off=st.sampled_from([-1, 1, 7]), lots=st.integers(1, 5_000))
    def a_client_amends_a_version_that_is_not(self, which: int, off: int, lots: int) -> None:
        before = self.parent(which)
        answer = self.amend(which, off=off, lots=Lots(lots))
        assert isinstance(answer, Refusal)
        assert answer.code == ("version_mismatch" if self.alive(before) else "order_closed")
        assert self.parent(which) == before

    @precondition(lambda self: self.parents)
    @rule(which=WHICH, percent=st.integers(0, 250))
    def a_client_amends_the_quantity(self, which: int, percent: int) -> None:
        before = self.parent(which)
        lots = Lots(before.order.lots * percent // 100)
        answer, done = self.amend(which, lots=lots), before.filled + before.working
        if self.alive(before) and lots < done:
            assert isinstance(answer, Refusal)
            facts = {"filled": before.filled, "working": before.working, "quantity": lots}
            assert (answer.code, answer.facts) == ("quantity_below_executed", facts)
        elif self.alive(before) and lots < before.order.min_child and lots != done:
            assert isinstance(answer, Refusal)
            assert answer.code == "validation"
        elif self.alive(before) and lots > 0:
            assert self.parent(which).order.lots == lots
            assert self.parent(which).status is (Status.FILLED if before.filled == lots else self.parent(which).status)

    @precondition(lambda self: self.parents)
    @rule(which=WHICH, limit=st.none() | st.integers(9_980, 10_020))
    def a_client_amends_the_limit(self, which: int, limit: int | None) -> None:
        self.amend(which, limit=None if limit is None else Ticks(limit), limit_given=True)
        after = self.parent(which)
        if self.alive(after):
            outside = [c for c in after.open.values() if not after.order.side.within(c.price, after.order.limit)]
            assert all(child.status.leaving for child in outside)

    @precondition(lambda self: self.parents)
    @rule(which=WHICH, seconds=st.integers(-5, 900))
    def a_client_amends_the_end(self, which: int, seconds: int) -> None:
        before = self.parent(which)
        answer = self.amend(which, end=Nanos(self.market.now + seconds * 10**9))
        if seconds <= 0 and self.alive(before):
            assert isinstance(answer, Refusal)
            assert answer.code == "window_passed"

    @precondition(lambda self: self.parents)
    @rule(which=WHICH, data=st.data())
    def a_client_amends_the_parameters(self, which: int, data: st.DataObject) -> None:
        self.amend(which, params=data.draw(PARAMS[self.parent(which).order.algo]))

    @precondition(lambda self: self.parents)
    @rule(really=SELDOM)
    def the_kill_switch_is_pulled(self, really: bool) -> None:
        if not really:
            return
        self.market.apply(Kill(reason="drill"))
        for execution in self.market.engine.executions.values():
            assert not execution.status.live
            assert all(child.status.leaving for child in execution.open.values())
            assert execution.status is not Status.SUSPENDED or isinstance(execution.suspended, SuspendReason)

    def amend(self, which: int, off: int = 0, **terms: Any) -> list[Step] | Refusal | Unchanged:
        """An amendment; a refusal has changed nothing, and anything else is the next version."""
        before = self.parent(which)
        answer = self.market.apply(Amend(parent=before.order.id, expected_version=before.version + off, body_hash="", **terms))
        if isinstance(answer, Refusal):
            assert self.parent(which) == before
        else:
            assert isinstance(answer, list)
            assert isinstance(answer[0].happened.event, ParentAmended)
            assert self.parent(which).version == before.version + 1
        return answer

    @staticmethod
    def alive(execution: Execution) -> bool:
        """Whether a client may still change the order."""
        return not execution.status.terminal and execution.status is not Status.PENDING_CANCEL

    # --- what always holds; the laws are checked at every event ---

    @invariant()
    def the_events_alone_are_the_state(self) -> None:
        new, self.read = self.market.steps[self.read :], len(self.market.steps)
        for step in new:
            parent = step.happened.parent
            self.folded[parent] = evolve(self.folded.get(parent), step.happened)
        assert self.folded == self.market.engine.executions

    @invariant()
    def no_lot_is_made_or_lost(self) -> None:
        for execution in self.market.engine.executions.values():
            known = [child.open for child in execution.open.values() if child.status in AT_THE_VENUE]
            unknown = [child.open for child in execution.open.values() if child.status not in AT_THE_VENUE]
            unsent = execution.order.lots - execution.filled - sum(known) - sum(unknown)
            assert min(execution.filled, unsent, *known, *unknown) >= 0
            assert execution.filled == sum(self.filled_of(execution)), "filled is what the venue executed"

    def filled_of(self, execution: Execution) -> list[int]:
        """What the venue says that it executed of an order."""
        parent = execution.order.id
        heard = [step.happened for step in self.market.steps if step.happened.parent == parent]
        return [each.event.lots for each in heard if isinstance(each.event, Fill)]

    @invariant()
    def an_order_that_is_not_over_looks_again_or_waits_for_a_child(self) -> None:
        wake = self.market.engine.wake
        for execution in self.market.engine.executions.values():
            if execution.status is Status.PENDING_CANCEL:
                assert execution.open, "nothing is out: the order is over"
            elif not execution.status.terminal:
                assert wake is not None
                assert wake <= execution.order.end

    @invariant()
    def open_orders_are_those_that_are_not_over(self) -> None:
        alive = [each for each in self.market.engine.executions.values() if not each.status.terminal]
        for account in {each.order.account for each in self.market.engine.executions.values()}:
            assert self.market.engine.open_orders(account) == sum(each.order.account == account for each in alive)

    def teardown(self) -> None:
        """At the close every order is over, and its journal, written and read again, says the same."""
        if len(self.market.steps) % 2:
            self.market.apply(Delete())
        self.market.close()
        wire, again = Wire(INSTRUMENT), dict[ParentId, Execution]()
        for step in self.market.steps:
            doc = msgspec.json.decode(msgspec.json.encode(wire.event(step)))
            happened = wire.read_event(doc)
            again[happened.parent] = evolve(again.get(happened.parent), happened)
        assert again == self.market.engine.executions
        assert all(execution.status.terminal for execution in again.values())
        assert self.market.engine.wake is None


TestMarket = Market.TestCase
TestMarket.settings = settings(max_examples=examples(200), stateful_step_count=50)
