"""What each kind of job does, from its request to its result: the same code for the server's processes and the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data import metaorder_table, volume_table
from metaorder.adapters.market_data.files import Files
from metaorder.adapters.market_data.metaorder_table import MetaorderTable
from metaorder.adapters.market_data.volume_table import VolumeTable
from metaorder.adapters.memory import MemoryJournal
from metaorder.calibration.run import COVARIANCE, ORDERS, Calibration, Progress, calibrate
from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats
from metaorder.runtime.counterfactual import World, change, would_have_been
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.tapes import source_of, sources_of
from metaorder.runtime.trial import Tables
from metaorder.usecases.analyse import Case
from metaorder.usecases.calibrations import Source, document
from metaorder.usecases.jobs import CALIBRATION, COUNTERFACTUAL

LOADING = 0.25
"""Share of a calibration that reading its days is counted as."""


def run(kind: str, request: Mapping[str, Any], roots: Sequence[Path], engine: str, progress: Progress) -> bytes:
    """The result of a job as JSON. request: what was asked, as `usecases/jobs` keeps it, with what was gathered for it.

    Raises:
        Invalid, SourceNotFound, DataError, SourceChanged: what is wrong with the request or its files.
        OfABasket, NoTwin: the order's market cannot be run again with the order worked otherwise.
    """
    calendars = ExchangeCalendars()
    files = Files(roots, calendars)
    if kind == COUNTERFACTUAL:
        return _counterfactual(request, files, calendars, engine, progress)
    assert kind == CALIBRATION, "the other kind that there is"
    if request["what"] == ORDERS:
        orders = [(name, metaorder_table.read(files.find(name))) for name in request["tables"]]
        return msgspec.json.encode(document(_of_orders(orders, progress), [], _order_facts(orders)))
    specs = [msgspec.convert(each, MarketSpec) for each in request["specs"]]
    sources: list[Source] = []
    for number, spec in enumerate(specs):
        progress(f"reading day {number + 1} of {len(specs)}", LOADING * number / len(specs))
        sources += sources_of(spec, files, calendars) if request["what"] == COVARIANCE else [source_of(spec, files, calendars)]
    sources.sort(key=lambda each: each.as_of)
    if request["what"] == COVARIANCE:
        return msgspec.json.encode(document(_of_symbols(sources, request["bar_s"], progress), sources, []))
    tables = [(name, volume_table.read(files.find(name))) for name in request["tables"]]
    volumes = _volumes([table for _, table in tables])
    made = calibrate(request["what"], [each.flow for each in sources], volumes, _rest(progress, LOADING if specs else 0.0))
    return msgspec.json.encode(document(made, sources, _facts(tables)))


def _counterfactual(
    request: Mapping[str, Any], files: Files, calendars: ExchangeCalendars, engine: str, progress: Progress
) -> bytes:
    """What an order would have cost otherwise. request: `algo`, `params`, `seeds`; gathered: `case` and `commands`."""
    case: Case = request["case"]
    spec = msgspec.convert(msgspec.json.decode(case.market["spec"]), MarketSpec)
    world = World(spec=spec, commands=request["commands"], case=case, tables=_in_memory, data=files, calendars=calendars)
    instead = change(request["algo"], request["params"])
    return msgspec.json.encode(would_have_been(world, instead, request["seeds"], engine, progress))


def _in_memory() -> Tables:
    journal = MemoryJournal()
    return Tables(journal=journal, rows=journal.tables)


def _of_orders(tables: Sequence[tuple[str, MetaorderTable]], progress: Progress) -> Calibration:
    sizes, impacts = (np.concatenate([getattr(table, which) for _, table in tables]) for which in ("sizes", "impacts"))
    return calibrate(ORDERS, [], None, progress, metaorders=(sizes, impacts))


def _of_symbols(sources: Sequence[Source], bar_s: float, progress: Progress) -> Calibration:
    flows, symbols = [each.flow for each in sources], [each.symbol for each in sources]
    return calibrate(COVARIANCE, flows, None, _rest(progress, LOADING), symbols=symbols, bar_s=bar_s)


def _order_facts(tables: Sequence[tuple[str, MetaorderTable]]) -> list[dict[str, Any]]:
    return [
        {
            "source": name,
            "digest": table.digest,
            "orders": int(table.sizes.size),
            "first": table.first,
            "as_of": table.last,
        }
        for name, table in tables
    ]


def _rest(progress: Progress, begun: float) -> Callable[[str, float], None]:
    return lambda step, share: progress(step, begun + (1 - begun) * share)


def _volumes(tables: Sequence[VolumeTable]) -> Floats | None:
    if not tables:
        return None
    bins = [table.volumes.shape[1] for table in tables]
    if min(bins) != max(bins):
        raise Invalid("sources", "tables of volume with as many rows each", bins)
    return np.vstack([table.volumes for table in tables])


def _facts(tables: Sequence[tuple[str, VolumeTable]]) -> list[dict[str, Any]]:
    return [
        {"source": name, "digest": table.digest, "days": len(table.days), "first": table.days[0], "as_of": table.days[-1]}
        for name, table in tables
    ]
