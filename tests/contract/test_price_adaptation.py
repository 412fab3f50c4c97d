"""A schedule that moves with the price, whatever the algorithm: bounded, the way that was asked for, never after itself."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from contract.test_algorithms import END_S, FACTS, NOTHING, shared
from metaorder.algos import ALGOS, build
from metaorder.core import adaptation
from metaorder.core.adaptation import Moved, adapted, moved
from metaorder.core.decide import state_of
from metaorder.core.events import ChildSubmitted, ScheduleSet
from metaorder.core.execution import Execution
from metaorder.domain.adaptation import AdaptationMode, PriceAdaptation
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.state import Basis, Flow, MarketState, State
from metaorder.domain.units import SECOND, Lots, Microticks, Nanos, Ticks
from metaorder.sim.impact import Traded, impact
from metaorder.sim.presets import PRESETS
from metaorder.sim.usual import USUAL
from support.core import LATENCY, OPEN, PARENT, at, market_state, parent_order, started, touch
from support.fake_market import FakeMarket, Fate, Printed, Quoted
from support.laws import Laws
from support.scenarios import FATES, STRETCHES, Stretch, in_turn, orders, tape

MODES = st.sampled_from(AdaptationMode)
ADAPTATIONS = st.builds(
    PriceAdaptation,
    mode=MODES,
    slope_per_bp=st.sampled_from([Fraction(1, 1_000), Fraction(1, 100), Fraction(1)]),
    max_shift=st.sampled_from([Fraction(1, 50), Fraction(1, 10), Fraction(1)]),
)
SHARP = PriceAdaptation(mode=AdaptationMode.AGGRESSIVE, slope_per_bp=Fraction(1, 100), max_shift=Fraction(1, 10))


def children(market: FakeMarket) -> list[tuple[int, ChildSubmitted]]:
    return [(s.happened.ts, s.happened.event) for s in market.steps if isinstance(s.happened.event, ChildSubmitted)]


@pytest.mark.parametrize("algo", ALGOS)
@hypothesis_settings(max_examples=shared(60))
@given(data=st.data(), stretches=STRETCHES, fates=FATES, wanted=ADAPTATIONS)
def test_every_law_holds_and_no_shift_is_beyond_its_bound(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate], wanted: PriceAdaptation
) -> None:
    order = replace(data.draw(orders(algo)), adaptation=wanted)
    facts = data.draw(st.sampled_from([FACTS, NOTHING]))
    market = FakeMarket(tape(stretches, END_S), in_turn(fates), watchers=[Laws(LATENCY)], facts=facts)
    market.accept(order)
    market.run(at(3 * END_S))
    assert market.engine.executions[order.id].status.terminal
    for ts, child in children(market):
        reason: Any = child.reason
        bound = order.lots * wanted.max_shift * adaptation.fade(order.start, order.end, Nanos(ts))
        assert abs(reason["price_shift"]) <= bound
        assert 0 <= reason["due"] <= order.lots
        assert 0 <= reason["target"] <= order.lots
        assert child.lots <= max(reason["room"], 0)
        if facts is NOTHING:
            assert (reason["price_shift"], reason["moved_bps"]) == (0, None)
            assert "price_adaptation is left out" in reason["fallback"]


@pytest.mark.parametrize("algo", ALGOS)
@hypothesis_settings(max_examples=shared(60))
@given(data=st.data(), wanted=ADAPTATIONS, second=st.integers(0, 700), done=st.integers(0, 100))
def test_the_better_the_price_the_further_it_goes_the_way_that_was_asked_for_and_within_bounds(
    algo: str, data: st.DataObject, wanted: PriceAdaptation, second: int, done: int
) -> None:
    order = replace(data.draw(orders(algo, start=OPEN)), adaptation=wanted)
    execution = replace(
        started(),
        order=order,
        algo=build(algo, order.params),
        arrival2=Ticks(20_001),
        filled=Lots(order.lots * done // 100),
        basis=Basis(sigma=Microticks(400_000), adv=Lots(2_000_000)),
    )
    market = market_state(now=at(second))
    intent = execution.algo.on_event(state_of(execution, market))
    better = [Ticks(order.side.sign * step) for step in (300, 40, 7, 3, 1, 0, -1, -3, -7, -40, -300)]
    quotes = [touch(10_000 + ticks, 10_001 + ticks) for ticks in better]
    made = [adapted(execution, state_of(execution, replace(market, quote=quote)), intent) for quote in quotes]
    bound = order.lots * wanted.max_shift * adaptation.fade(order.start, order.end, at(second))
    for each in made:
        assert abs(int(str(each.reason["price_shift"]))) <= bound
        assert 0 <= each.due <= order.lots
        assert 0 <= each.target <= order.lots
    for shown in ([each.target for each in made], [each.due for each in made], [each.reason["price_shift"] for each in made]):
        assert shown == sorted(shown, reverse=wanted.mode is AdaptationMode.PASSIVE)
    if at(second) < order.end and not order.must_complete and order.lots >= 100 and done == 0:
        first, last = (int(str(made[place].reason["price_shift"])) for place in (0, -1))
        assert first * last <= 0, "a worse price and a better one move it to either side"
    if at(second) >= order.end:
        assert {each.target for each in made} == {intent.target}, "at the end all is due"


@pytest.mark.parametrize("mode", AdaptationMode)
@pytest.mark.parametrize("algo", ALGOS)
def test_an_order_that_is_held_back_all_along_is_done_by_its_end(algo: str, mode: AdaptationMode) -> None:
    wanted = replace(SHARP, mode=mode, slope_per_bp=Fraction(1))
    away = 30 if mode is AdaptationMode.AGGRESSIVE else -30
    ticks = [Quoted(OPEN, touch()), Quoted(at(1), touch(10_000 + away, 10_001 + away))]
    prints = [Printed(at(second), touch().bid, Lots(60)) for second in range(1, 600)]  # type: ignore[arg-type]
    market = FakeMarket([*ticks, *prints], facts=FACTS, watchers=[Laws(LATENCY)])
    market.accept(parent_order(algo=algo, adaptation=wanted, params={"target": "0.1"} if algo == "pov" else {}))
    market.run(at(300))
    sent = [child.reason["price_shift"] for ts, child in children(market) if at(2) < ts]
    assert set(sent) <= {-100}
    market.run(at(601))
    assert market.engine.executions[PARENT].leaves == 0


@pytest.mark.parametrize("algo", ["twap", "is"])
def test_what_the_price_brings_forward_is_not_taken_for_i_would(algo: str) -> None:
    """I-would has its plan drawn anew; half of the order that is shifted would be shifted again at each look."""
    wanted = replace(SHARP, slope_per_bp=Fraction(1), max_shift=Fraction(3, 10))
    ticks = [Quoted(OPEN, touch()), Quoted(at(1), touch(9_970, 9_971))]
    prints = [Printed(at(second), Ticks(9_970), Lots(60)) for second in range(1, 600)]
    market = FakeMarket([*ticks, *prints], facts=FACTS)
    market.accept(parent_order(algo=algo, adaptation=wanted, i_would=Ticks(9_900)))
    market.run(at(300))
    drawn = [s.happened.event for s in market.steps if isinstance(s.happened.event, ScheduleSet)]
    assert len(drawn) == 1
    plan = dict(drawn[0].points)
    assert market.engine.executions[PARENT].filled >= min(1_000, plan[at(300)] + 250), "it is ahead of its plan by the shift"


SCENARIO = PRESETS["liquid-small-tick"]
USUALLY = USUAL["liquid-small-tick"]
ADV = 1_000_000
ARRIVAL2 = 200_001


class Pushed(FakeMarket):
    """A market whose price own fills push as the formula of the simulated market's twins says; nothing else moves it."""

    def observe(self, execution: Execution) -> MarketState:
        seen = super().observe(execution)
        weight = SCENARIO.adv / ADV * execution.order.side.sign
        trades = [Traded((ts - OPEN) / SECOND, lots * weight) for ts, lots in execution.recent]
        away = round(impact(SCENARIO, trades, (self.now - OPEN) / SECOND) / SCENARIO.start * ARRIVAL2 / 2)
        return replace(seen, quote=Quote(Ticks(100_000 + away), Ticks(100_001 + away), Lots(500), Lots(500)))


def calm(now: Nanos, quote: Quote) -> tuple[Basis, Flow]:
    """What is known of the scenario's days, on this grid."""
    sigma = USUALLY.sigma * ARRIVAL2 / 2 / 23_400**0.5
    return Basis(mid2=quote.mid2, spread=Microticks(1_000_000), sigma=Microticks(round(sigma * 1e6)), adv=Lots(ADV)), Flow()


def naive(state: State) -> Moved | str:
    """How far the price has moved, own impact and all: the bug that the law below is about."""
    return moved(replace(state, filled=Lots(0)))


def worked(order: ParentOrder) -> list[int]:
    """The shifts of the children of an order, one after the other."""
    quoted = [Quoted(OPEN, touch(100_000, 100_001)), *(Printed(at(s), Ticks(100_000), Lots(400)) for s in range(1, 1_200))]
    market = Pushed(quoted, facts=calm)
    market.run(OPEN)
    market.accept(order)
    market.run(at(1_201))
    assert market.engine.executions[PARENT].filled > order.lots // 2
    return [int(str(child.reason["price_shift"])) for _, child in children(market)]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("algo", ALGOS)
def test_it_does_not_chase_itself(algo: str, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two per cent of a usual day in twenty minutes push the price by up to 20 bps; the law leaves two fifths of it at most.

    In the twin without the order the price stands still: all that is left of a shift is what the order does to itself.
    """
    params = {"target": "0.1"} if algo == "pov" else {}
    wanted = replace(SHARP, max_shift=Fraction(1))
    order = parent_order(algo=algo, side=side, params=params, adaptation=wanted, lots=Lots(20_000), end=at(1_200))
    left = worked(order)
    monkeypatch.setattr(adaptation, "moved", naive)
    chased = worked(order)
    assert min(chased) < -1_500, "with own impact in it, it holds itself back"
    assert max(map(abs, left)) <= -min(chased) * 2 // 5
