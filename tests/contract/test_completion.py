"""must_complete: done where cap, limit and liquidity allow, and otherwise the name of what bound it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.algos import ALGOS
from metaorder.core.commands import Pause
from metaorder.core.execution import Execution
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import EndReason, ParentOrder, ParticipationMode, Side, Status
from metaorder.domain.units import Lots, Ticks
from support.core import LATENCY, OPEN, PARENT, at, parent_order, touch
from support.examples import examples
from support.fake_market import FILLS_AT_ONCE, NEVER_FILLS, REFUSES, FakeMarket, Fate, Fates, Halted, Printed, Quoted, Tick
from support.laws import Laws
from support.scenarios import FATES, STRETCHES, Stretch, in_turn, orders, tape


def ended(order: ParentOrder, *ticks: Tick, fates: Fates = lambda n: FILLS_AT_ONCE, background: int = 0) -> Execution:
    """The order after its end, every law but the cap's checked where the volume is not printed."""
    watchers = [Laws(LATENCY)] if background == 0 else []
    market = FakeMarket(ticks, fates, background=background, watchers=watchers)
    market.accept(order)
    market.run(at(2_000))
    return market.engine.executions[order.id]


def must(algo: str, **terms: Any) -> ParentOrder:
    return parent_order(algo=algo, must_complete=True, **terms)


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=examples(40))
@given(data=st.data(), bids=st.lists(st.integers(9_990, 10_010), min_size=1, max_size=6), gap=st.integers(1, 40))
def test_it_completes_where_cap_and_liquidity_allow(algo: str, data: st.DataObject, bids: list[int], gap: int) -> None:
    terms = {"must_complete": True, "limit": None, "max_child": None}
    order = data.draw(orders(algo, **terms))
    ticks = [Quoted(at(gap * n), touch(bids[n % len(bids)], bids[n % len(bids)] + 1)) for n in range(700 // gap + 1)]
    after = ended(order, *ticks, background=10**9)
    assert (after.status, after.leaves) == (Status.FILLED, 0)


@pytest.mark.parametrize("algo", ALGOS)
@pytest.mark.parametrize("side", Side)
def test_it_completes_at_a_venue_that_fills_only_those_who_cross(algo: str, side: Side) -> None:
    never = 10**15
    order = must(algo, side=side, lots=Lots(50))
    after = ended(order, Quoted(OPEN, touch()), fates=lambda n: Fate(fills=((never, 100),)), background=10**9)
    assert after.status is Status.FILLED


@pytest.mark.parametrize("algo", ALGOS)
@pytest.mark.parametrize(
    ("ticks", "terms", "fate", "reason"),
    [
        ([Quoted(OPEN, touch())], {}, FILLS_AT_ONCE, EndReason.CAP_BOUND),
        ([Quoted(OPEN, touch()), Printed(at(1), Ticks(10_000), Lots(3_990))], {}, FILLS_AT_ONCE, EndReason.CAP_BOUND),
        ([Quoted(OPEN, touch())], {"limit": Ticks(9_999)}, NEVER_FILLS, EndReason.LIMIT_BOUND),
        ([Quoted(OPEN, touch())], {"limit": Ticks(10_002), "side": Side.SELL}, NEVER_FILLS, EndReason.LIMIT_BOUND),
        ([Quoted(OPEN, touch()), Printed(at(400), Ticks(10_000), Lots(9_000))], {}, NEVER_FILLS, EndReason.NO_LIQUIDITY),
        ([Quoted(OPEN, touch()), Printed(at(400), Ticks(10_000), Lots(9_000))], {}, REFUSES, EndReason.NO_LIQUIDITY),
        ([Quoted(OPEN, touch()), Quoted(at(300), NO_QUOTE)], {}, FILLS_AT_ONCE, EndReason.NO_LIQUIDITY),
        ([Quoted(OPEN, touch()), Halted(at(300), True)], {}, FILLS_AT_ONCE, EndReason.HALTED),
        ([Quoted(OPEN, touch()), Halted(at(5), True)], {"start": at(10)}, FILLS_AT_ONCE, EndReason.HALTED),
        ([], {}, FILLS_AT_ONCE, EndReason.NO_LIQUIDITY),
    ],
)
def test_it_expires_with_the_name_of_what_bound_it(
    algo: str, ticks: list[Tick], terms: dict[str, Any], fate: Fate, reason: EndReason
) -> None:
    after = ended(must(algo, **terms), *ticks, fates=lambda n: fate)
    assert (after.status, after.reason) == (Status.EXPIRED, reason)
    assert after.leaves > 0
    assert after.working == 0


@pytest.mark.parametrize("algo", ALGOS)
def test_an_order_that_need_not_complete_ends_with_its_window(algo: str) -> None:
    after = ended(parent_order(algo=algo), Quoted(OPEN, touch()))
    assert (after.status, after.reason) == (Status.EXPIRED, EndReason.WINDOW_ENDED)


@pytest.mark.parametrize("algo", ALGOS)
def test_a_paused_order_does_not_complete_whatever_it_must(algo: str) -> None:
    market = FakeMarket([Quoted(OPEN, touch())], background=10**9)
    market.accept(must(algo))
    market.run(at(30))
    market.apply(Pause(parent=PARENT, cancel_open=True))
    market.run(at(32))
    before = market.engine.executions[PARENT].filled
    assert before < market.engine.executions[PARENT].order.lots, "there is something left that could be completed"
    market.run(at(600))
    after = market.engine.executions[PARENT]
    assert (after.filled, after.reason) == (before, EndReason.WINDOW_ENDED)


@pytest.mark.parametrize("algo", ALGOS)
@pytest.mark.parametrize(("mode", "filled"), [(ParticipationMode.HARD, 50), (ParticipationMode.SOFT_AT_END, 100)])
def test_the_cap_gives_way_at_the_end_only_where_the_client_lets_it(algo: str, mode: ParticipationMode, filled: int) -> None:
    order = must(algo, cap=Fraction(1, 3), participation_mode=mode, lots=Lots(150), min_child=Lots(5), params={})
    printed = Printed(at(301), Ticks(10_000), Lots(100))
    after = ended(order, Quoted(OPEN, touch()), printed)
    assert after.filled == filled


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=examples(60))
@given(data=st.data(), stretches=STRETCHES, fates=FATES)
def test_what_is_said_to_have_bound_it_did(algo: str, data: st.DataObject, stretches: list[Stretch], fates: list[Fate]) -> None:
    order = data.draw(orders(algo, must_complete=True))
    market = FakeMarket(tape(stretches, 700), in_turn(fates), watchers=[Laws(LATENCY)])
    market.accept(order)
    market.run(order.end)
    after, quote = market.engine.executions[order.id], market.quote
    far = quote.far(order.side)
    if after.status is Status.FILLED:
        return
    outside = far is not None and quote.two_sided and not order.side.within(far, order.limit)
    assert (after.reason is EndReason.HALTED) is market.halted
    assert (after.reason is EndReason.LIMIT_BOUND) is (outside and not market.halted)
    assert after.reason in {EndReason.HALTED, EndReason.LIMIT_BOUND, EndReason.CAP_BOUND, EndReason.NO_LIQUIDITY}
