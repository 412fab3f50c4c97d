"""`metaorder calibrate market` and `metaorder realism`: a scenario fitted to a recorded day, and held against one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from metaorder.adapters import scenarios
from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.lobster_messages import SourceDay, read
from metaorder.cli.realism_page import Page, write_page
from metaorder.domain.errors import Invalid
from metaorder.sim.calibrate import fit
from metaorder.sim.messages import Messages, simulated_messages
from metaorder.sim.presets import preset
from metaorder.sim.realism import Line, compare
from metaorder.sim.scenario import Scenario
from metaorder.sim.statistics import log_returns, market_orders, statistics

FEWEST = 200
"""Market orders of a day that statistics can be had of: they are held against each other over up to 120."""

NO_ORDERS = "a LOBSTER zip: levels, trades and bars do not say what order came, how large, where, and for how long"
NOT_READ = "a LOBSTER zip: DBN's orders can be replayed, but their messages are not read into statistics"
REFUSED = {
    ".dbn": NOT_READ,
    ".dbn.zst": NOT_READ,
    ".gz": NO_ORDERS,
    ".csv": NO_ORDERS,
    ".csv.gz": NO_ORDERS,
    ".parquet": NO_ORDERS,
}
"""Why a file of another format says too little, by how its name ends."""

COLOURS = {"fits": "green", "off": "yellow", "misses": "red", "unknown": "dim"}


def calibrate(source: Path, base: str, out: Path) -> None:
    """Fit the base to the day in a file and write the scenario.

    Raises:
        Invalid: no such base or file, or a day with too little in it. DataError: the file is not what it says it is.
    """
    console = Console()
    day = _day(source)
    scenario = fit(day.messages, preset(base))
    facts = {"source": source.name, "symbol": day.symbol, "date": day.date, "digest": day.digest}
    scenarios.write(out, base, scenario, facts)
    simulated = [statistics(each) for each in _days(scenario, day.messages, 2)]
    console.print(_table(compare(statistics(day.messages), simulated), f"{day.symbol} {day.date}", out.stem))
    console.print(f"Scenario: {out}")


def realism(source: Path, scenario: str, seeds: int, out: Path) -> None:
    """Hold a scenario's days against the one in a file, as a page.

    Raises:
        Invalid: no such scenario or file, or a day with too little in it. DataError: the file is not what it says it is.
    """
    if not 1 <= seeds <= 50:
        raise Invalid("seeds", "in [1, 50]", seeds)
    console = Console()
    name, model = scenarios.find(scenario)
    day = _day(source)
    days = _days(model, day.messages, seeds)
    lines = compare(statistics(day.messages), [statistics(each) for each in days])
    console.print(_table(lines, f"{day.symbol} {day.date}", name))
    page = Page(f"{day.symbol} {day.date}", name, model, day.messages, days, lines)
    console.print(f"Page: {write_page(page, out)}")


def _days(scenario: Scenario, recorded: Messages, seeds: int) -> list[Messages]:
    """Days of a scenario, as the recording would show them: as long, with as many levels."""
    return [simulated_messages(scenario, seed, int(recorded.session_s), recorded.levels) for seed in range(1, seeds + 1)]


def _day(source: Path) -> SourceDay:
    if not source.is_file():
        raise Invalid("source", "a LOBSTER zip", str(source))
    for ending, why in REFUSED.items():
        if source.name.lower().endswith(ending):
            raise Invalid("source", why, source.name)
    day = read(source, ExchangeCalendars())
    taken, moves = market_orders(day.messages), np.abs(log_returns(day.messages, 60))
    if len(taken.t) < FEWEST or len(set(taken.side)) < 2 or not np.nansum(moves) > 0:
        rule = f"a day with {FEWEST} market orders or more, on both sides, and a mid that moves"
        raise Invalid("source", rule, f"{source.name}: {len(taken.t)} market orders")
    return day


def _table(lines: list[Line], recorded: str, simulated: str) -> Table:
    table = Table(title=f"{simulated} beside {recorded}")
    for column in ("statistic", "recorded", "simulated", "s.e.", "verdict", "by"):
        table.add_column(column, justify="left" if column in {"statistic", "verdict"} else "right")
    for line in lines:
        error = "" if line.error is None else f"{line.error:.3g}"
        verdict = f"[{COLOURS[line.verdict]}]{line.verdict}[/]"
        table.add_row(line.name, f"{line.recorded:.4g}", f"{line.simulated:.4g}", error, verdict, line.by)
    return table
