"""What was previewed is what is worked, where the market behaves as forecast: every algorithm, drift and impact known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from metaorder.algos import ALGOS
from metaorder.core.execution import Execution
from metaorder.core.preview import Points, preview
from metaorder.domain.market import Quote
from metaorder.domain.order import Side
from metaorder.domain.state import Basis, Flow
from metaorder.domain.units import SECOND, Lots, Nanos
from support.core import OPEN, PARENT, accepted, at, parent_order, touch
from support.fake_market import FakeMarket, Printed, Quoted

RATE = 20
"""Others' lots a second, as forecast and as it comes."""

WINDOW_S = 1_200
LOTS = 1_500
STEPS_S = {"traditional": 122}
"""A schedule in steps is worked a step ahead of the line, and a second late; most steps are a minute."""


def expected(start: Nanos, end: Nanos) -> Lots:
    return Lots(RATE * max(0, end - start) // SECOND)


def facts(now: Nanos, quote: Quote) -> tuple[Basis, Flow]:
    """A calm market, as it was when the plan was drawn."""
    basis = Basis(mid2=quote.mid2 if quote.two_sided else None, spread=1_000_000, sigma=200_000, adv=Lots(RATE * 23_400))  # type: ignore[arg-type]
    ahead = replace(basis, ahead=expected(now, at(WINDOW_S)))
    return ahead, Flow(imbalance=0, gross=100, mid2=basis.mid2, sigma=basis.sigma, volume=Lots(RATE * 300))


def worked(algo: str, params: dict[str, Any], cap: Fraction = Fraction(1, 2)) -> tuple[Points, FakeMarket]:
    """The preview of an order, and the market in which it was worked: volume as forecast, a fill for each child."""
    order = {"algo": algo, "params": params, "lots": Lots(LOTS), "end": at(WINDOW_S), "cap": cap, "side": Side.SELL}
    tape = [Quoted(OPEN, touch()), *(Printed(at(second), touch().bid, Lots(RATE)) for second in range(1, WINDOW_S))]  # type: ignore[arg-type]
    market = FakeMarket(tape, ahead=expected, facts=facts)
    market.run(OPEN)
    execution = accepted(**order)
    seen = replace(market.observe(execution), others_since_plan=Lots(0), basis=facts(OPEN, touch())[0])
    shown = preview(execution, seen, expected)
    market.accept(parent_order(**order))
    market.run(at(WINDOW_S + 1))
    return shown, market


def done_by(market: FakeMarket, time: Nanos) -> Lots:
    """Lots filled at a time."""
    known: list[Execution] = [step.after for step in market.steps if step.happened.ts <= time and step.after.order.id == PARENT]
    return known[-1].filled if known else Lots(0)


@pytest.mark.parametrize("algo", ALGOS)
@pytest.mark.parametrize("params", [{}, {"alpha_bps": "20"}, {"urgency": "0.8"}], ids=["plain", "drift", "urgent"])
def test_the_previewed_schedule_is_worked_where_the_market_behaves_as_forecast(algo: str, params: dict[str, Any]) -> None:
    fields = getattr(ALGOS[algo], "__dataclass_fields__", {})
    if not params.keys() <= fields.keys():
        params = {}
    assert_worked(algo, *worked(algo, params))


BINDING = {"tight": Fraction(1, 16), "too_tight": Fraction(1, 21)}
"""Caps that leave room for 1,600 lots and for 1,200 in the whole window: for each stretch of it, or for all, too little."""


BEHIND = ("traditional", "too_tight")
"""Sends once a step: of the room that comes within a step some is lost, and where all of it is needed it ends behind."""


@pytest.mark.parametrize(("algo", "cap"), [(a, cap) for a in ALGOS for name, cap in BINDING.items() if (a, name) != BEHIND])
def test_so_it_is_where_the_cap_binds(algo: str, cap: Fraction) -> None:
    params = {"target": f"{float(cap) / 2:.6f}"} if algo == "pov" else {}
    shown, market = worked(algo, params, cap)
    assert_worked(algo, shown, market)
    for time, lots in shown:
        assert lots <= max(1, cap / (1 - cap) * expected(OPEN, time)), "the cap holds in the preview too"


def assert_worked(algo: str, shown: Points, market: FakeMarket) -> None:
    """The points are those that were filled, within the band and a step of the schedule."""
    assert len(shown) > 20, "a forecast of the volume is enough for a preview"
    room, step = LOTS * Fraction(2, 100), Fraction(STEPS_S.get(algo, 62), WINDOW_S)
    for time, lots in shown:
        steepest = max(b - a for (_, a), (_, b) in pairwise(shown)) * step * 40
        assert abs(done_by(market, time) - lots) <= room + steepest, (algo, (time - OPEN) // SECOND, done_by(market, time), lots)
    assert shown[-1][1] == pytest.approx(done_by(market, at(WINDOW_S)), abs=float(room))
