"""Reasons: what was decided is decided again from the same inputs, byte for byte, numbers of the router included."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from contract.test_live_algorithms import REAL_DAY, goog
from metaorder.core import engine
from metaorder.core.decide import Decision, decide
from metaorder.core.events import ChildPendingCancel, ChildSubmitted
from metaorder.domain.child import TimeInForce
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.build import build
from metaorder.runtime.session import LiveSession
from support.sessions import DAY, FixedCalendar, NoFiles, accept, order, simulated, spec

NOTE = "parcels show all they hold: placement keeps to display_quantity"
ROUTED = {"traditional": {}, "myopic": {"split_s": 60}, "twap": {}}


THICK, THIN = 1_000, 50
SEVERAL = [{"id": "V1", "share": 0.6}, {"id": "V2", "share": 0.4}, {"id": "POOL", "share": 0.2, "dark": True}]


def lab() -> LiveSession:
    return simulated().live


def several() -> LiveSession:
    """A market of two lit venues and a dark pool."""
    plain = spec()
    return build(replace(plain, options={**plain.options, "parameters": {"venues": SEVERAL}}), NoFiles(), FixedCalendar()).live


def repeated(
    monkeypatch: pytest.MonkeyPatch,
    algo: str,
    seconds: int,
    *,
    market: Callable[[], LiveSession] = lab,
    rate: int = 20,
    **more: Any,
) -> list[Decision]:
    """Every decision of an order, each taken a second time when the day is over.

    The first THICK and each THIN-th after them from their inputs as they were written down, so that nothing that came later, and
    nothing that two decisions share, has a part in them. rate: of the order [lots a second]. more: of its terms.
    """
    taken: list[tuple[Any, Decision]] = []

    def recorded(*inputs: Any) -> Decision:
        kept = pickle.dumps(inputs) if len(taken) < THICK or len(taken) % THIN == 0 else inputs
        decision = decide(*inputs)
        taken.append((kept, decision))
        return decision

    monkeypatch.setattr(engine, "decide", recorded)
    live = market()
    opens = live.day.open
    end = Nanos(opens + (600 + seconds) * SECOND)
    terms = {"algo": algo, "lots": Lots(rate * seconds), "params": ROUTED[algo], "start": opens, "end": end, **more}
    live.apply(accept(order("a", symbol=live.market.instrument.symbol, **terms)))
    live.run(until=Nanos(end + SECOND))
    again = [decide(*(pickle.loads(kept) if isinstance(kept, bytes) else kept)) for kept, _ in taken]
    assert msgspec.json.encode(again) == msgspec.json.encode([decision for _, decision in taken])
    return again


@pytest.mark.parametrize("algo", ROUTED)
def test_a_decision_is_repeated_byte_for_byte(algo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = b"".join(msgspec.json.encode(decision.events) for decision in repeated(monkeypatch, algo, 300))
    assert b'"placement"' in said
    assert (b'"ways"' in said) == (algo != "twap")


def test_the_router_is_given_the_markets_own_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROUTED, "traditional", {"outflow": "empirical", "order_freq_s": 60})
    said = b"".join(msgspec.json.encode(decision.events) for decision in repeated(monkeypatch, "traditional", 300))
    assert b'"outflows":"empirical, ' in said


@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("seconds", [120, pytest.param(22_000, marks=[pytest.mark.gauntlet, pytest.mark.long])])
@pytest.mark.parametrize("algo", ["traditional", "myopic"])
def test_over_several_venues_and_a_pool_it_is_repeated_too(algo: str, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What went to each lit venue and to the pool, with the router's numbers, and what was called back there."""
    dark = {"dark_fraction": Fraction(1, 4), "dark_least": Lots(10)}
    said = repeated(monkeypatch, algo, seconds, market=several, **dark)
    events = [event for decision in said for event in decision.events]
    sent = [event for event in events if isinstance(event, ChildSubmitted)]
    assert {event.venue for event in sent} == {"V1", "V2", "POOL"}
    split = [event.reason for event in sent if "ways" in event.reason]
    assert split
    assert all({queue["venue"] for queue in reason["queues"]} <= {"V1", "V2"} for reason in split)
    assert any(isinstance(event, ChildPendingCancel) for event in events)
    assert len(said) > seconds // 20


@pytest.mark.gauntlet
@pytest.mark.parametrize("algo", [pytest.param(each, marks=[pytest.mark.long] if each == "myopic" else []) for each in ROUTED])
def test_a_whole_day_is_repeated_byte_for_byte(algo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(repeated(monkeypatch, algo, 22_000)) > 1_000


@pytest.mark.gauntlet
@pytest.mark.long
@pytest.mark.parametrize("algo", ROUTED)
def test_a_whole_real_day_is_repeated_byte_for_byte(algo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = (REAL_DAY.close - REAL_DAY.open) // SECOND - 700
    assert len(repeated(monkeypatch, algo, seconds, market=goog, rate=1)) > 1_000


def test_a_split_order_that_may_show_little_never_shows_more() -> None:
    live = simulated().live
    end = Nanos(DAY.open + 900 * SECOND)
    terms = {"algo": "traditional", "lots": Lots(6_000), "display": Lots(100), "end": end}
    live.apply(accept(order("a", **terms)))
    rested, said = [0], set()
    while live.market.clock < end:
        live.run(until=Nanos(live.market.clock + SECOND))
        (execution,) = live.engine.executions.values()
        rested.append(sum(each.open for each in execution.open.values() if each.time_in_force is TimeInForce.GTD))
    for entry in live.take():
        if entry.type == "child.submitted":
            said.add(msgspec.json.decode(entry.payload)["reason"].get("split"))
    assert 0 < max(rested) <= 100
    assert NOTE in said
