"""`metaorder compare`: algorithms on the same markets, run by the service's own sessions, and held against each other."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.files import Files
from metaorder.adapters.memory import MemoryJournal
from metaorder.algos import ALGOS
from metaorder.cli.check_data import SUFFIXES
from metaorder.cli.compare_page import write_page
from metaorder.cli.compare_report import write_report
from metaorder.cli.compare_table import print_tables
from metaorder.cli.modes import bases_of, full
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Benchmark, ParticipationMode, Placement, Side
from metaorder.domain.units import SECOND, Nanos, time_text
from metaorder.ports.market_data import MarketData
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.runtime.trial import AFTER, Setting, Tables, Untouched, trial, untouched, with_drift
from metaorder.sim.presets import PRESETS
from metaorder.usecases.comparison import summary
from metaorder.usecases.orders import NewOrder
from metaorder.usecases.regret import regrets

SIMULATED = "simulated"
DATE = "2026-03-02"
SYMBOL = "ACME"
WORDS = {"true": True, "false": False, "null": None}
SHARES: Mapping[int, tuple[float, ...]] = {1: (), 2: (0.6, 0.4), 3: (0.5, 0.3, 0.2)}
"""Of several venues, what trades at each. They charge alike: what differs is where the liquidity is."""

WIDTH = 190
"""Of the tables, at the least [characters]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is compared, as the command line says it. sizes: shares of a usual day's volume; participation: of the window's.

    drift_bps: of the latent price, per usual day, against the order; published to algorithms that take `alpha_bps`.
    venues: how many each preset trades at. regret: hold the router's splits against the outflows that came.
    """

    algos: tuple[str, ...]
    markets: tuple[str, ...]
    seeds: int
    side: Side
    start_s: int
    duration_s: int
    quantity: int | None
    participation: float
    sizes: tuple[float, ...]
    cap: float
    must_complete: bool
    drift_bps: float
    venues: int = 1
    regret: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One market and seed: every algorithm and size is worked on it, so that all saw the same."""

    market: str
    seed: int
    design: Design


def run_compare(design: Design, out: Path, page: Path | None, workers: int | None, report: Path | None = None) -> int:
    """Run the comparison, print it, and write every run as JSON, pictures as a page and the report as Markdown; the exit code.

    Raises:
        Invalid: an algorithm, market or number that the comparison cannot be made of.
    """
    design = replace(design, markets=_markets(design.markets))
    _check(design)
    console = Console(width=max(Console().width, WIDTH))
    tasks = [Task(market, seed, design) for market in design.markets for seed in range(1, design.seeds + 1)]
    runs = _run_all(tasks, workers or os.cpu_count() or 1, console)
    doc = summary(runs, design.algos, bases_of(design.algos)) | {"router": regrets(runs, design.algos)}
    doc["design"] = {name: getattr(design, name) for name in Design.__dataclass_fields__}
    print_tables(doc, console)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({**doc, "runs": runs}, indent=1, default=str) + "\n")
    console.print(f"Every run: {out}")
    if page is not None:
        console.print(f"Page: {write_page({**doc, 'runs': runs}, page)}")
    if report is not None:
        console.print(f"Report: {write_report(doc, report)}")
    return 0 if any("error" not in run for run in runs) else 1


def _run_all(tasks: list[Task], workers: int, console: Console) -> list[dict[str, Any]]:
    """Every task's runs, in the order of the tasks, by as many processes as there are workers."""
    found: dict[int, list[dict[str, Any]]] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("orders worked", total=sum(_pairs(task) for task in tasks))
        if workers == 1:
            for i, task in enumerate(tasks):
                found[i] = work(task)
                progress.advance(bar, _pairs(task))
        else:
            with ProcessPoolExecutor(min(workers, len(tasks)), multiprocessing.get_context("spawn")) as pool:
                futures: dict[Future[list[dict[str, Any]]], int] = {pool.submit(work, task): i for i, task in enumerate(tasks)}
                for future in as_completed(futures):
                    i = futures[future]
                    try:
                        found[i] = future.result()
                    except BrokenProcessPool:  # a process died, and all that waited for it or worked beside it with it
                        continue
                    progress.advance(bar, _pairs(tasks[i]))
            for i in sorted(set(range(len(tasks))) - set(found)):
                found[i] = _alone(tasks[i])
                progress.advance(bar, _pairs(tasks[i]))
    return [run for i in range(len(tasks)) for run in found[i]]


def _alone(task: Task) -> list[dict[str, Any]]:
    """A task in a process of its own, so that one that kills its process is told by name and takes no other with it."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(work, task).result()
        except BrokenProcessPool:
            return [{**name, "error": "the process that worked it died"} for name in _names(task)]


def _names(task: Task) -> list[dict[str, Any]]:
    """Of each run of a task: what names it."""
    sizes: tuple[float | None, ...] = task.design.sizes or (None,)
    place = {"market": task.market, "seed": task.seed}
    return [{**place, "size": size, "algo": algo} for size in sizes for algo in task.design.algos]


def _pairs(task: Task) -> int:
    return len(task.design.algos) * max(1, len(task.design.sizes))


def work(task: Task) -> list[dict[str, Any]]:
    """All algorithms on one market and seed. What fails is a row that says so; the others go on."""
    design, names = task.design, _names(task)
    calendars = ExchangeCalendars()
    try:
        data = _data(task.market, calendars)
        spec = _spec(task)
        hosted = build(spec, data, calendars)
        setting = _setting(task, hosted)
        ground = untouched(setting, data, calendars)
    except Exception as error:  # the outermost loop of a worker: a market that cannot be made is told by name
        return [{**name, "error": f"{type(error).__name__}: {error}"} for name in names]
    runs = []
    for name in names:
        try:
            new = _order(task, hosted, setting, ground, name["algo"], name["size"])
            journal = MemoryJournal()
            tables = Tables(journal=journal, rows=journal.tables)
            runs.append({**name, **trial(setting, new, ground, tables, data, calendars, regret=design.regret)})
        except Exception as error:  # likewise: one pair that fails does not stop the rest
            runs.append({**name, "error": f"{type(error).__name__}: {error}"})
    return runs


def _markets(given: tuple[str, ...]) -> tuple[str, ...]:
    """Presets and files; `simulated` is every preset."""
    found = [name for market in given for name in (PRESETS if market == SIMULATED else [market])]
    for name in found:
        if name not in PRESETS and not Path(name).is_file():
            raise Invalid("markets", f"{SIMULATED}, one of {', '.join(PRESETS)}, or a file", name)
    return tuple(dict.fromkeys(found))


def _check(design: Design) -> None:
    if design.venues not in SHARES:
        raise Invalid("venues", f"of {', '.join(map(str, SHARES))}", design.venues)
    if design.regret and any(market not in PRESETS for market in design.markets):
        raise Invalid("regret", "of simulated markets alone: a recording does not know what left a queue", design.markets)
    if not 1 <= design.seeds <= 1_000:
        raise Invalid("seeds", "from 1 to 1000", design.seeds)
    if not design.algos or len(set(design.algos)) < len(design.algos):
        raise Invalid("algos", "each once, and at least one", design.algos)
    for algo in design.algos:
        name, params = _named(algo)
        if name not in ALGOS:
            raise Invalid("algos", f"of {', '.join(ALGOS)}", name)
        if params.get("placement", Placement.AUTO) not in set(Placement):
            raise Invalid("algos", f"with a placement of {', '.join(Placement)}", params["placement"])
    for size in (design.participation, design.cap, *design.sizes):
        if not 0 < size < 1:
            raise Invalid("participation", "shares between 0 and 1", size)
    if design.duration_s < 60 or design.start_s < 0:
        raise Invalid("duration", "60 seconds or more, from the open on", design.duration_s)


def _named(algo: str) -> tuple[str, dict[str, Any]]:
    """`is:urgency=0.9;interval_s=30` as a name and parameters."""
    algo, params = full(algo)
    name, _, given = algo.partition(":")
    for pair in filter(None, given.split(";")):
        key, _, value = pair.partition("=")
        params[key] = WORDS[value] if value in WORDS else int(value) if value.isdigit() else value
    return name, params


def _data(market: str, calendars: ExchangeCalendars) -> MarketData:
    return Files([] if market in PRESETS else [Path(market).resolve().parent], calendars)


def _spec(task: Task) -> MarketSpec:
    """The market of a task: a preset on a seed, or a recorded day."""
    options: dict[str, Any] = {"latency_ms": 1.0}
    plain: dict[str, Any] = {"id": "lab", "name": "lab", "speed": "max", "rolling": False, "digest": None, "engine": "compare"}
    if task.market in PRESETS:
        options |= {"seed": task.seed, "date": DATE, "scenario": task.market, "parameters": _venues(task.design.venues)}
        spec = MarketSpec(kind="simulated", symbol=SYMBOL, options=options, **plain)
        return with_drift(spec, task.design.side.sign * task.design.drift_bps) if task.design.drift_bps else spec
    path = Path(task.market)
    suffix = next((end for end in sorted(SUFFIXES, key=len) if path.name.lower().endswith(end)), None)
    if suffix is None:
        raise Invalid("markets", f"a file that ends in {', '.join(SUFFIXES)}", task.market)
    options |= {"format": SUFFIXES[suffix], "source": path.name, "hidden": "central", "volume_curve": None}
    return MarketSpec(kind="replay", symbol=None, options=options, **plain)  # type: ignore[arg-type]


def _venues(count: int) -> dict[str, Any]:
    """The parameters of a preset that trades at so many venues."""
    shares = SHARES[count]
    return {"venues": [{"id": f"V{i}", "share": share} for i, share in enumerate(shares, 1)]} if shares else {}


def _setting(task: Task, hosted: Hosted) -> Setting:
    """The window: in a recorded day each seed has the next one; in a simulated market all have the same."""
    day, design = hosted.live.day, task.design
    step = (task.seed - 1) * design.duration_s if task.market not in PRESETS else 0
    start = Nanos(day.open + (design.start_s + step) * SECOND)
    end = Nanos(start + design.duration_s * SECOND)
    if end > day.close:
        raise Invalid("duration", "within the session", f"{time_text(start)} to {time_text(end)}")
    recorded = task.market not in PRESETS
    return Setting(hosted.spec, start, end, day.close if recorded else Nanos(min(end + AFTER, day.close)))


def _order(task: Task, hosted: Hosted, setting: Setting, ground: Untouched, algo: str, size: float | None) -> NewOrder:
    """The order of a pair: the same for every algorithm."""
    design, market = task.design, hosted.live.market
    name, params = _named(algo)
    placement = Placement(params.pop("placement", Placement.AUTO))
    kind = ALGOS[name]
    if name == "pov" and "target" not in params:
        params["target"] = str(design.participation)
    fields = getattr(kind, "__dataclass_fields__", {})
    if design.drift_bps and "alpha_bps" in fields and "alpha_bps" not in params:
        day_s = (hosted.live.day.close - hosted.live.day.open) / SECOND
        params["alpha_bps"] = f"{design.side.sign * design.drift_bps * design.duration_s / day_s:.6f}"
    return NewOrder(
        client_order_id=f"{algo}-{size}"[:64],
        market="lab",
        symbol=market.instrument.symbol,
        side=design.side,
        quantity=_quantity(design, hosted, setting, ground, size),
        algo=name,
        params=params,
        start_time=time_text(setting.start),
        end_time=time_text(setting.end),
        duration_s=None,
        limit_price=None,
        max_participation=str(design.cap),
        participation_mode=ParticipationMode.HARD,
        min_child_quantity=None,
        max_child_quantity=None,
        must_complete=design.must_complete,
        benchmark=Benchmark.ARRIVAL,
        urgency=None,
        band_behind=None,
        band_ahead=None,
        decision_time=None,
        decision_price=None,
        tags={},
        placement=placement,
    )


def _quantity(design: Design, hosted: Hosted, setting: Setting, ground: Untouched, size: float | None) -> int:
    """Units to trade: as stated, a share of a usual day, or the rate's share of what the window usually trades.

    A recorded day has no other days: its own volume sets the experiment up in the usual one's place, and informs no algorithm.
    """
    if design.quantity is not None:
        return design.quantity
    market = hosted.live.market.listing()
    lot, curve = market.instrument.lot_size, market.curve
    whole = ground.day_volume if market.usual_volume is None else market.usual_volume * lot
    if size is not None:
        return max(lot, round(size * whole) // lot * lot)
    share = curve.between(setting.start, setting.end) / curve.between(curve.edges[0], curve.edges[-1])
    volume = ground.volume if market.usual_volume is None else whole * share
    rate = design.participation
    return max(lot, round(rate / (1 - rate) * volume) // lot * lot)
