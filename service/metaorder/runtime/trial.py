"""One order on one market, run by the service's own session to its end, and all that a comparison asks of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np

from metaorder.core.commands import Accept, Refusal
from metaorder.core.decide import Gate, decide, plan_points
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Account, ParentId
from metaorder.domain.principal import Principal
from metaorder.domain.units import SECOND, Nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.journal import Journal
from metaorder.ports.market_data import MarketData
from metaorder.runtime.build import build
from metaorder.runtime.fitting import market_facts
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.runtime.routed import routed_run
from metaorder.sim.record import MarketRecord
from metaorder.tca.facts import Tape
from metaorder.tca.tracking import clairvoyant, participation_errors, timing_quality
from metaorder.usecases.analyse import Case, analyse
from metaorder.usecases.market_facts import quotes_of
from metaorder.usecases.orders import NewOrder, accept

ACCOUNT = Principal(Account("comparison"), "comparison", frozenset())
PARENT = ParentId("P")
AFTER = Nanos(301 * SECOND)
"""The market runs on after the window, so that the last markout is a fact."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What a journal in memory holds of one run."""

    journal: Journal
    rows: Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A market and when the order is worked in it. start, end: of the window. until: how far the market is run."""

    spec: MarketSpec
    start: Nanos
    end: Nanos
    until: Nanos


@dataclass(frozen=True, slots=True)
class Untouched:
    """The market of a setting without any order of ours: the common ground of every algorithm.

    volume: in the window [units]; day_volume: up to the end of the run. volatility: in the window [bps per sqrt(hour)].
    """

    record: MarketRecord
    volume: int
    day_volume: int
    volatility: float | None


def untouched(setting: Setting, data: MarketData, calendars: Calendars) -> Untouched:
    """Run the market alone. volatility: of one-minute mids in the window [bps per sqrt(hour)]."""
    live = build(setting.spec, data, calendars).live
    live.run(until=setting.until)
    record = live.market.record()
    tape = _tape(record.reference if live.market.recorded else record.prints)
    quotes = quotes_of(record, live.market.instrument)
    mids = quotes.at(np.arange(setting.start, setting.end, 60 * SECOND, dtype=np.int64))
    known = mids[mids > 0]
    steps = np.diff(np.log(known)) if len(known) > 2 else np.zeros(0)
    volatility = float(np.sqrt(60 * np.mean(steps**2)) * 1e4) if len(steps) else None
    lot = live.market.instrument.lot_size
    return Untouched(record, tape.between(setting.start, setting.end).volume * lot, tape.volume * lot, volatility)


def trial(
    setting: Setting,
    new: NewOrder,
    ground: Untouched,
    tables: Tables,
    data: MarketData,
    calendars: Calendars,
    *,
    regret: bool = False,
) -> dict[str, Any]:
    """Work one order and measure it. regret: hold its splits against the outflows that came; a simulated market alone knows them.

    Raises:
        Invalid, Unprocessable: the order cannot be sent in this market.
    """
    hosted = build(setting.spec, data, calendars, keep_messages=regret)
    live = hosted.live
    command = accept(market_facts(hosted, seeded=False), ACCOUNT, new, PARENT, Nanos(0), "")
    tables.journal.append([hosted.entry("market.created", spec=msgspec.to_builtins(hosted.spec), facts=hosted.facts())], [])
    live.run(until=setting.start)  # decided when the window begins: what the market did before is no cost of the order
    answer = live.apply(command)
    if isinstance(answer, Refusal):
        raise Invalid("order", answer.detail, answer.code)
    tables.journal.append(live.take(), [])
    timing = _work(hosted, setting, tables.journal)
    routed = {"router": routed_run(hosted, command.order, tables.rows)} if regret else {}
    return _measured(hosted, setting, command, ground, tables.rows) | timing | routed


def _work(hosted: Hosted, setting: Setting, journal: Journal) -> dict[str, Any]:
    """Run to the end, and time a schedule and a decision at each five minutes of the window; both are pure and change nothing."""
    live = hosted.live
    floors = live.market.listing().floors
    gates = [Gate(floor.venue, floor.latency.longest_entry, floor.instrument, floor.dark) for floor in floors]
    schedules, decisions = [], []
    for mark in [*range(setting.start + SECOND, setting.end, 300 * SECOND), setting.until]:
        live.run(until=Nanos(mark))
        execution = live.engine.executions[PARENT]
        if execution.status.live and execution.plan_origin is not None:
            seen = live.view.observe(execution)
            begun = time.perf_counter()
            plan_points(execution, seen)
            drawn = time.perf_counter()
            decide(execution, seen, gates)
            schedules.append((drawn - begun) * 1e3)
            decisions.append((time.perf_counter() - drawn) * 1e3)
    journal.append(live.take(), [])
    return {"schedule_ms": _median(schedules), "decision_ms": _median(decisions)}


def _measured(hosted: Hosted, setting: Setting, command: Accept, ground: Untouched, rows: Mapping[str, Any]) -> dict[str, Any]:
    live = hosted.live
    instrument, order = live.market.instrument, command.order
    parent = rows["parents"][PARENT]
    fills = sorted(rows.get("fills", {}).values(), key=lambda row: int(row["seq"]))
    record = live.market.record()
    case = Case(
        parent=parent,
        fills=fills,
        record=record,
        twin=None if live.market.recorded else ground.record,
        why_no_twin=None,
        mine=frozenset([PARENT]),
        market=rows["markets"][setting.spec.id],
        instrument=instrument,
        children=sorted(rows.get("children", {}).values(), key=lambda row: int(row["number"])),
    )
    said = analyse(case)
    parts = said["components_bps"]
    costs = [parts[name] for name in ("spread", "impact", "fees")]
    own, others = _sides(record)
    ended = parent["ended"] or setting.end
    target = order.params.get("target")
    errors = [] if target is None else participation_errors(own, others, order.start, min(ended, order.end), float(target))
    captured = said["spread_capture"]
    best, worst = _clairvoyants(said, ground.record, setting, hosted, order.side.sign, order.lots, order.cap)
    return {
        "status": said["status"],
        "reason": parent["reason"],
        "quantity": said["quantity"],
        "filled_quantity": said["filled_quantity"],
        "fill_rate": said["fill_rate"],
        "decision_price": None if said["decision_price"] is None else float(said["decision_price"]),
        "is_bps": said["is_bps"],
        "components_bps": parts,
        "own_cost_bps": None if None in costs else sum(costs),
        "cost_per_share": _per_share(said),
        "timing_quality": _timing(order.side.sign, fills, ground.record, setting, instrument),
        "vwap_bps": said["slippage_bps"]["window_vwap_recorded"],
        **_vwap_parts(said),
        "arrival_bps": said["slippage_bps"]["arrival"],
        "participation": said["participation"],
        "passive_share": said["passive_share"],
        "pov_error_end": errors[-1] if errors else None,
        "pov_error_marks": _median(errors),
        "capture_net": None if captured is None else captured["net"],
        "capture_gross": None if captured is None else captured["gross"],
        "oracle_bps": best,
        "worst_bps": worst,
        "fills": said["fills"],
        **_decided(rows.get("children", {})),
        "volume": ground.volume,
        "volatility": ground.volatility,
        "missing": said["missing"],
        "session_hash": live.hash,
    }


def _per_share(said: Row) -> float | None:
    """What a filled unit cost beyond the decision price, fees included [currency]: the shortfall without what was not done."""
    whole, missed = said["is_amount"], said["components_amount"]["opportunity"]
    if whole is None or missed is None or not said["filled_quantity"]:
        return None
    return (float(whole) - float(missed)) / int(said["filled_quantity"])


def _timing(sign: int, fills: Sequence[Row], ground: MarketRecord, setting: Setting, instrument: Instrument) -> float | None:
    """The quality of the timing against the market without the order."""
    ts = np.array([int(row["ts"]) for row in fills], dtype=np.int64)
    lots = np.array([msgspec.json.decode(row["doc"])["quantity"] for row in fills], dtype=np.int64)
    return timing_quality(sign, ts, lots, quotes_of(ground, instrument), setting.start, setting.end)


def _vwap_parts(said: Row) -> dict[str, float | None]:
    """Slippage to the window's VWAP without us as two parts that sum to it [bps of the VWAP, per filled unit].

    own: the order's own spread and impact, against the mid that the twin or the tape had at each fill. tracking: that mid, at the
    times of the fills, against the VWAP: what being there at other times than the market cost.
    """
    whole, parts = said["slippage_bps"]["window_vwap_recorded"], said["components_bps"]
    decided, vwap, filled = said["decision_price"], said["benchmarks"]["window_vwap_recorded"], said["fill_rate"]
    if None in (whole, parts["spread"], parts["impact"], decided, vwap) or not filled:
        return {"vwap_own_bps": None, "vwap_tracking_bps": None}
    own = (parts["spread"] + parts["impact"]) / filled * float(decided) / float(vwap)
    return {"vwap_own_bps": own, "vwap_tracking_bps": whole - own}


def _decided(children: Mapping[str, Row]) -> dict[str, Any]:
    """How many instants a child was sent at, and the last lambda and beta that one was sent on."""
    rows = sorted(children.values(), key=lambda each: int(each["ts"]))
    reasons = [msgspec.json.decode(row["doc"])["reason"] for row in rows]
    used = {}
    for name in ("lambda", "beta"):
        used[name] = next((float(each[name]) for each in reversed(reasons) if each.get(name) is not None), None)
    return {"decisions": len({int(row["ts"]) for row in rows}), **used}


def _clairvoyants(
    said: Row, twin: MarketRecord, setting: Setting, hosted: Hosted, sign: int, lots: int, cap: Fraction
) -> tuple[float | None, float | None]:
    """What a clairvoyant would have paid against arrival, and one who took the dearest five minutes instead [bps]."""
    arrival = said["arrival_price"]
    tape = _tape(twin.reference if hosted.live.market.recorded else twin.prints)
    best, worst = (clairvoyant(towards, tape, lots, setting.start, setting.end, cap) for towards in (sign, -sign))
    if arrival is None or best is None or worst is None:
        return None, None
    price = float(arrival) / float(hosted.live.market.instrument.point_size)
    return sign * (best - price) / price * 1e4, sign * (worst - price) / price * 1e4


def _sides(record: MarketRecord) -> tuple[Tape, Tape]:
    """Prints that we took part in, and those of others."""
    mine = (record.prints["parent"] > 0) | (record.prints["counterparty"] > 0)
    return _tape(record.prints[mine]), _tape(record.prints[~mine])


def _tape(prints: Any) -> Tape:
    return Tape(*(np.ascontiguousarray(prints[name]) for name in ("ts", "points", "lots")))


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if len(values) else None


def with_drift(spec: MarketSpec, drift_bps: float) -> MarketSpec:
    """The same simulated market with a published drift of its latent price, up = + [bps per usual day]."""
    parameters = {**spec.options["parameters"], "drift_bps": drift_bps}
    return replace(spec, options={**spec.options, "parameters": parameters})
