"""Splits are read back from their reasons, and regrets are paired run by run."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from metaorder.domain.units import SECOND, Nanos
from metaorder.routing.outflows import Walk, grid, recent
from metaorder.usecases.regret import decided, held_against, regrets

START, END = Nanos(0), Nanos(600 * SECOND)
SEEN = tuple(range(120))


def seen(_venue: str, _ts: Nanos) -> tuple[int, ...]:
    return SEEN


def child(number: int, ts_s: int, rests: bool, **changes: Any) -> dict[str, Any]:
    outflow = grid("exponential", 250.0, 200).mean()
    queue = {
        "venue": "V1",
        "price": 1000,
        "ahead": 40,
        "outflow": f"{outflow:.6g}",
        "lots": 60,
        "earned": "1.2",
        "latency_ms": "1",
    }
    reason = {"parcel_lots": 100, "outflows": "exponential", "taking": "1.3", "under": "5", "queues": [queue], **changes}
    quote = {"bid": "10.00", "ask": "10.02"}
    doc = {"reason": reason, "quote": quote, "good_till": "1970-01-01T00:03:59Z" if rests else "1970-01-01T00:10:00Z"}
    tif = "gtd" if rests else "ioc"
    return {"number": number, "ts": ts_s * SECOND, "time_in_force": tif, "doc": json.dumps(doc)}


def test_a_split_is_read_back_from_the_reason_of_its_children() -> None:
    rows = [child(2, 130, True), child(1, 130, False), child(3, 250, False), {**child(4, 300, True, parcel_lots=7)}]
    found, unknown = decided(rows, {}, START, END, 0.001, seen)
    assert unknown == 0
    assert [each.ts // SECOND for each in found] == [130, 250, 300]
    assert found[0].until == 239 * SECOND, "as the child that rests says"
    assert found[1].until == 359 * SECOND, "as the checks say, where none rests"
    first = found[0]
    assert (first.price, first.venues, first.terms.shares, first.terms.ahead) == (1000, ("V1",), 100.0, (40.0,))
    assert first.mid == pytest.approx(10_010.0)
    assert first.terms.over == pytest.approx(50.0)
    np.testing.assert_allclose(first.scenarios[:, 0], grid("exponential", 250.0, 200), rtol=1e-5)


def test_a_split_that_might_not_take_is_counted_and_left_out() -> None:
    assert decided([child(2, 20, True, fallback="x: all rests")], {}, START, END, 0.001, seen) == ([], 1)
    assert held_against([], lambda _venue, _each: 0) is None  # type: ignore[arg-type,return-value]


def test_empirical_outflows_are_made_again_of_the_seconds_that_were_seen() -> None:
    raw = recent([SEEN], 60, [0.5])
    assert raw is not None
    queue = {
        "venue": "V1",
        "price": 1000,
        "ahead": 40,
        "outflow": f"{raw.mean():.6g}",
        "lots": 60,
        "earned": "1.2",
        "latency_ms": "2.5",
    }
    rows = [child(1, 130, True, outflows=f"empirical, {len(raw)} stretches of 60 s", queues=[queue])]
    ((found,), unknown) = decided(rows, {}, START, END, 0.001, seen)
    assert (unknown, found.latencies) == (0, (2.5,))
    np.testing.assert_allclose(found.scenarios, raw, rtol=1e-5)


def test_a_walk_is_read_back_from_its_numbers() -> None:
    walk = Walk(move=5.5, spread=6.0, behind=0.0, lump=220.0, seen=7.5)
    facts = {name: str(getattr(walk, name)) for name in ("move", "spread", "behind", "lump", "seen")}
    queue = {
        "venue": "V1",
        "price": 1000,
        "ahead": 40,
        "outflow": "1",
        "volume": "300",
        "lots": 60,
        "earned": "1.2",
        "latency_ms": "1",
    }
    ((found,), _) = decided([child(1, 130, True, outflows="walk", walk=[facts], queues=[queue])], {}, START, END, 0.001, seen)
    np.testing.assert_array_equal(found.scenarios, walk.scenarios([300.0], 200))


def test_costs_are_of_the_parcels_at_the_mid_they_were_decided_on() -> None:
    found, _ = decided([child(1, 130, True)], {}, START, END, 0.001, seen)
    said = held_against(found, lambda _venue, _each: 10_000)  # type: ignore[arg-type,return-value]
    assert said is not None
    assert said["bps"]["oracle"] == pytest.approx(-1.2 / 10_010 * 1e4)
    assert said["bps"]["market"] == pytest.approx(1.3 / 10_010 * 1e4)
    assert said["reached"] == {"said": float((found[0].scenarios > 40).mean()), "came": 1.0}
    late = held_against(found, lambda _venue, _each: 40)  # type: ignore[arg-type,return-value]
    assert late is not None
    assert late["reached"]["came"] == 0.0


def test_regrets_are_paired_run_by_run() -> None:
    def run(seed: int, split: float, market: float) -> dict[str, Any]:
        bps = {"split": split, "market": market, "venue": split, "score": split + 1, "oracle": split - 0.5}
        router = {"decisions": 3, "unknown": 1, "bps": bps, "reached": {"said": seed / 4, "came": 0.5}}
        return {"market": "thin", "size": None, "algo": "traditional", "seed": seed, "router": router}

    runs = [run(1, 1.0, 3.0), run(2, 101.0, 103.0), {"market": "thin", "size": None, "algo": "traditional", "error": "no"}]
    (row,) = regrets(runs, ("traditional",))
    assert (row["n"], row["decisions"], row["unknown"]) == (2, 6, 2)
    found = row["split_less_bps"]["market"]["t"]
    assert (found["mean"], found["low"], found["high"]) == (-2.0, -2.0, -2.0)
    assert row["regret_bps"]["split"]["mean"] == 0.5
    assert row["regret_bps"]["market"]["mean"] == 2.5
    assert row["reached"] == {"said": 0.375, "came": 0.5}
