"""What every algorithm owes, whatever the market and its venue do: the registry is the list, the laws are counted apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.algos import ALGOS, build, plain
from metaorder.algos.params import schema
from metaorder.core.decide import plan_points, state_of
from metaorder.core.events import ChildSubmitted, Fill, ParentWaiting
from metaorder.domain.errors import Invalid
from metaorder.domain.market import VolumeCurve
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.state import NO_BASIS, NO_FLOW, MarketState
from metaorder.domain.units import Lots, Nanos, Ticks
from support.core import LATENCY, OPEN, at, market_state, started, touch
from support.examples import examples
from support.fake_market import Facts, FakeMarket, Fate, Halted, Printed, Quoted, Tick
from support.laws import Laws, renamed
from support.scenarios import (
    CLICKS,
    FATES,
    STRETCHES,
    Click,
    Stretch,
    click,
    in_turn,
    orders,
    shown,
    tape,
    unpriced,
)

END_S = 700


def shared(count: int) -> int:
    """Examples of each algorithm: `count` for three of them, shared out, so that the registry grows and the tests do not."""
    return examples(max(4, 3 * count // len(ALGOS)))


FACTS = shown()
NOTHING: Facts = lambda now, quote: (NO_BASIS, NO_FLOW)  # noqa: E731


def worked(
    order: ParentOrder,
    ticks: Sequence[Tick],
    fates: Sequence[Fate],
    clicks: Sequence[Click] = (),
    ahead: int | None = None,
    facts: Facts = FACTS,
) -> FakeMarket:
    """A run of one order to its end and past it, every law checked at every event."""
    expected: Callable[[Nanos, Nanos], Lots] | None = None if ahead is None else (lambda now, end: Lots(ahead))
    market = FakeMarket(ticks, in_turn(fates), ahead=expected, watchers=[Laws(LATENCY)], facts=facts)
    market.accept(order)
    for each in clicks:
        click(market, order, each)
    market.run(at(3 * END_S))
    return market


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(120))
@given(data=st.data(), stretches=STRETCHES, fates=FATES, clicks=CLICKS, ahead=st.none() | st.integers(0, 10**5))
def test_the_laws_hold_and_the_order_ends(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate], clicks: list[Click], ahead: int | None
) -> None:
    order = data.draw(orders(algo))
    facts = data.draw(st.sampled_from([FACTS, NOTHING]))
    market = worked(order, tape(stretches, END_S), fates, clicks, ahead, facts)
    after = market.engine.executions[order.id]
    assert after.status.terminal, f"still {after.status} after its end"
    assert market.engine.wake is None
    assert after.filled == sum(step.happened.event.lots for step in market.steps if isinstance(step.happened.event, Fill))


@pytest.mark.gauntlet
@pytest.mark.long
@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(4))
@given(data=st.data(), stretches=STRETCHES, fates=FATES)
def test_the_laws_hold_over_hours_where_the_rolling_clock_forgets(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate]
) -> None:
    order = data.draw(orders(algo, longest_s=60))
    order = replace(order, end=at(7_200), lots=Lots(20 * order.lots))
    market = FakeMarket(tape(stretches, 7_300), in_turn(fates), watchers=[Laws(LATENCY)])
    market.accept(order)
    market.run(at(2_000))
    click(market, order, Click(30, "end", 300))
    market.run(at(7_300))
    assert market.engine.executions[order.id].children == sum(isinstance(s.happened.event, ChildSubmitted) for s in market.steps)


WRONG = {"integer": [True, 1.5, "1", [], None], "boolean": [0, "true", [], None], "array": [{}, "12", 3, [1.5], [None]]}
WRONG |= {"string": [None, [], {}, True, "1e5", "ten"], "null": []}


def wrong_values(properties: dict[str, Any]) -> list[Any]:
    """Values that no option of a property takes."""
    options = properties.get("anyOf", [properties])
    if any(each.get("items", {}).get("format") == "decimal" for each in options):
        return [{}, "12", 3, [None], ["1e5"]]
    kinds = [each["type"] if isinstance(each["type"], str) else each["type"][0] for each in options]
    nullable = "null" in kinds
    return [value for kind in kinds for value in WRONG[kind] if not (value is None and nullable)]


@pytest.mark.parametrize("algo", ALGOS)
def test_parameters_of_the_wrong_type_are_refused_by_name(algo: str) -> None:
    for name, properties in schema(ALGOS[algo])["properties"].items():
        values = wrong_values(properties)
        assert len(values) >= 4
        for value in values:
            with pytest.raises(Invalid) as caught:
                build(algo, {name: value})
            assert caught.value.field.startswith(f"params.{name}")


@pytest.mark.parametrize("algo", ALGOS)
def test_what_the_schema_gives_as_default_is_what_is_built(algo: str) -> None:
    properties = schema(ALGOS[algo])["properties"]
    assert {name: each["default"] for name, each in properties.items()} == plain(build(algo, {}))


@pytest.mark.parametrize("algo", ALGOS)
def test_it_says_what_it_reads_and_what_it_does_without(algo: str) -> None:
    """One that reads no more than the clock needs nothing; every other has a way down that ends in a schedule."""
    kind: Any = ALGOS[algo]
    assert kind.reads
    assert bool(kind.without) == (kind.reads != ("the clock",))


@pytest.mark.parametrize("algo", ALGOS)
def test_a_bound_of_the_schema_is_a_bound_of_the_algorithm(algo: str) -> None:
    for name, each in schema(ALGOS[algo])["properties"].items():
        if "minimum" in each:
            build(algo, {name: each["minimum"]})
            with pytest.raises(Invalid):
                build(algo, {name: each["minimum"] - 1})


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(40))
@given(data=st.data(), now=st.integers(0, 600), curve=st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any))
def test_what_is_planned_never_falls_and_ends_at_the_quantity(algo: str, data: st.DataObject, now: int, curve: list[int]) -> None:
    order = data.draw(orders(algo, start=OPEN))
    history = VolumeCurve((OPEN, at(200), at(400), at(23_400)), tuple(curve), "history")
    execution = replace(started(), order=order, algo=build(algo, order.params))
    market: MarketState = market_state(now=at(now), curve=history)
    points = plan_points(execution, market)
    if build(algo, order.params).planned(state_of(execution, market), order.end) is None:
        assert points == ()
        return
    assert (points == ()) == (at(now) >= order.end)
    assert list(points) == sorted(points)
    assert not points or (points[0], points[-1]) == ((at(now), 0), (order.end, order.lots))


def decisions(market: FakeMarket, until: Nanos | None = None) -> list[tuple[Any, ...]]:
    """When what was decided, and nothing of how it turned out."""
    kept = [step.happened for step in market.steps if until is None or step.happened.ts <= until]
    return [(happened.ts, happened.event) for happened in kept]


def garbage(tick: Tick, after: Nanos) -> Tick:
    """A tick as it was, or something absurd if it comes after a time."""
    if tick.ts <= after:
        return tick
    if isinstance(tick, Quoted):
        return Quoted(tick.ts, touch(1 + tick.ts % 7, 90_000, 1, 10**9))
    if isinstance(tick, Printed):
        return Printed(tick.ts, Ticks(77_777), Lots(10**9 + tick.lots))
    return Halted(tick.ts, not tick.halted)


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(60))
@given(data=st.data(), stretches=STRETCHES, fates=FATES, cut=st.integers(0, END_S))
def test_no_decision_knows_what_comes_after_it(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate], cut: int
) -> None:
    order, ticks = data.draw(orders(algo)), tape(stretches, END_S)
    clean, poisoned = (
        worked(order, ticks, fates),
        FakeMarket([garbage(tick, at(cut)) for tick in ticks], in_turn(fates), facts=FACTS),
    )
    poisoned.accept(order)
    poisoned.run(at(cut))
    assert decisions(poisoned) == decisions(clean, at(cut))


def moved(ticks: Sequence[Tick], price: Callable[[int], int], *, mirrored: bool = False) -> list[Tick]:
    """The same market at other prices; mirrored: bids are offers."""

    def quote(tick: Quoted) -> Quoted:
        bid, ask = (None if each is None else price(each) for each in (tick.quote.bid, tick.quote.ask))
        bid, ask = (ask, bid) if mirrored else (bid, ask)
        return Quoted(tick.ts, touch(bid, ask, tick.quote.bid_size, tick.quote.ask_size))

    def one(tick: Tick) -> Tick:
        if isinstance(tick, Quoted):
            return quote(tick)
        return replace(tick, price=Ticks(price(tick.price))) if isinstance(tick, Printed) else tick

    return [one(tick) for tick in ticks]


def sent(market: FakeMarket) -> list[tuple[Any, ...]]:
    """What was sent when, and what the order waited for: without prices."""
    events = [(step.happened.ts, step.happened.event) for step in market.steps]
    children = [(ts, e.lots, e.time_in_force) for ts, e in events if isinstance(e, ChildSubmitted)]
    return [*children, *((ts, e.waiting) for ts, e in events if isinstance(e, ParentWaiting))]


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(40))
@given(data=st.data(), stretches=STRETCHES, fates=FATES, clicks=CLICKS, shift=st.sampled_from([-1_000, 1, 12_345]))
def test_the_same_market_at_other_prices_is_worked_with_the_same_lots(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate], clicks: list[Click], shift: int
) -> None:
    order, ticks = unpriced(data.draw(orders(algo))), tape(stretches, END_S)
    clicks = [each for each in clicks if each.what != "limit"]
    limit = None if order.limit is None else Ticks(order.limit + shift)
    would = None if order.i_would is None else Ticks(order.i_would + shift)
    shifted = worked(replace(order, limit=limit, i_would=would), moved(ticks, lambda price: price + shift), fates, clicks)
    assert sent(shifted) == sent(worked(order, ticks, fates, clicks))


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(40))
@given(data=st.data(), stretches=STRETCHES, fates=FATES)
def test_a_seller_in_the_mirrored_market_does_what_the_buyer_does(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate]
) -> None:
    order, ticks = unpriced(data.draw(orders(algo))), tape(stretches, END_S)
    other = Side.SELL if order.side is Side.BUY else Side.BUY
    limit = None if order.limit is None else Ticks(20_000 - order.limit)
    mirror = moved(ticks, lambda price: 20_000 - price, mirrored=True)
    would = None if order.i_would is None else Ticks(20_000 - order.i_would)
    opposite = worked(replace(order, side=other, limit=limit, i_would=would), mirror, fates, facts=shown(-1))
    assert sent(opposite) == sent(worked(order, ticks, fates))


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(30))
@given(data=st.data(), stretches=STRETCHES, fates=FATES, clicks=CLICKS)
def test_other_ids_change_nothing(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate], clicks: list[Click]
) -> None:
    order, ticks = data.draw(orders(algo)), tape(stretches, END_S)
    one, other = worked(order, ticks, fates, clicks), worked(renamed(order, "zz-"), ticks, fates, clicks)
    assert sent(one) == sent(other)
    assert [type(s.happened.event) for s in one.steps] == [type(s.happened.event) for s in other.steps]


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=shared(30))
@given(data=st.data(), stretches=STRETCHES, fates=FATES, stops=st.lists(st.integers(0, END_S), max_size=20))
def test_looking_at_the_clock_more_often_changes_nothing(
    algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate], stops: list[int]
) -> None:
    order, ticks = data.draw(orders(algo)), tape(stretches, END_S)
    cut = FakeMarket(ticks, in_turn(fates), facts=FACTS)
    cut.accept(order)
    for stop in sorted(stops):
        cut.run(at(stop))
        assert cut.engine.on_time(cut.now) == []
    cut.run(at(3 * END_S))
    assert decisions(cut) == decisions(worked(order, ticks, fates))
