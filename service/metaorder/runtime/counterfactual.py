"""The counterfactual: the same market and the same commands, with one order worked by another algorithm, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from metaorder.algos import build as build_algorithm
from metaorder.algos.params import plain
from metaorder.core.commands import Accept, AcceptBasket, Amend, Cancel, Pause, Resume, Settle, Stamp
from metaorder.domain.order import ParentId
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import MarketData
from metaorder.runtime.build import build
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.trial import Tables
from metaorder.runtime.twin import run_without
from metaorder.sim.market import NO_INDEX
from metaorder.tca.bounds import REACTS
from metaorder.tca.paired import Paired, paired
from metaorder.usecases.analyse import Case, analyse
from metaorder.usecases.market_facts import quotes_of

POINTS = 61
FEWEST_PAIRS = 5
NO_REACTION = "the recording does not react: it is the market without the order, and impact is bounded"
NO_OTHER_DAYS = "a recorded day has no other seeds"
FIELDS = (
    "original",
    "counterfactual",
    "difference_bps",
    "difference_bounds_bps",
    "reproduced",
    "impact_path",
    "impact_bounds",
    "paired",
)
_decode = msgspec.json.Decoder().decode

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where an order was worked: its market, the session's commands, and how to run both again. case: the order as it was."""

    spec: MarketSpec
    commands: Sequence[bytes]
    case: Case
    tables: Callable[[], Tables]
    data: MarketData
    calendars: Calendars


class OfABasket(RuntimeError):
    """The order is a leg of a basket: it was planned with the others, and cannot be worked otherwise alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """How the order is worked instead. params: with defaults, as it would run."""

    algo: str
    params: Mapping[str, Any]


def change(algo: str, params: Mapping[str, Any]) -> Change:
    """The change, checked.

    Raises:
        Invalid: no such algorithm or parameter, or a value that its rule refuses.
    """
    return Change(algo, plain(build_algorithm(algo, params)))


def untouched(world: World) -> Doc:
    """The market without the order: how far the order had moved it where the market reacts, and the bounds of it elsewhere."""
    found: Doc = {"basis": world.spec.kind, **dict.fromkeys(FIELDS)}
    if world.case.twin is not None:
        return {**found, "impact_path": impact_path(world), "missing": {"impact_bounds": REACTS}}
    judged = analyse(world.case)
    missing = {"impact_path": NO_REACTION}
    if judged["impact_bounds"] is None:
        missing["impact_bounds"] = judged["missing"]["impact_bounds"]
    return {**found, "impact_bounds": judged["impact_bounds"], "missing": missing}


def would_have_been(world: World, instead: Change, seeds: int, engine: str, progress: Callable[[str, float], None]) -> Doc:
    """The order worked otherwise, on its own day and on `seeds` others. progress: the next step, and the share that is done.

    Raises:
        OfABasket: a leg of a basket. NoTwin: another build ran the session.
    """
    simulated, case = world.spec.kind == "simulated", world.case
    runs = simulated + 1 + (2 * seeds if simulated else 0)
    if simulated:
        progress("the market without the order", 0.0)
        parent, symbol = ParentId(case.parent["id"]), case.parent["symbol"]
        twin = run_without(world.spec, world.commands, parent, symbol, case.record.clock, engine, world.data, world.calendars)
        world = replace(world, case=replace(case, twin=twin, why_no_twin=None))
    progress("the same day", simulated / runs)
    found = {"basis": world.spec.kind, **dict.fromkeys(FIELDS), **worked_otherwise(world, instead)}
    missing: dict[str, str] = {}
    if seeds and simulated:
        done = simulated + 1
        paired_costs, pairs = over_seeds(world, instead, seeds, lambda day: progress(f"day {day}", (done + 2 * day - 2) / runs))
        found["paired"] = _told(paired_costs, pairs)
    elif seeds:
        missing["paired"] = NO_OTHER_DAYS
    return {**found, "missing": missing}


def _told(found: Paired | None, pairs: int) -> Doc:
    """The paired difference with its interval, and whether it is enough to say anything."""
    if found is None:
        return {"pairs": 0, "mean": None, "low": None, "high": None, "says": "not enough data to say"}
    low, high = found.t.low, found.t.high
    enough = pairs >= FEWEST_PAIRS and low is not None and high is not None and (low > 0 or high < 0)
    says = ("it would have cost more" if found.t.mean > 0 else "it would have cost less") if enough else "not enough data to say"
    mean, low, high = (None if value is None else round(value, 6) for value in (found.t.mean, low, high))
    return {"pairs": pairs, "mean": mean, "low": low, "high": high, "says": says}


def worked_otherwise(world: World, instead: Change) -> Doc:
    """The order by another algorithm on the same market: both analyses, and whether the same algorithm did the same."""
    terms = _decode(world.case.parent["terms"])
    before, after = analyse(world.case), analyse(played(world, instead))
    same = change(terms["algo"], terms["params"]) == instead
    reproduced = _unversioned(before) == _unversioned(after) if same else None
    return {
        "basis": before["impact_basis"],
        "original": _figures(terms["algo"], before),
        "counterfactual": _figures(instead.algo, after),
        "difference_bps": _less(after["is_bps"], before["is_bps"]),
        "difference_bounds_bps": _bounds(before, after, alike=bool(reproduced)),
        "reproduced": reproduced,
    }


def impact_path(world: World) -> list[Doc]:
    """By how much the order had displaced the mid at each time, against the same market without it [bps, + = against us]."""
    case = world.case
    assert case.twin is not None, "the market was run without the order"
    sign = 1 if case.parent["side"] == "buy" else -1
    start, until = int(case.parent["started"]), int(case.record.clock)
    end = min(until, int(case.parent["ended"] or until) + 1_800 * 10**9)
    times = np.array([start + (end - start) * k // (POINTS - 1) for k in range(POINTS)], dtype=np.int64)
    ours, theirs = (quotes_of(record, case.instrument).at(times) for record in (case.record, case.twin))
    known = (ours > 0) & (theirs > 0)
    moved = sign * (ours - theirs) / np.where(known, theirs, 1) * 1e4
    return [
        {"seconds": round((int(ts) - start) / 1e9, 3), "displacement_bps": round(float(bps), 6) if there else None}
        for ts, bps, there in zip(times, moved, known, strict=True)
    ]


def over_seeds(
    world: World, instead: Change, seeds: int, began: Callable[[int], None] | None = None
) -> tuple[Paired | None, int]:
    """The difference of the shortfalls, other less original, on other days of the same market; and how many had both.

    began: told the number of each day as it begins, from 1.
    """
    pairs = []
    original = Change(*(_decode(world.case.parent["terms"])[name] for name in ("algo", "params")))
    for number in range(1, seeds + 1):
        if began is not None:
            began(number)
        options = {**world.spec.options, "seed": world.spec.options["seed"] + number}
        day = replace(world, spec=replace(world.spec, options=options))
        costs = [analyse(played(day, each, other_day=True))["is_bps"] for each in (instead, original)]
        if None not in costs:
            pairs.append(costs)
    return paired([pair[0] for pair in pairs], [pair[1] for pair in pairs]), len(pairs)


def played(world: World, instead: Change, *, other_day: bool = False) -> Case:
    """The order as it would have been worked. other_day: commands apply at their times, for events are others' there."""
    case, parent = world.case, ParentId(world.case.parent["id"])
    hosted, tables = build(world.spec, world.data, world.calendars), world.tables()
    live = hosted.live
    tables.journal.append([hosted.entry("market.created", spec=msgspec.to_builtins(hosted.spec), facts=hosted.facts())], [])
    for payload in world.commands:
        command, stamp = live.wire.read_command(_decode(payload))
        if isinstance(command, AcceptBasket) and any(leg.order.id == parent for leg in command.legs):
            raise OfABasket("a leg of a basket cannot be worked otherwise alone")
        if isinstance(command, Accept) and command.order.id == parent:
            command = replace(command, order=replace(command.order, algo=instead.algo, params=dict(instead.params)))
        elif isinstance(command, Amend) and command.parent == parent and command.params is not None:
            own = _decode(case.parent["terms"])["algo"] == instead.algo
            command = command if own else replace(command, params=None)
        elif other_day and isinstance(command, Amend | Cancel | Pause | Resume | Settle):
            continue
        _reach(live, stamp, other_day=other_day)
        live.apply(command)
        tables.journal.append(live.take(), [])
    live.run(until=case.record.clock)
    tables.journal.append(live.take(), [])
    rows = tables.rows
    record = live.market.record(case.parent["symbol"])
    return replace(
        case,
        parent=rows["parents"][parent],
        fills=_of(rows, "fills", parent),
        children=_of(rows, "children", parent),
        record=record,
        twin=None if other_day else case.twin,
        why_no_twin="not run on other days" if other_day else case.why_no_twin,
        mine=case.mine,
    )


def _reach(live: Any, stamp: Stamp, *, other_day: bool) -> None:
    live.run(until=stamp.market_time, index=NO_INDEX if other_day else stamp.event_index)


def _of(rows: Mapping[str, Any], table: str, parent: ParentId) -> list[Any]:
    mine = [row for row in rows.get(table, {}).values() if row["parent"] == parent]
    return sorted(mine, key=lambda row: int(row["seq"]))


def _figures(algo: str, doc: Mapping[str, Any]) -> Doc:
    names = ("status", "quantity", "filled_quantity", "fills", "avg_price", "is_bps", "components_bps", "participation")
    more = ("fill_rate", "passive_share", "impact_bounds")
    return {"algo": algo, **{name: doc[name] for name in (*names, *more)}}


def _bounds(before: Mapping[str, Any], after: Mapping[str, Any], *, alike: bool) -> Doc | None:
    """On a replay neither order's impact is measured: the difference lies between the best of one and the worst of the other.

    alike: both did the very same, so that whatever impact the one had, the other had too.
    """
    first, second = before["impact_bounds"], after["impact_bounds"]
    if first is None or second is None:
        return None
    if alike:
        return {"low": 0.0, "high": 0.0}
    low, high = _less(second["is_lower_bps"], first["is_upper_bps"]), _less(second["is_upper_bps"], first["is_lower_bps"])
    return {"low": low, "high": high}


def _less(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else round(first - second, 6)


def _unversioned(doc: Mapping[str, Any]) -> Doc:
    return {name: value for name, value in doc.items() if name != "version"}
