"""Orders worked through slow and unsteady connections: the core counts right, and a run can be repeated and cut anywhere."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.core.commands import Cancel, Delete
from metaorder.core.events import ChildSubmitted, Fill
from metaorder.core.execution import Step
from metaorder.domain.child import ChildStatus
from metaorder.domain.order import ParentId, Side
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.build import build
from metaorder.runtime.session import LiveSession
from support.examples import examples
from support.sessions import DAY, FixedCalendar, NoFiles, accept, order, spec

HORIZON = 400 * SECOND
MS = 1_000_000
SPANS = st.sampled_from((0.0, 0.001, 1.0, 250.0, 3_000.0, 10_000.0))
LATENCIES = st.fixed_dictionaries(
    {
        "latency_ms": SPANS.map(lambda ms: ms or 0.5),
        "latency_jitter_ms": SPANS,
        "report_latency_ms": SPANS,
        "report_latency_jitter_ms": SPANS,
        "latency_seed": st.integers(0, 2**63 - 1),
    }
)


class Watched:
    """A session with three orders of two accounts, one of them canceled half way; every step is kept."""

    def __init__(self, latency: dict[str, Any], seed: int = 7) -> None:
        plain = spec(seed=seed)
        made = replace(plain, options={**plain.options, **latency})
        self.live: LiveSession = build(made, NoFiles(), FixedCalendar()).live
        self.steps: list[tuple[Step, Nanos]] = []
        self.entries: list[Any] = []
        act = self.live._act
        self.live._act = lambda step: (self.steps.append((step, self.live.market.clock)), act(step))  # type: ignore[assignment, func-returns-value]
        end = Nanos(DAY.open + HORIZON)
        for name, changes in {
            "twap": {"lots": Lots(3_000), "must_complete": True},
            "pov": {"algo": "pov", "side": Side.SELL, "lots": Lots(1_500)},
            "other": {"account": "second", "lots": Lots(2_500)},
        }.items():
            self.live.apply(accept(order(name, end=end, **changes)))

    def run(self, *stops: int) -> Watched:
        cancel = Cancel(parent=ParentId("P-main-pov"))
        for stop in sorted({*stops, HORIZON // 2, HORIZON + 60 * SECOND}):
            self.live.run(until=Nanos(DAY.open + stop))
            if stop == HORIZON // 2:
                self.live.apply(cancel)
        self.entries = [(e.type, e.market_time, e.event_index, e.payload) for e in self.live.entries]
        return self


@given(latency=LATENCIES, seed=st.integers(0, 2**32))
@settings(max_examples=examples(15), deadline=None)
def test_orders_end_with_every_lot_accounted_for_and_no_child_too_late(latency: dict[str, Any], seed: int) -> None:
    watched = Watched(latency, seed=seed % 3).run()
    market, longest = watched.live.market, round((latency["latency_ms"] + latency["latency_jitter_ms"]) * MS)
    prints = market.record().prints
    for key, execution in enumerate(watched.live.engine.executions.values(), start=1):
        assert execution.status.terminal
        assert not execution.open
        own = prints["lots"][(prints["parent"] == key) | (prints["counterparty"] == key)].sum()
        assert execution.filled == own, "every lot that traded was heard of, once"
    for step, now in watched.steps:
        event = step.happened.event
        if isinstance(event, ChildSubmitted):
            assert now + longest < step.after.order.end, "it arrives before the end, whatever the draw"
        elif isinstance(event, Fill):
            assert now - step.happened.ts >= latency["report_latency_ms"] * MS - 1, "a fill is known no sooner than its report"


@given(latency=LATENCIES, seed=st.integers(0, 2**32))
@settings(max_examples=examples(6), deadline=None)
def test_a_run_is_the_same_again_and_however_it_is_cut(latency: dict[str, Any], seed: int) -> None:
    dice = random.Random(seed)
    whole = Watched(latency).run()
    cut = Watched(latency).run(*(dice.randrange(HORIZON + 60 * SECOND) for _ in range(40)))
    assert cut.entries == whole.entries
    assert (cut.live.hash, cut.live.market.hash()) == (whole.live.hash, whole.live.market.hash())


def test_fills_are_heard_after_their_child_was_called_back() -> None:
    """The core meets what a slow way back brings: fills of children that it believes on their way, or on their way out."""
    met: set[ChildStatus] = set()
    for seed in range(3):
        for step, _ in Watched({"report_latency_ms": 2_000.0, "report_latency_jitter_ms": 3_000.0}, seed=seed).run().steps:
            if isinstance(step.happened.event, Fill):
                assert step.before is not None
                met.add(step.before.open[step.happened.event.number].status)
    assert met >= {ChildStatus.NEW, ChildStatus.PARTIALLY_FILLED, ChildStatus.PENDING_CANCEL}


@pytest.mark.parametrize("way", ["latency_jitter_ms", "report_latency_jitter_ms"])
def test_another_seed_draws_another_run(way: str) -> None:
    runs = [Watched({way: 900.0, "latency_seed": seed}).run().live.hash for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_a_deleted_market_hears_what_was_on_its_way() -> None:
    late = 0
    for seconds in (31, 97, 150, 200):
        watched = Watched({"latency_jitter_ms": 500.0, "report_latency_ms": 10_000.0})
        watched.live.run(until=Nanos(DAY.open + seconds * SECOND))
        before = len(watched.steps)
        watched.live.apply(Delete())
        late += sum(isinstance(step.happened.event, Fill) for step, _ in watched.steps[before:])
        prints = watched.live.market.record().prints
        for key, execution in enumerate(watched.live.engine.executions.values(), start=1):
            assert execution.status.terminal
            assert execution.filled == prints["lots"][(prints["parent"] == key) | (prints["counterparty"] == key)].sum()
    assert late > 1, "some fills had happened and were not known"
