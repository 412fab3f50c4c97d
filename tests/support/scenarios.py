"""What Hypothesis draws for a fake market: quotes, prints, halts, the fates of children, and orders for every algorithm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from metaorder.algos import ALGOS
from metaorder.algos.params import parameters
from metaorder.core.commands import Amend, Pause, Resume
from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import ChildSizes, ParentOrder, ParticipationMode, Placement, Side
from metaorder.domain.state import Basis, Flow
from metaorder.domain.units import Lots, Microticks, Nanos, Ticks
from support.core import OPEN, at, parent_order, touch
from support.fake_market import MILLISECOND, Facts, FakeMarket, Fate, Halted, Printed, Quoted, Tick

SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the market: a touch, what others trade at its start, and whether trading is halted in it."""

    length_ms: int
    bid: int | None
    spread: int
    shown: int
    volume: int
    at_ask: bool
    halted: bool


_STRETCHES = st.builds(
    Stretch,
    length_ms=st.integers(500, 15_000),
    bid=st.integers(9_985, 10_015) | st.just(10_000) | st.none(),
    spread=st.integers(1, 4),
    shown=st.integers(1, 400),
    volume=st.integers(0, 800),
    at_ask=st.booleans(),
    halted=st.sampled_from([False] * 15 + [True]),
)


def tape(stretches: Sequence[Stretch], until_s: int) -> list[Tick]:
    """The stretches one after the other, again and again, until a time after the open."""
    ticks: list[Tick] = []
    now, n, halted = int(OPEN), 0, False
    while now < at(until_s):
        each = stretches[n % len(stretches)]
        ts = Nanos(now)
        if each.halted is not halted:
            ticks.append(Halted(ts, each.halted))
            halted = each.halted
        if each.bid is None:
            ticks.append(Quoted(ts, NO_QUOTE))
        else:
            ticks.append(Quoted(ts, touch(each.bid, each.bid + each.spread, each.shown, each.shown)))
            if each.volume:
                price = each.bid + each.spread if each.at_ask else each.bid
                ticks.append(Printed(ts, Ticks(price), Lots(each.volume)))
        now += each.length_ms * MILLISECOND
        n += 1
    return ticks


STRETCHES = st.lists(_STRETCHES, min_size=2, max_size=10)

_DELAYS = st.sampled_from([1, 5, 400, 3_000, 20_000]).map(lambda ms: ms * MILLISECOND)
_PARTS = st.sampled_from([1, 30, 50, 100])
FATE = st.builds(
    Fate,
    silent=st.sampled_from([False] * 12 + [True]),
    refuses=st.sampled_from([False] * 7 + [True]),
    answer=_DELAYS,
    fills=st.lists(st.tuples(_DELAYS, _PARTS), max_size=3).map(tuple),
    cancel=_DELAYS | st.none(),
    overtakes=st.sampled_from([0, 0, 30, 100]),
)
FATES = st.lists(FATE, min_size=1, max_size=8)


def in_turn(fates: Sequence[Fate]) -> Callable[[int], Fate]:
    """The fates one after the other, again and again."""
    return lambda n: fates[n % len(fates)]


@dataclass(frozen=True, slots=True)
class Click:
    """Something that a client does, at a part of the order's window [percent]."""

    when: int
    what: str
    amount: int


CLICKS = st.lists(
    st.builds(
        Click,
        st.integers(0, 110),
        st.sampled_from(["pause", "call back", "resume", "quantity", "limit", "end"]),
        st.integers(1, 300),
    ),
    max_size=5,
).map(lambda clicks: sorted(clicks, key=lambda click: click.when))


def click(market: FakeMarket, order: ParentOrder, each: Click) -> None:
    """Let the market run until a click, and do it; a refusal is as good as an answer."""
    market.run(Nanos(order.start + (order.end - order.start) * each.when // 100))
    now = market.engine.executions[order.id]
    if each.what in {"pause", "call back"}:
        market.apply(Pause(parent=order.id, cancel_open=each.what == "call back"))
    elif each.what == "resume":
        market.apply(Resume(parent=order.id))
    else:
        terms: dict[str, Any] = {
            "quantity": {"lots": Lots(max(1, now.order.lots * each.amount // 100))},
            "limit": {"limit": None if each.amount < 30 else Ticks(9_990 + each.amount % 20), "limit_given": True},
            "end": {"end": Nanos(order.start + (order.end - order.start) * each.amount // 100)},
        }[each.what]
        market.apply(Amend(parent=order.id, expected_version=now.version, body_hash="", **terms))


_CURVES = st.none() | st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any)
PARAMS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "twap": st.fixed_dictionaries(
        {},
        optional={
            "slices": st.integers(1, 40),
            "interval_s": st.integers(1, 200),
            "randomise": st.sampled_from(["0", "0.3", "1"]),
        },
    ),
    "vwap": st.fixed_dictionaries(
        {},
        optional={
            "curve": _CURVES,
            "interval_s": st.integers(1, 200),
            "dynamic": st.booleans(),
            "max_bucket_share": st.sampled_from(["0.1", "0.5"]),
        },
    ),
    "is": st.builds(
        lambda params, way: params | way,
        st.fixed_dictionaries(
            {},
            optional={
                "alpha_bps": st.sampled_from(["-30", "5", "200"]),
                "alpha_half_life_s": st.sampled_from(["30", "1000"]),
                "interval_s": st.integers(1, 200),
            },
        ),
        st.sampled_from([{}, {"urgency": "0.3"}, {"urgency": "1"}, {"half_life_s": "50"}, {"risk_aversion": "0.01"}]),
    ),
    "close": st.fixed_dictionaries({}, optional={"rate": st.sampled_from(["0.05", "0.4"]), "last_s": st.integers(1, 900)}),
    "adaptive": st.fixed_dictionaries(
        {}, optional={"base": st.sampled_from(["twap", "vwap", "is"]), "ahead": st.just("0.3"), "result": st.just("1")}
    ),
    "stochastic_control": st.fixed_dictionaries(
        {},
        optional={
            "phi": st.sampled_from(["0", "0.001"]),
            "terminal_penalty": st.sampled_from(["0.001", "5"]),
            "target": st.sampled_from(["0.05", "0.3"]),
            "interval_s": st.integers(1, 200),
        },
    ),
    "robust": st.fixed_dictionaries({}, optional={"sigma_high": st.sampled_from(["1", "4"]), "urgency": st.just("0.8")}),
    "myopic": st.fixed_dictionaries(
        {},
        optional={
            "half_life_s": st.sampled_from(["20", "600"]),
            "concavity": st.sampled_from(["0.5", "1"]),
            "alpha_model": st.sampled_from(["none", "momentum", "imbalance"]),
            "adaptive_beta": st.booleans(),
            "split_s": st.sampled_from([None, 60]),
        },
    ),
    "traditional": st.fixed_dictionaries(
        {},
        optional={
            "order_freq_s": st.sampled_from([20, 120]),
            "size": st.sampled_from([1, 50, 10_000]),
            "horizon_s": st.sampled_from([5, 300]),
            "lambda_u": st.sampled_from(["0", "0.05", "1"]),
            "scenarios": st.just(20),
            "outflow": st.sampled_from(["exponential", "poisson"]),
        },
    ),
    "basket": st.fixed_dictionaries(
        {},
        optional={
            "urgency": st.sampled_from(["0", "0.7", "1"]),
            "correlation": st.sampled_from([[["1"]], [["1", "-0.5"], ["-0.5", "1"]]]),
            "cross_impact": st.just("0.4"),
            "cash_band": st.sampled_from(["0", "500"]),
            "interval_s": st.integers(1, 200),
        },
    ),
    "pov": st.fixed_dictionaries({}, optional={"target": st.sampled_from(["0.01", "0.1", "0.3"]), "max": st.just("0.4")}),
}


PRICED: dict[str, Any] = {"alpha_bps": "0", "doubt_bps": "0", "alpha_model": "none"}
"""Parameters that are shares of the price: they mean something else at another price. The values ask for nothing of the kind."""


def unpriced(order: ParentOrder) -> ParentOrder:
    """The order without what is a share of the price."""
    known = parameters(ALGOS[order.algo])
    none = {each.name: PRICED[each.name] for each in known if each.name in PRICED}
    return replace(order, params={**order.params, **none})


SHOWN = Basis(spread=Microticks(1_500_000), sigma=Microticks(400_000), adv=Lots(2_000_000), ahead=Lots(60_000))


def shown(sign: int = 1) -> Facts:
    """The statistics of a market that moves: pure functions of the clock and the touch. sign: -1 = of the mirrored market."""

    def facts(now: Nanos, quote: Quote) -> tuple[Basis, Flow]:
        second = (now - OPEN) // 10**9
        wave = second * 7 % 41 - 20
        mid2 = quote.mid2
        flow = Flow(
            imbalance=sign * 30 * wave,
            gross=900,
            mid2=None if mid2 is None else Ticks(mid2 - sign * (wave // 5)),
            sigma=Microticks(300_000 + 20_000 * (second % 13)),
            volume=Lots(4_000 + 500 * (second % 7)),
            today=Lots(20_000 + 15 * second),
            open=OPEN,
        )
        return replace(SHOWN, mid2=mid2), flow

    return facts


@st.composite
def orders(draw: st.DrawFn, algo: str, *, longest_s: int = 600, **fixed: Any) -> ParentOrder:
    """An order for an algorithm, whose window begins within a minute of the open."""
    start = draw(st.integers(0, 60))
    length = draw(st.integers(10, longest_s))
    lots = draw(st.integers(1, 4_000))
    smallest = draw(st.integers(1, max(1, min(60, lots))))
    terms: dict[str, Any] = {
        "side": draw(st.sampled_from(Side)),
        "lots": Lots(lots),
        "start": at(start),
        "end": at(start + length),
        "cap": Fraction(draw(st.sampled_from([5, 10, 20, 45, 80])), 100),
        "min_child": Lots(smallest),
        "max_child": draw(st.none() | st.integers(smallest, 4 * smallest)),
        "limit": draw(st.none() | st.integers(9_990, 10_012)),
        "must_complete": draw(st.booleans()),
        "participation_mode": draw(st.sampled_from(ParticipationMode)),
        "urgency": Fraction(draw(st.sampled_from([0, 1, 2])), 2),
        "behind": Fraction(draw(st.sampled_from([0, 2, 10])), 100),
        "ahead": Fraction(draw(st.sampled_from([0, 2, 10])), 100),
        "params": draw(PARAMS[algo]),
        "discretion": draw(st.sampled_from([0, 0, 1, 3])),
        "display": draw(st.none() | st.integers(2 * smallest, 4 * smallest)),
        "placement": draw(st.sampled_from([Placement.AUTO, *Placement])),
        "sizes": draw(st.sampled_from(ChildSizes)),
        "blackouts": draw(st.sampled_from([(), ((at(start + length // 3), at(start + length // 3 + 3)),)])),
    }
    terms["min_participation"] = draw(st.sampled_from([None, terms["cap"] / 4]))
    if draw(st.booleans()):
        terms["i_would"] = Ticks(9_997 if terms["side"] is Side.BUY else 10_003)
        terms["i_would_share"] = Fraction(draw(st.sampled_from([1, 2])), 2)
        if terms["limit"] is not None and not terms["side"].within(terms["i_would"], terms["limit"]):
            terms["i_would"] = Ticks(terms["limit"])
    return parent_order(algo=algo, **{**terms, **fixed})
