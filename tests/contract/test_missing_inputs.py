"""Every algorithm without each of its inputs: it is worked to the end, and the reason names the fallback and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from metaorder.algos import ALGOS, build
from metaorder.domain.errors import Invalid
from metaorder.domain.fills import Fills
from metaorder.domain.market import VolumeCurve
from metaorder.domain.order import Side
from metaorder.domain.state import NO_FLOW, Basis, Basket, Flow, Leg, State
from metaorder.domain.units import Lots, Microticks, Nanos, Ticks
from support.core import CLOSE, OPEN, at, state_at, touch

WINDOW_S, LOTS = 3_600, 20_000
TIMES = (0, 400, 1_500, 2_700, 3_500)
BASIS = Basis(
    mid2=Ticks(20_001), spread=Microticks(1_500_000), sigma=Microticks(400_000), adv=Lots(2_000_000), ahead=Lots(300_000)
)
FLOW = Flow(
    imbalance=400,
    gross=900,
    mid2=Ticks(19_990),
    sigma=Microticks(1_400_000),
    volume=Lots(40_000),
    today=Lots(60_000),
    open=Nanos(OPEN - 900 * 10**9),
)
LIKE = [["1", "0.8"], ["0.8", "1"]]
CURVE = VolumeCurve((Nanos(OPEN - 900 * 10**9), at(1_800), CLOSE), (2, 9), "twenty days")


def full(seconds: int, lots: int = LOTS, basis: Basis = BASIS) -> State:
    """A state in which everything is known: somewhat behind, in a market that is wild, wide, busy and runs away."""
    done = Lots(lots * seconds // WINDOW_S * 9 // 10)
    found = state_at(seconds, lots=lots, window_s=WINDOW_S)
    market = replace(found.market, quote=touch(9_997, 10_004), curve=CURVE, volume_ahead=Lots(200_000), basis=basis, flow=FLOW)
    return replace(
        found,
        filled=done,
        fills=Fills([(Nanos(OPEN + max(0, seconds - 30) * 10**9), done)] if done else []),
        notional=done * 10_010,
        arrival2=Ticks(20_000),
        must_complete=True,
        plan=replace(found.plan, basis=basis),
        market=market,
        basket=Basket("B", (_leg("A", Side.BUY, lots, basis), _leg("B", Side.SELL, lots, basis)), 0),
    )


def _leg(symbol: str, side: Side, lots: int, basis: Basis) -> Leg:
    zero = Lots(0)
    price = None if basis.mid2 is None else 100.0
    return Leg(symbol, side, Lots(lots), zero, zero, Lots(lots), price, 0.0, basis, Fraction(1, 100))


def _basis(**changes: Any) -> Callable[[State], State]:
    """Without a part of what the market showed: now, when the plan was drawn, and to every leg."""

    def without(state: State) -> State:
        plan, market, basket = state.plan, state.market, state.basket
        assert basket is not None
        price = {"price": None} if "mid2" in changes else {}
        legs = tuple(replace(leg, basis=replace(leg.basis, **changes), **price) for leg in basket.legs)
        ahead = {"volume_ahead": None} if "ahead" in changes else {}
        return replace(
            state,
            plan=replace(plan, basis=replace(plan.basis, **changes)),
            market=replace(market, basis=replace(market.basis, **changes), **ahead),
            basket=replace(basket, legs=legs),
        )

    return without


def _flow(**changes: Any) -> Callable[[State], State]:
    return lambda state: replace(state, market=replace(state.market, flow=replace(state.market.flow, **changes)))


def _flat(state: State) -> State:
    """A curve on which nothing more is expected to trade."""
    spent = VolumeCurve((Nanos(OPEN - 900 * 10**9), OPEN, CLOSE), (1, 0), "spent")
    return replace(state, market=replace(state.market, curve=spent))


def _alone(state: State) -> State:
    """The other leg is over."""
    assert state.basket is not None
    mine, other = state.basket.legs
    return replace(state, basket=replace(state.basket, legs=(mine, replace(other, planned=Lots(0)))))


def _blind(state: State) -> State:
    found = _basis(**dict.fromkeys(("mid2", "spread", "sigma", "adv", "ahead")))(state)
    return replace(found, market=replace(found.market, flow=NO_FLOW))


MISSING: Mapping[str, tuple[Callable[[State], State], tuple[str, ...]]] = {
    "mean spread": (_basis(spread=None), ("spread", "impact")),
    "volatility": (_basis(sigma=None), ("volatility", "impact")),
    "usual volume": (_basis(adv=None), ("usual volume", "impact")),
    "expected volume": (_basis(ahead=None), ("no volume is expected", "no volume is known")),
    "mid of the plan": (_basis(mid2=None), ("impact", "mid", "volatility", "no price")),
    "imbalance": (_flow(imbalance=None, gross=None), ("imbalance",)),
    "mid of a minute ago": (_flow(mid2=None), ("mid of a minute ago",)),
    "recent volatility": (_flow(sigma=None), ("volatility",)),
    "recent volume": (_flow(volume=None), ("volume",)),
    "today's volume": (_flow(today=None), ("volume",)),
    "curve": (_flat, ("left on the curve", "no interval is capped", "no recent volume", "give volume")),
    "other leg": (_alone, ("planned alone",)),
    "arrival": (lambda state: replace(state, arrival2=None), ("result", "arrival mid")),
    "everything": (_blind, ("no ", "not ", "without")),
}
"""What is taken away, how, and words of which one stands in the fallback where the algorithm would have used it."""

ASKED: Mapping[str, tuple[dict[str, Any], ...]] = {
    "twap": ({}, {"randomise": "0.5"}),
    "vwap": ({}, {"dynamic": True}, {"curve": [1, 2, 3]}, {"curve": [1] * 10 + [40] + [1] * 49}),
    "pov": ({}, {"min": "0.01", "max": "0.3"}),
    "is": ({}, {"risk_aversion": "0.00001"}, {"alpha_bps": "30"}, {"risk_aversion": "0.00001", "alpha_bps": "30"}),
    "close": ({}, {"rate": "0.08"}),
    "adaptive": ({"result": "0.5"}, {"base": "is", "result": "0.5"}, {"base": "twap", "spread": "0.4"}),
    "stochastic_control": ({}, {"phi": "0.0001"}, {"terminal_penalty": "0.01"}, {"target": "0.05", "phi": "0.0001"}),
    "robust": ({}, {"risk_aversion": "0.00001"}),
    "myopic": (
        {},
        {"adaptive_beta": True},
        {"risk_limit_bps": "4"},
        {"weight_risk": "0.5", "weight_completion": "0.5", "alpha_model": "momentum"},
        {"alpha_model": "momentum"},
        {"alpha_model": "imbalance", "alpha": "20"},
        {"alpha_model": "curve", "alpha_curve": ["30", "10", "0"]},
        {
            "regime_above": ["2"],
            "regime_strength": ["3"],
            "regime_decay": ["3"],
            "adaptive_beta": True,
            "alpha_model": "momentum",
        },
    ),
    "basket": ({"correlation": LIKE}, {"correlation": LIKE, "risk_aversion": "0.00001"}),
    "traditional": ({}, {"size": 500}),
}
"""Parameters with which each algorithm uses each of its inputs somewhere."""

CASES = [(algo, params) for algo in ALGOS for params in ASKED[algo]]


@pytest.mark.parametrize(("algo", "params"), CASES, ids=[f"{algo}-{number}" for number, (algo, _) in enumerate(CASES)])
def test_without_an_input_it_is_worked_on_and_says_so(algo: str, params: dict[str, Any]) -> None:
    """Whatever is taken away: all lots are planned by the end, and what changes for it is named."""
    made = build(algo, params)
    for name, (without, words) in MISSING.items():
        for seconds in TIMES:
            known = full(seconds)
            lost = without(known)
            before, after = made.on_event(known), made.on_event(lost)
            assert 0 <= after.target <= known.lots, (name, seconds)
            said = str(after.reason.get("fallback", ""))
            if (after.target, after.due, after.split) != (before.target, before.due, before.split):
                assert any(word in said for word in words), f"without {name} at {seconds} s it changes and says {said!r}"
        end = without(full(WINDOW_S))
        done = made.planned(end, at(WINDOW_S))
        assert done == (None if algo == "pov" else end.lots), name


@pytest.mark.parametrize(("algo", "params"), CASES, ids=[f"{algo}-{number}" for number, (algo, _) in enumerate(CASES)])
def test_where_everything_is_known_there_is_no_fallback(algo: str, params: dict[str, Any]) -> None:
    for seconds in TIMES[1:]:  # at its start an order has no result yet, and says so
        reason = build(algo, params).on_event(full(seconds)).reason
        assert "fallback" not in reason, reason["fallback"]
        assert "chain" not in reason


@pytest.mark.parametrize(
    ("algo", "params", "field"),
    [
        ("myopic", {"alpha_model": "curve"}, "alpha_curve"),
        ("myopic", {"regime_above": ["2"]}, "regime_strength"),
        ("basket", {"correlation_source": "nobody"}, "correlation_source"),
    ],
)
def test_a_parameter_that_another_needs_is_refused_by_name(algo: str, params: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        build(algo, params)
    assert refused.value.field == f"params.{field}"


def test_a_basket_without_a_correlation_says_so() -> None:
    reason = build("basket", {}).on_event(full(0)).reason
    said = "no correlation is stated: the legs are planned as independent"
    assert (reason["correlation"], reason["fallback"]) == ("independent", said)


@pytest.mark.parametrize("algo", ALGOS)
def test_the_cases_ask_for_an_input_of_every_algorithm_but_twap(algo: str) -> None:
    said = {
        str(build(algo, params).on_event(without(full(400))).reason.get("fallback"))
        for params in ASKED[algo]
        for without, _ in MISSING.values()
    }
    assert (said == {"None"}) == (algo == "twap")
