"""Reports that come twice, in another order, late or not at all: nothing is lost or doubled, and in the end all is booked."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from metaorder.algos import ALGOS
from metaorder.domain.order import Status
from metaorder.domain.units import Lots, Nanos, Ticks
from simulation.test_state_machine import SELDOM, WHICH, Market, busy
from support.core import CLOSE, LATENCY, OPEN, PARENT, at, parent_order, touch
from support.examples import examples
from support.fake_market import MILLISECOND, FakeMarket, Fate, Printed, Quoted
from support.faulty_market import Faults, FaultyMarket, all_is_booked
from support.laws import Laws
from support.scenarios import CLICKS, FATES, STRETCHES, Click, Stretch, click, in_turn, orders, tape

END_S = 700
PERCENT = st.sampled_from([0, 10, 40])
FAULTS = st.builds(Faults, twice=PERCENT, late=PERCENT, lost=st.sampled_from([0, 0, 20]), lost_ends=PERCENT)


@settings(max_examples=examples(100))
@given(
    data=st.data(),
    algo=st.sampled_from(sorted(ALGOS)),
    stretches=STRETCHES,
    fates=FATES,
    clicks=CLICKS,
    faults=FAULTS,
    seed=st.integers(0, 2**32),
)
def test_whatever_becomes_of_reports_nothing_is_lost_or_doubled(
    data: st.DataObject, algo: str, stretches: list[Stretch], fates: list[Fate], clicks: list[Click], faults: Faults, seed: int
) -> None:
    order = data.draw(orders(algo))
    market = FaultyMarket(tape(stretches, END_S), in_turn(fates), faults=faults, seed=seed, watchers=[Laws(LATENCY)])
    market.accept(order)
    for each in clicks:
        click(market, order, each)
    market.run(at(END_S))
    market.close()
    all_is_booked(market)
    assert market.engine.executions[order.id].status.terminal
    before = list(market.steps)
    market.tell_everything()
    assert market.steps == before, "and what is told once more changes nothing"


@pytest.mark.parametrize("seed", range(8))
def test_a_venue_that_loses_most_ends_is_asked_until_it_has_told(seed: int) -> None:
    ticks = [Quoted(OPEN, touch()), *(Printed(at(s), Ticks(10_000), Lots(2_000)) for s in range(1, 700, 5))]
    faults = Faults(twice=20, late=20, lost=20, lost_ends=50)
    fates = in_turn([Fate(fills=((40 * MILLISECOND, 30), (900 * MILLISECOND, 50))), Fate(), Fate(fills=(), overtakes=30)])
    market = FaultyMarket(ticks, fates, faults=faults, seed=seed, watchers=[Laws(LATENCY)])
    market.accept(parent_order(lots=Lots(1_000), end=at(600), min_child=Lots(10)))
    market.run(at(1_200))
    after = market.engine.executions[PARENT]
    told = [step.happened.event for step in market.steps]
    assert any(type(event).__name__ == "ChildUnknown" for event in told), "nothing was lost in this seed"
    market.run(Nanos(CLOSE - 1))
    after = market.engine.executions[PARENT]
    assert after.status in {Status.FILLED, Status.EXPIRED}, "asked often enough, the venue has told it all"
    all_is_booked(market)


class Faulty(Market):
    """The machine of clients, market and venue, with a channel between venue and engine that turns bad and good again."""

    def born(self) -> FakeMarket:
        return FaultyMarket(busy(), lambda n: Fate(silent=True), faults=Faults(), seed=1, watchers=[Laws(LATENCY)])

    @rule(faults=FAULTS)
    def the_channel_changes(self, faults: Faults) -> None:
        self.faulty.faults = faults

    @property
    def faulty(self) -> FaultyMarket:
        assert isinstance(self.market, FaultyMarket)
        return self.market

    @property
    def over(self) -> list[tuple[str, int]]:
        return [key for key, child in self.market._children.items() if child.over]

    @precondition(lambda self: self.over)
    @rule(which=WHICH)
    def the_venue_tells_of_a_child_again(self, which: int) -> None:
        for report in self.faulty.said[self.over[which % len(self.over)]]:
            self.faulty._deliver([report])

    @rule(really=SELDOM, seed=WHICH)
    def the_venue_tells_of_everything_again(self, really: bool, seed: int) -> None:
        if really:
            told = [report for reports in self.faulty.said.values() for report in reports]
            Random(seed).shuffle(told)
            for report in told:
                self.faulty._deliver([report])

    def teardown(self) -> None:
        super().teardown()
        all_is_booked(self.faulty)


TestFaulty = Faulty.TestCase
TestFaulty.settings = settings(max_examples=examples(40), stateful_step_count=50)
