"""Splits of a run held against what came: their decisions as the reasons tell them, and a comparison's table of regrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from metaorder.algos.traditional import RESERVE
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks, to_nanos
from metaorder.models.ck_cost import Terms
from metaorder.models.inputs import Floats
from metaorder.routing.outflows import KINDS, Walk, grid, recent
from metaorder.routing.regret import ORACLE, WAYS, in_hindsight
from metaorder.tca.paired import Interval, mean, paired

Row = Mapping[str, Any]
Doc = dict[str, Any]
PLAIN = 200
"""Scenarios of a split whose algorithm does not state their number."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One split. until: when what rests is called back. price: that it rests at. mid: of the decision [points].

    latencies: of the venues [ms].
    """

    ts: Nanos
    until: Nanos
    price: Ticks
    mid: float
    venues: tuple[str, ...]
    latencies: tuple[float, ...]
    terms: Terms
    scenarios: Floats


Outflow = Callable[[str, Decided], Lots]
"""What left the queue of a venue between a decision and its end, as it came to pass."""

Seconds = Callable[[str, Nanos], Sequence[int]]
"""Others' volume at a venue in each of the last seconds before an instant, the oldest first [lots]."""


def decided(
    children: Sequence[Row], params: Row, start: Nanos, end: Nanos, point: float, seconds: Seconds
) -> tuple[list[Decided], int]:
    """The splits of an order, and how many cannot be held against anything: those that might not take.

    children: rows of the order, whose reasons say what each split rested on, to six digits. params: of the algorithm. start, end:
    of the window. point: a point of the tape [currency]. seconds: what empirical outflows were made of.
    """
    instants: dict[int, list[Doc]] = {}
    for row in sorted(children, key=lambda each: int(each["number"])):
        doc = msgspec.json.decode(row["doc"])
        if "parcel_lots" in doc["reason"]:
            instants.setdefault(int(row["ts"]), []).append({**doc, "rests": row["time_in_force"] == "gtd"})
    found, unknown = [], 0
    for ts, docs in instants.items():
        reason = docs[0]["reason"]
        if "all rests" in str(reason.get("fallback", "")):
            unknown += 1
            continue
        ends = [to_nanos(doc["good_till"], field="good_till") for doc in docs if doc["rests"]]
        until = ends[0] if ends else _until(Nanos(ts), params, start, end)
        found.append(_decided(Nanos(ts), until, docs[0], params, point, seconds))
    return found, unknown


def held_against(decisions: Sequence[Decided], outflow: Outflow) -> Doc | None:
    """What each way cost over all decisions of an order, against the mids they were made on [bps]; None: there were none.

    reached: of all their queues, the share that was expected to lose more than stood ahead, and the share that did.
    """
    if not decisions:
        return None
    totals: dict[str, float] = dict.fromkeys((*WAYS, ORACLE), 0.0)
    notional = 0.0
    said, reached = [], []
    for each in decisions:
        came = [float(outflow(venue, each)) for venue in each.venues]
        said += (each.scenarios > np.asarray(each.terms.ahead)).mean(axis=0).tolist()
        reached += [lots > ahead for lots, ahead in zip(came, each.terms.ahead, strict=True)]
        for way, cost in in_hindsight(each.terms, each.scenarios, came, each.latencies).items():
            totals[way] += cost
        notional += each.terms.shares * each.mid
    return {
        "decisions": len(decisions),
        "bps": {way: cost / notional * 1e4 for way, cost in totals.items()},
        "reached": {"said": float(np.mean(said)), "came": float(np.mean(reached))},
    }


def regrets(runs: Sequence[Row], algos: Sequence[str]) -> list[Doc]:
    """By market, size and algorithm: the regret of the split, and the split less each other way, run by run [bps]."""
    groups: dict[tuple[Any, Any, Any], list[Row]] = {}
    for run in runs:
        if run.get("router"):
            groups.setdefault((run["market"], run["size"], run["algo"]), []).append(run["router"])
    order = {algo: place for place, algo in enumerate(algos)}
    rows = []
    for (market, size, algo), routed in sorted(groups.items(), key=lambda each: (str(each[0][:2]), order[each[0][2]])):
        costs = {way: [float(each["bps"][way]) for each in routed] for way in (*WAYS, ORACLE)}
        differences = {way: paired(costs["split"], costs[way]) for way in WAYS[1:]}
        rows.append(
            {
                "market": market,
                "size": size,
                "algo": algo,
                "n": len(routed),
                "decisions": sum(each["decisions"] for each in routed),
                "unknown": sum(each["unknown"] for each in routed),
                "reached": {what: float(np.mean([each["reached"][what] for each in routed])) for what in ("said", "came")},
                "cost_bps": {way: _interval(mean(values)) for way, values in costs.items()},
                "regret_bps": {
                    way: _interval(mean([a - b for a, b in zip(costs[way], costs[ORACLE], strict=True)])) for way in WAYS
                },
                "split_less_bps": {
                    way: None if each is None else {"t": _interval(each.t), "bootstrap": _interval(each.bootstrap)}
                    for way, each in differences.items()
                },
            }
        )
    return rows


def _decided(ts: Nanos, until: Nanos, doc: Row, params: Row, point: float, seconds: Seconds) -> Decided:
    reason, quote = doc["reason"], doc["quote"]
    queues = reason["queues"]
    impact, over = (float(params.get(name) or default) / point for name, default in (("impact", 0), ("lambda_o", "0.05")))
    terms = Terms(  # h + f and h + r are what the cost hangs on: the half spread may as well be 0
        shares=float(reason["parcel_lots"]),
        half_spread=0.0,
        taker_fee=float(reason["taking"]) - impact,
        rebates=tuple(float(queue["earned"]) for queue in queues),
        impact=impact,
        under=float(reason["under"]),
        over=over,
        ahead=tuple(float(queue["ahead"]) for queue in queues),
    )
    return Decided(
        ts=ts,
        until=until,
        price=Ticks(queues[0]["price"]),
        mid=(float(quote["bid"]) + float(quote["ask"])) / 2 / point,
        venues=tuple(queue["venue"] for queue in queues),
        latencies=tuple(float(queue["latency_ms"]) for queue in queues),
        terms=terms,
        scenarios=_scenarios(ts, reason, int(params.get("scenarios") or PLAIN), seconds),
    )


def _scenarios(ts: Nanos, reason: Row, count: int, seconds: Seconds) -> Floats:
    """The outflows that a split was decided on, as its reason says."""
    kind, queues = re.split("[:,]", str(reason["outflows"]))[0], reason["queues"]
    means = [float(queue["outflow"]) for queue in queues]
    if kind == "walk":
        known = Walk(**{name: float(value) for name, value in reason["walk"][0].items()})
        return known.scenarios([float(queue["volume"]) for queue in queues], count)
    if kind == "empirical":
        horizon = int(str(reason["outflows"]).split()[-2])
        found = recent([seconds(queue["venue"], ts) for queue in queues], horizon, [1.0] * len(queues))
        assert found is not None, "as many seconds as the decision saw"
        raw = found.mean(axis=0)
        scaled: Floats = found * np.divide(means, raw, out=np.ones_like(raw), where=raw > 0)
        return scaled
    assert kind in KINDS
    usual = float(grid(kind, 1.0, count).mean()) if kind == "exponential" else 1.0
    return np.column_stack([grid(kind, mean / usual, count) for mean in means])


def _until(ts: Nanos, params: Row, start: Nanos, end: Nanos) -> Nanos:
    """When a split's time is over, where nothing of it rests: as the algorithms say."""
    if params.get("split_s"):
        return Nanos(min(ts + int(params["split_s"]) * SECOND, end))
    step = int(params.get("order_freq_s") or 120) * SECOND
    horizon = int(params.get("horizon_s") or 0) * SECOND or step
    return Nanos(min(ts - (ts - start) % step + max(1, horizon - RESERVE), end))


def _interval(found: Interval | None) -> Doc | None:
    return None if found is None else {"mean": found.mean, "low": found.low, "high": found.high, "n": found.n}
