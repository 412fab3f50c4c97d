"""An order does not chase itself: what algorithms read of a market is what they would read of it without the order.

A simulated market is run with an order of a fifth of its volume and, from the same seed, without it. The statistics that
algorithms decide on leave our orders and prints out, so the two differ by how others answer the order, and by nothing else. A
forecast from the mid reads the unperturbed one: the mid less own impact. Tolerances are two to three times what four seeds
showed; an algorithm that read its own prints or its own impact would miss them.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from metaorder.algos import build
from metaorder.algos.myopic import Myopic
from metaorder.core.decide import state_of
from metaorder.core.execution import Execution
from metaorder.domain.order import Side
from metaorder.domain.state import Basis, Flow, State
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.hosted import Hosted
from support.sessions import DAY, accept, order, simulated

START_S, END_S, STEP_S = 600, 1_500, 30
MOMENTUM = {"alpha_model": "momentum", "alpha_half_life_s": "60", "concavity": "0.5", "half_life_s": "600"}
"""Own impact as the market's own law has it: the square root of what was traded, forgotten slowly."""

ALGOS: dict[str, dict[str, Any]] = {"is": {}, "adaptive": {}, "myopic": MOMENTUM}

Seen = tuple[Basis, Flow, int, State | None]
"""The statistics at an instant, bid + ask, and the order's own state."""


def look(hosted: Hosted, execution: Execution | None) -> Seen:
    market, live = hosted.live.market, hosted.live
    state = None if execution is None else state_of(execution, live.view.observe(execution))
    mid2 = market.quote().mid2
    assert mid2 is not None
    return market.basis(None), market.flow(), mid2, state


@cache
def seen(seed: int, algo: str | None, side: Side = Side.BUY) -> tuple[Seen, ...]:
    """What is read of a market each half minute, with an order in it or without."""
    hosted = simulated(seed=seed)
    live = hosted.live
    window = {"start": Nanos(DAY.open + START_S * SECOND), "end": Nanos(DAY.open + END_S * SECOND)}
    placed = order(
        "a", algo=algo or "twap", params=ALGOS.get(algo or "", {}), side=side, lots=Lots(60_000), cap=Fraction(1, 4), **window
    )
    live.run(until=window["start"])
    if algo is not None:
        live.apply(accept(placed))
    found = []
    for second in range(START_S + 90, END_S - 60, STEP_S):
        live.run(until=Nanos(DAY.open + second * SECOND))
        found.append(look(hosted, live.engine.executions[placed.id] if algo else None))
    return tuple(found)


def check_statistics(with_order: tuple[Seen, ...], without: tuple[Seen, ...]) -> None:
    """Volume within 12 % at each look, volatility within 10 %, spread within 5 %, imbalance within 0.35 of the gross flow."""
    apart = []
    for (basis, flow, _, _), (plain, twin, _, _) in zip(with_order, without, strict=True):
        for mine, other, most in (
            (flow.volume, twin.volume, 0.12),
            (flow.today, twin.today, 0.06),
            (flow.sigma, twin.sigma, 0.10),
            (basis.sigma, plain.sigma, 0.10),
            (basis.spread, plain.spread, 0.05),
        ):
            assert mine is not None
            assert other
            assert abs(mine / other - 1) <= most
        assert flow.imbalance is not None
        assert twin.imbalance is not None
        apart.append(flow.imbalance / (flow.gross or 1) - twin.imbalance / (twin.gross or 1))
    assert np.abs(apart).max() <= 0.35
    assert abs(np.mean(apart)) <= 0.2


@pytest.mark.parametrize("algo", ALGOS)
def test_the_statistics_are_those_of_the_market_without_the_order(algo: str) -> None:
    with_order, without = seen(7, algo), seen(7, None)
    own = [state.filled for *_, state in with_order if state is not None]
    assert own[-1] > 40_000, "the order is a fifth of the market"
    check_statistics(with_order, without)


def test_an_algorithm_that_counted_its_own_prints_would_be_caught() -> None:
    """The planted bug: the last five minutes' volume with our own fills in it."""
    wrong = []
    for basis, flow, mid2, state in seen(7, "is"):
        assert state is not None
        assert flow.volume is not None
        mine = sum(lots for ts, lots in state.fills if ts > state.market.now - 300 * SECOND)
        wrong.append((basis, replace(flow, volume=Lots(flow.volume + mine)), mid2, state))
    with pytest.raises(AssertionError):
        check_statistics(tuple(wrong), seen(7, None))


def forecast_errors() -> list[float]:
    """The forecast of the momentum model less what it would be in the twin [ticks, in the order's direction]."""
    algo, errors = build("myopic", MOMENTUM), []
    assert isinstance(algo, Myopic)
    for seed, side in ((7, Side.BUY), (8, Side.SELL)):
        for (_, _, _, state), (_, twin, mid2, _) in zip(seen(seed, "myopic", side), seen(seed, None), strict=True):
            assert state is not None
            assert twin.mid2 is not None
            errors.append(float(str(algo.on_event(state).reason["alpha"])) - side.sign * (mid2 - twin.mid2) / 2)
    return errors


MOST_TICKS = 1.2


def test_a_forecast_from_the_mid_is_that_of_the_market_without_the_order() -> None:
    """On average within 1.2 ticks a minute, where the order itself moves the mid by four."""
    errors = forecast_errors()
    assert abs(np.mean(errors)) <= MOST_TICKS
    assert np.std(errors) <= 5


def test_a_forecast_from_the_perturbed_mid_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: own impact is left in the mid, so that the order runs after its own price."""
    monkeypatch.setattr(Myopic, "_impact", lambda *_: 0.0)
    assert np.mean(forecast_errors()) > 1.5 * MOST_TICKS


@pytest.mark.parametrize("algo", ["is", "adaptive"])
def test_the_plan_rests_on_the_market_before_the_order(algo: str) -> None:
    """A stated forecast and the risk of `is` are reckoned from what the market showed before the first child, exactly."""
    hosted = simulated(seed=7)
    hosted.live.run(until=Nanos(DAY.open + START_S * SECOND))
    before = hosted.live.market.basis(None)
    _, _, _, state = seen(7, algo)[-1]
    assert state is not None
    found = state.plan.basis
    assert (found.mid2, found.spread, found.sigma) == (before.mid2, before.spread, before.sigma)
