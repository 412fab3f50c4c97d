"""Silence: a child of which no word comes is asked about, counts until its venue speaks, and nothing more is sent there."""

from __future__ import annotations

from collections.abc import Callable

from metaorder.core.commands import Cancel
from metaorder.core.events import ChildPendingCancel, ChildSubmitted, ChildUnknown
from metaorder.core.gates import Gate
from metaorder.core.silence import PATIENCE, Silence
from metaorder.domain.child import ChildStatus
from metaorder.domain.order import Status, Waiting
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.domain.venue import ReportKind
from support.core import CLOSE, INSTRUMENT, LATENCY, OPEN, PARENT, at, parent_order, touch
from support.fake_market import NEVER_FILLS, FakeMarket, Fate, Printed, Quoted
from support.laws import Laws

LOST_ACK = Fate(answer=10**13, fills=())
SILENT = Fate(silent=True)
DUE = 1 + PATIENCE / SECOND
UNKNOWN = ChildStatus.PENDING_UNKNOWN


def market(fates: Callable[[int], Fate]) -> FakeMarket:
    """An order of 1,000 lots for ten minutes, the first child sent a second after the open, or when others have traded."""
    prints = [Printed(at(second), Ticks(10_000), Lots(10**5)) for second in range(0, 600, 5)]
    made = FakeMarket([Quoted(OPEN, touch()), *prints], fates, watchers=[Laws(LATENCY)])
    made.run(at(1))
    made.accept(parent_order(min_child=Lots(100), start=at(1)))
    return made


def unknown(made: FakeMarket) -> list[tuple[float, int]]:
    found = [step.happened for step in made.steps if isinstance(step.happened.event, ChildUnknown)]
    return [((each.ts - OPEN) / SECOND, each.event.number) for each in found if isinstance(each.event, ChildUnknown)]


def test_a_child_whose_acknowledgement_is_lost_is_unknown_and_its_venue_says_what_became_of_it() -> None:
    made = market(lambda n: LOST_ACK if n == 0 else NEVER_FILLS)
    made.run(at(DUE - 0.001))
    assert made.engine.executions[PARENT].open[1].status is ChildStatus.PENDING_NEW
    made.run(at(DUE))
    child = made.engine.executions[PARENT].open[1]
    assert (child.status, child.open) == (UNKNOWN, 100), "it is exposure as before"
    made.run(at(DUE + 1))
    assert 1 not in made.engine.executions[PARENT].open, "called back, the venue had to speak of it"
    assert unknown(made) == [(DUE, 1)]
    made.run(at(60))
    assert made.engine.executions[PARENT].children > 1, "and the order goes on"


def test_nothing_is_sent_to_a_venue_that_is_silent_and_the_order_says_so() -> None:
    made = market(lambda n: SILENT if n == 0 else NEVER_FILLS)
    made.run(at(300))
    after = made.engine.executions[PARENT]
    sent = [step.happened.ts for step in made.steps if isinstance(step.happened.event, ChildSubmitted)]
    assert all(ts < at(DUE) for ts in sent)
    assert (after.waiting, after.open[1].status) == (Waiting.VENUE, UNKNOWN)
    made._hear([made._report(made._children[PARENT, 1], ReportKind.ACCEPTED)])
    assert made.engine.executions[PARENT].open[1].status is ChildStatus.PENDING_CANCEL, "it is there, and was called back"
    made.run(at(302))
    made._hear(made._end(made._children[PARENT, 1], ReportKind.CANCELED, "canceled"))
    made.run(at(304))
    assert made.engine.executions[PARENT].children > after.children
    assert made.engine.executions[PARENT].waiting is None


def test_each_further_question_waits_twice_as_long() -> None:
    made = market(lambda n: SILENT)
    made.run(at(60))
    assert [time for time, number in unknown(made) if number == 1] == [DUE, DUE + 10, DUE + 30]


def test_a_venue_that_answers_in_time_is_asked_nothing() -> None:
    made = market(lambda n: Fate(answer=int(PATIENCE - LATENCY - 1), fills=()))
    made.run(at(599))
    assert unknown(made) == []


def test_a_cancel_that_is_not_answered_leaves_the_child_unknown_and_the_order_open() -> None:
    made = market(lambda n: Fate(fills=(), cancel=None))
    made.run(at(3))
    made.apply(Cancel(parent=PARENT))
    made.run(at(100))
    after = made.engine.executions[PARENT]
    assert (after.status, after.open[1].status) == (Status.PENDING_CANCEL, UNKNOWN), "it is not over while nobody knows"
    made.run(CLOSE)
    assert made.engine.executions[PARENT].status is Status.CANCELED, "its time at the venue was over"


def test_a_fill_of_an_unknown_child_is_booked() -> None:
    made = market(lambda n: SILENT)
    made.run(at(10))
    resting = made._children[PARENT, 1]
    made._hear(made._trade(resting, 40, resting.child.price))
    after = made.engine.executions[PARENT]
    assert (after.filled, after.open[1].open, after.open[1].status) == (40, 60, ChildStatus.PENDING_CANCEL)


def test_the_way_there_and_back_is_waited_for_beside() -> None:
    gate = Gate("FAKE", LATENCY, INSTRUMENT, answer=Nanos(3 * SECOND))
    silence = Silence({"ACME": (gate,)})
    made = market(lambda n: SILENT)
    for step in made.steps:
        silence.note(step)
    assert silence.wake(made.engine.executions) == at(1) + 3 * SECOND + PATIENCE
    assert silence.overdue(made.engine.executions, at(8)) == []
    ((parent, event),) = silence.overdue(made.engine.executions, at(9))
    assert (parent, event.number, event.asked, silence.silent) == (PARENT, 1, True, {"FAKE"})
    silence.heard("FAKE", at(9))
    assert silence.silent == set()


def test_a_child_is_called_back_once() -> None:
    made = market(lambda n: SILENT)
    made.run(at(10))
    made.apply(Cancel(parent=PARENT))
    numbers = [s.happened.event.number for s in made.steps if isinstance(s.happened.event, ChildPendingCancel)]
    assert 1 not in numbers, "the question has called it back"
