"""Fits a scenario to a recorded day: what can be counted is counted, the rest is moved until simulated days agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.domain.units import Ticks
from metaorder.sim.messages import Floats, Kind, Messages, simulated_messages
from metaorder.sim.scenario import Scenario
from metaorder.sim.statistics import by_part, log_returns, market_orders, mids, statistics, volatility

ROUNDS = 12
SEEDS = (101, 102, 103, 104, 105, 106)
FIRST_HIDDEN = 0.15
"""Share of noise orders that are not shown, where a day has hidden executions, before it is moved."""

MOST_BRANCHING = 0.975
"""Nearer to one, hardly an event comes by itself, and none is left to follow the curves of the day."""

MOST_STEP = 1.5
"""A parameter moves by at most this factor a round."""


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter that moves with a statistic: by the power of recorded / simulated."""

    statistic: str
    turn: Callable[[Scenario, float], Mapping[str, Any]]
    power: float = 0.7


def fit(day: Messages, base: Scenario, *, rounds: int = ROUNDS) -> Scenario:
    """A scenario whose days are like a recorded one, as far as its knobs reach.

    Counted: sizes, curves of the day, opening price, volume. Moved until they agree: event rates, spread, depth, placement,
    persistence of signs, volatility, response, how bunched all events are, and market orders. Left as in `base`: the speeds
    of the self-excitation, the lengths of split orders, and the concave response to own accounts, which no recording
    without labels can show.
    """
    wanted, takers = statistics(day), takers_curve(day, len(base.activity))
    scenario = counted(day, base)
    for _ in range(rounds):
        days = [statistics(simulated_messages(scenario, seed, int(day.session_s), day.levels)) for seed in SEEDS]
        have = {name: float(np.mean([each[name] for each in days])) for name in wanted}
        scenario = _with_takers(_turned(scenario, wanted, have, takers), takers)
    return scenario


def counted(day: Messages, base: Scenario) -> Scenario:
    """What the messages say by themselves."""
    taken = market_orders(day)
    added = day.kind == Kind.ADDED
    parts = len(base.activity)
    ten = log_returns(day, 10)
    other = day.t[day.kind != Kind.EXECUTED]
    activity = _positive(by_part(other, np.ones(len(other)), day.session_s, parts))
    variance = _positive(by_part(np.arange(len(ten)) * 10 + 5.0, ten**2, day.session_s, parts))
    taker_size, taker_sd = _sizes(taken.lots)
    order_size, order_sd = _sizes(day.lots[added])
    bps = volatility(day, 300)
    per_s = 1 / day.session_s
    rates = (
        len(taken.t) * per_s,
        0.45 * float(added.sum()) * per_s,
        0.55 * float((day.kind == Kind.WITHDRAWN).sum()) * per_s,
        0.5 * float(added.sum()) * per_s,
    )
    spread = statistics(day)["spread [ticks]"]
    scale = spread / (2 * base.half_spread)
    scenario = replace(
        base,
        start=Ticks(round(float(mids(day)[0]))),
        variance=tuple(variance),
        activity=tuple(activity),
        taker_activity=tuple(activity),
        rates=rates,
        market_size=taker_size,
        market_size_sd=taker_sd,
        limit_size=order_size,
        limit_size_sd=order_sd,
        maker_size=order_size,
        maker_size_sd=order_sd,
        typical_share=float(np.mean(day.lots[added] == np.median(day.lots[added]))),
        value_bps=bps,
        impact_bps=bps,
        adv=float(taken.lots.sum()) * 23_400 / day.session_s,
        half_spread=spread / 2,
        hidden=FIRST_HIDDEN if bool((day.kind == Kind.HIDDEN).any()) else 0.0,
        **{name: getattr(base, name) * scale for name in ("gap", "opinion", "snipe", "skew")},
    )
    return _with_takers(scenario, takers_curve(day, parts))


def takers_curve(day: Messages, parts: int) -> Floats:
    """Where the day's volume falls."""
    taken = market_orders(day)
    return np.array(_positive(by_part(taken.t, taken.lots, day.session_s, parts)))


def _turned(scenario: Scenario, wanted: Mapping[str, float], have: Mapping[str, float], takers: Floats) -> Scenario:
    for knob in KNOBS:
        target, now = wanted[knob.statistic], have[knob.statistic]
        if not (np.isfinite(target) and np.isfinite(now) and target > 0 and now > 0):
            continue
        step = float(np.clip((target / now) ** knob.power, 1 / MOST_STEP, MOST_STEP))
        scenario = _allowed(scenario, knob.turn(scenario, step), takers)
    return scenario


def _allowed(scenario: Scenario, terms: Mapping[str, Any], takers: Floats) -> Scenario:
    """With the terms; where takers' own curve stands against them, with as much of it as they leave; else as it is."""
    try:
        return replace(scenario, **terms)
    except Invalid:
        pass
    try:
        return _with_takers(replace(scenario, **terms, taker_activity=scenario.activity), takers)
    except Invalid:  # at the end of what its rule allows: it stays where it is
        return scenario


def _rates(indices: tuple[int, ...]) -> Callable[[Scenario, float], Mapping[str, Any]]:
    return lambda now, step: {"rates": tuple(rate * (step if i in indices else 1) for i, rate in enumerate(now.rates))}


def _scaled(*names: str) -> Callable[[Scenario, float], Mapping[str, Any]]:
    return lambda now, step: {name: getattr(now, name) * step for name in names}


def _chance(name: str) -> Callable[[Scenario, float], Mapping[str, Any]]:
    return lambda now, step: {name: min(getattr(now, name) * step, 0.98)}


def _hidden(now: Scenario, step: float) -> Mapping[str, Any]:
    return {"hidden": min(now.hidden * step, 0.6)}


def _slots(now: Scenario, step: float) -> Mapping[str, Any]:
    return {"slots": max(round(now.slots * step), now.near_slots + 8)}


def _part_of_background(first: int, end: int) -> Callable[[Scenario, float], Mapping[str, Any]]:
    return lambda now, step: {
        "background": tuple(weight * (step if first <= i < end else 1) for i, weight in enumerate(now.background))
    }


def _behind(now: Scenario, step: float) -> Mapping[str, Any]:
    return {"behind": min(now.behind * step, 2 * now.half_spread + 10)}


def _excitation(now: Scenario, step: float) -> Mapping[str, Any]:
    return {"taker_excitation": min(now.taker_excitation * step, 1.0)}


def _branching(now: Scenario, step: float) -> Mapping[str, Any]:
    """What is missing to a branching ratio of one is divided: a process is clustered by its inverse."""
    ratio = sum(now.branching)
    wanted = min(1 - (1 - ratio) / step, MOST_BRANCHING)
    return {"branching": tuple(each * wanted / ratio for each in now.branching)}


def _walks(now: Scenario, step: float) -> Mapping[str, Any]:
    return {"within_best": 1 - min((1 - now.within_best) * step, 0.98)}


KNOBS = (
    Knob("Fano 10 s", _branching, 0.3),
    Knob("market order Fano 1 s", _excitation, 0.3),
    Knob("market orders", _rates((0,))),
    Knob("messages", _rates((1, 2, 3))),
    Knob("mean market order", _scaled("market_size_sd"), 1.0),
    Knob("takes more %", _walks, 0.5),
    Knob("spread [ticks]", _scaled("half_spread", "gap", "opinion", "snipe")),
    Knob("depth at best", _scaled("maker_size_sd", "limit_size_sd"), 0.5),
    Knob("depth within 20 ticks", _slots, 0.5),
    Knob("median distance behind [ticks]", _behind, 0.5),
    Knob("placed inside %", _chance("improve"), 0.5),
    Knob("placed at best %", _chance("at_best"), 0.5),
    Knob("median life of a withdrawn order [s]", _scaled("tolerance"), 0.3),
    Knob("takes the whole best level %", _chance("sweep")),
    Knob("sign acf, lag 1", _chance("persistence"), 1.0),
    Knob("hidden executions %", _hidden, 0.5),
    Knob("volatility from 300 s [bps]", _scaled("value_bps"), 0.5),
    Knob("kurtosis 10 s", _scaled("jump_size"), 0.3),
    Knob("response after 0.1 s [bps]", _part_of_background(0, 1), 0.5),
    Knob("response after 60 s [bps]", _part_of_background(1, 4), 0.4),
    Knob("response after 300 s [bps]", _part_of_background(4, 5), 0.3),
)
"""A line is all that another one needs."""


def _with_takers(scenario: Scenario, takers: Floats) -> Scenario:
    """The takers' own curve, or as much of the way to it as the self-excitation can deliver."""
    activity = np.array(scenario.activity)
    for share in np.linspace(1, 0, 21):
        curve = share * takers / takers.sum() + (1 - share) * activity / activity.sum()
        try:
            return replace(scenario, taker_activity=tuple(float(each) for each in curve))
        except Invalid:
            continue
    return scenario


def _positive(shares: Floats) -> list[float]:
    return [float(each) for each in np.maximum(shares, 1e-3)]


def _sizes(lots: Floats) -> tuple[float, float]:
    """Typical size, and the spread of the logarithm of those that are not exactly that."""
    typical = max(float(np.median(lots)), 1.0)
    rest = lots[(lots != typical) & (lots > 0)]
    low, high = np.quantile(rest, (0.25, 0.75)) if len(rest) else (typical, typical)
    return typical, float(np.clip(np.log(max(high, 1) / max(low, 1)) / 1.349, 0.05, 2))
