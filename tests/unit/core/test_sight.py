"""Sight: nothing is sent on old data or to a silent venue; the others are worked on what they show themselves."""

from __future__ import annotations

import pytest

from metaorder.core.commands import SetLimits
from metaorder.core.events import ChildSubmitted, ParentStarted, ParentWaiting
from metaorder.core.sight import better_elsewhere, permitted, relied_on, together
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import Account, ParentId, Waiting
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.domain.venue_rule import VenueRule
from support.core import LATENCY, OPEN, PARENT, at, market_state, parent_order, touch
from support.fake_market import NEVER_FILLS, FakeMarket, Halted, Printed, Quoted, Tick
from support.laws import Laws

TWO_S = Nanos(2 * SECOND)
ORDER = parent_order()
VENUES = {"A": touch(9_999, 10_002, 10, 20), "B": touch(9_998, 10_001, 30, 40)}


def test_a_market_that_all_can_be_relied_on_is_the_market_itself() -> None:
    market = market_state(now=at(10))
    assert relied_on(market, ORDER, {"A": at(8)}, TWO_S, set()) is market
    assert relied_on(market, ORDER, {"A": OPEN}, None, set()) is market, "without a limit no data are old"


def test_one_nanosecond_more_than_the_limit_is_old() -> None:
    market = market_state(now=at(10))
    found = relied_on(market, ORDER, {"A": Nanos(at(8) - 1)}, TWO_S, set())
    assert (found.stale, found.silent) == (True, {"A"})


@pytest.mark.parametrize(("heard", "silent"), [({"A": 1, "B": 10}, set()), ({"A": 10, "B": 10}, {"A"})])
def test_the_quote_is_that_of_the_venues_that_are_left(heard: dict[str, float], silent: set[str]) -> None:
    market = market_state(now=at(10), venues=VENUES)
    found = relied_on(market, ORDER, {venue: at(time) for venue, time in heard.items()}, TWO_S, silent)
    assert (found.stale, found.silent, found.venues) == (False, {"A"}, {"B": VENUES["B"]})
    assert found.quote == VENUES["B"]


def test_a_venue_that_is_silent_and_another_that_is_old_leave_none_but_not_all_are_old() -> None:
    market = market_state(now=at(10), venues=VENUES)
    found = relied_on(market, ORDER, {"A": at(1), "B": at(10)}, TWO_S, {"B"})
    assert (found.stale, found.silent) == (False, {"A", "B"})


def test_the_best_prices_carry_the_lots_of_all_that_show_them() -> None:
    same = touch(9_999, 10_005, 5, 9)
    assert together([*VENUES.values(), same]) == touch(9_999, 10_001, 15, 40)
    assert together([touch(None, None, 0, 0)]) == NO_QUOTE


def test_a_venue_that_the_order_may_not_go_to_is_no_part_of_what_it_sees() -> None:
    market = market_state(venues=VENUES, quote=together(VENUES.values()))
    found = permitted(market, parent_order(venues=VenueRule(deny=("A",))))
    assert (found.quote, found.venues, found.denied) == (VENUES["B"], {"B": VENUES["B"]}, {"A": VENUES["A"]})
    assert found.silent == frozenset(), "to deny is not to be silent"
    assert permitted(market, ORDER) is market
    alone = market_state()
    assert permitted(alone, parent_order(venues=VenueRule(allow=("A",)))) is alone, "a symbol at one venue"


def test_where_no_permitted_venue_trades_there_is_no_quote() -> None:
    market = market_state(venues=VENUES, quote=together(VENUES.values()))
    found = permitted(market, parent_order(venues=VenueRule(allow=("C",))))
    assert (found.quote, found.venues, found.denied) == (NO_QUOTE, {}, VENUES)


def test_a_denied_venue_is_told_of_where_it_shows_a_better_price() -> None:
    market = market_state(venues=VENUES, quote=together(VENUES.values()))
    assert better_elsewhere(permitted(market, parent_order(venues=VenueRule(allow=("A",))))) == ["B"], "its offer"
    assert better_elsewhere(permitted(market, parent_order(venues=VenueRule(allow=("B",))))) == ["A"], "its bid"
    worse = {"A": touch(9_999, 10_001), "B": touch(9_999, 10_002)}
    same = market_state(venues=worse, quote=together(worse.values()))
    assert better_elsewhere(permitted(same, parent_order(venues=VenueRule(deny=("B",))))) == []


def test_of_a_venue_that_is_denied_neither_silence_nor_age_matters() -> None:
    order = parent_order(venues=VenueRule(deny=("A",)))
    market = permitted(market_state(now=at(10), venues=VENUES), order)
    assert relied_on(market, order, {"A": at(1), "B": at(9)}, TWO_S, {"A"}) is market
    found = relied_on(market, order, {"A": at(9), "B": at(1)}, TWO_S, set())
    assert (found.stale, found.silent) == (True, {"B"}), "all that it may go to is old"


def worked(*ticks: Tick) -> FakeMarket:
    """A minute of an order whose account takes no data that are older than two seconds."""
    made = FakeMarket([Quoted(OPEN, touch()), *ticks], lambda n: NEVER_FILLS, watchers=[Laws(LATENCY)])
    made.run(OPEN)
    made.apply(SetLimits(account=Account("desk"), limits={"max_data_age_s": 2}))
    made.accept(parent_order(min_child=Lots(100), end=at(120)))
    return made


def prints(first: int, last: int) -> list[Tick]:
    return [Printed(at(second), Ticks(10_000), Lots(10**4)) for second in range(first, last)]


def test_without_data_no_child_leaves_and_the_order_says_so_until_they_are_back() -> None:
    made = worked(*prints(1, 20), *prints(60, 110))
    made.run(at(110))
    told = [(step.happened.ts, step.happened.event) for step in made.steps]
    waits = [(ts, event.waiting) for ts, event in told if isinstance(event, ParentWaiting)]
    sent = [ts for ts, event in told if isinstance(event, ChildSubmitted)]
    assert [waiting for _, waiting in waits if waiting in (Waiting.DATA, None)][:2] == [Waiting.DATA, None]
    (since,) = (ts for ts, waiting in waits if waiting is Waiting.DATA)
    assert at(21) < since <= at(22) + SECOND
    assert [ts for ts in sent if at(21) < ts < at(60)] == []
    assert [ts for ts in sent if ts >= at(60)]


def test_a_quiet_quote_is_no_old_one() -> None:
    made = worked(*(Quoted(at(second), touch()) for second in range(1, 120)), Printed(at(1), Ticks(10_000), Lots(10**6)))
    made.run(at(100))
    assert Waiting.DATA not in {step.after.waiting for step in made.steps}


def test_an_order_does_not_arrive_on_old_data() -> None:
    made = worked()
    order = parent_order(id=ParentId("late"), client_order_id="late", start=at(10), end=at(120))
    made.accept(order)
    made.run(at(30))
    assert made.engine.executions[order.id].waiting is Waiting.DATA
    made.play(Quoted(at(40), touch(9_000, 9_001)))
    made.run(at(41))
    (begun,) = (s.happened for s in made.steps if isinstance(s.happened.event, ParentStarted) and s.happened.parent == "late")
    assert (begun.ts, begun.event.arrival) == (at(40), touch(9_000, 9_001))


def test_a_halt_ranks_before_old_data() -> None:
    made = worked(*prints(1, 5), Halted(at(6), True))
    made.run(at(30))
    assert made.engine.executions[PARENT].waiting is Waiting.HALT
