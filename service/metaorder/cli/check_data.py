"""`metaorder check data FILE`: can it be replayed, what is wrong in it, what was dropped of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data import FORMATS
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import flat_curve
from metaorder.domain.units import Nanos, time_text, to_decimal
from metaorder.domain.venue import Latency
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.market import replayed
from metaorder.sim.quality import Quality, judge
from metaorder.sim.tape import DataError

LATENCY = Latency(entry=Nanos(1_000_000))
ALL = 2**63 - 1
SUFFIXES = {".zip": "lobster", ".dbn": "dbn", ".dbn.zst": "dbn", ".csv": "csv", ".csv.gz": "csv", ".parquet": "parquet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A file, and what the command line says of it. data_format None: told by the file's name."""

    file: Path
    data_format: str | None
    symbol: str | None
    date: str | None
    tick_size: str | None
    unit_size: str
    mic: str


def check_data(question: Question, *, as_json: bool) -> int:
    """Read a file, replay it without an order, and say what it is worth.

    The exit code: 0 it can be replayed and used, 1 it cannot, 2 the command line says too little.
    """
    try:
        wanted, data_format = _wanted(question), _format(question)
    except Invalid as wrong:
        typer.echo(f"metaorder: {wrong}", err=True)
        return 2
    try:
        recorded = FORMATS[data_format](question.file, wanted, ExchangeCalendars())
        quality, counters = _judged(recorded)
    except (DataError, OSError) as wrong:
        return _refused(question.file, wrong, as_json=as_json)
    doc = _document(question.file, data_format, recorded, quality, counters)
    if as_json:
        typer.echo(json.dumps(doc, indent=2))
    else:
        _table(doc)
    return 0 if quality.usable else 1


def _wanted(question: Question) -> Wanted:
    stated = None
    if question.tick_size is not None:
        exact = {"tick_size": question.tick_size, "unit_size": question.unit_size}
        sizes: dict[str, Decimal] = {name: to_decimal(text, field=name) for name, text in exact.items()}
        stated = Instrument(symbol=question.symbol or "", mic=question.mic, currency="", points_per_tick=2, **sizes)  # type: ignore[arg-type]
    return Wanted(symbol=question.symbol, date=question.date, instrument=stated)


def _format(question: Question) -> str:
    name = question.file.name.lower()
    found = question.data_format or next((SUFFIXES[end] for end in sorted(SUFFIXES, key=len) if name.endswith(end)), None)
    if found is None or found not in FORMATS:
        rule = f"one of {', '.join(FORMATS)}, and be stated where the file's name does not tell it"
        raise Invalid("format", rule, question.data_format)
    return found


def _judged(recorded: RecordedDay) -> tuple[Quality, dict[str, int]]:
    day = recorded.tape.day
    market = replayed(recorded.tape, recorded.instrument, curve=flat_curve(day.open, day.close), latency=LATENCY)
    while not market.closed:
        market.advance(until=day.close, wake=None, on_quote=(), budget=ALL)
    return judge(market.record(), day.close), market.counters()


def _document(file: Path, data_format: str, recorded: RecordedDay, quality: Quality, counters: dict[str, int]) -> dict[str, Any]:
    day, instrument = recorded.tape.day, recorded.instrument
    return {
        "file": file.name,
        "format": data_format,
        "symbol": instrument.symbol,
        "evidence": recorded.tape.evidence,
        "sha256": recorded.digest,
        "open": time_text(day.open),
        "close": time_text(day.close),
        "events": recorded.tape.rows,
        **{name: value for name, value in asdict(quality).items() if name not in {"findings", "volume"}},
        "volume": quality.volume * instrument.lot_size,
        "usable": quality.usable,
        "dropped": dict(recorded.dropped),
        "counters": counters,
        "findings": [
            {"rule": each.rule, "count": each.count, "share": each.share, "first": time_text(each.first) if each.first else None}
            for each in quality.findings
        ],
        "error": None,
    }


def _refused(file: Path, wrong: DataError | OSError, *, as_json: bool) -> int:
    facts = (
        {"file": file.name, "row": 0, "rule": f"the file can be opened ({wrong.strerror})"} if isinstance(wrong, OSError) else {}
    )
    if isinstance(wrong, DataError):
        facts = {"file": wrong.file, "row": wrong.row, "rule": wrong.rule}
    if as_json:
        typer.echo(json.dumps({"file": file.name, "usable": False, "error": facts}, indent=2))
    else:
        typer.echo(f"{facts['file']}: row {facts['row']}: the rule is broken that {facts['rule']}; nothing was loaded")
    return 1


def _table(doc: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"{doc['file']}: {doc['symbol']}, {doc['format']}, evidence {doc['evidence']}")
    console.print(f"{doc['open']} to {doc['close']}, {doc['events']:,} events")
    console.print(f"{doc['usable_quotes']:,} of {doc['quotes']:,} quotes are usable, {doc['usable_time_share']:.2%} of the time")
    console.print(f"{doc['usable_trades']:,} of {doc['trades']:,} trades, {doc['volume']:,} in volume")
    table = Table("rule", "broken by", "share", "first at")
    for each in doc["findings"]:
        table.add_row(each["rule"], f"{each['count']:,}", f"{each['share']:.3%}", each["first"] or "")
    for reason, count in doc["dropped"].items():
        if count:
            table.add_row(f"dropped: {reason.replace('_', ' ')}", f"{count:,}", "", "")
    if table.row_count:
        console.print(table)
    console.print("usable" if doc["usable"] else "not usable: there is no two-sided market, or nothing trades in it")
