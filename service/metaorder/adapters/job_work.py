"""What each kind of job does, from its request to its result: the same code for the server's processes and the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.files import Files
from metaorder.adapters.market_data.volume_table import VolumeTable, read
from metaorder.calibration.run import Progress, calibrate
from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.tapes import source_of
from metaorder.usecases.calibrations import document

LOADING = 0.25
"""Share of a calibration that reading its days is counted as."""


def run(kind: str, request: Mapping[str, Any], roots: Sequence[Path], engine: str, progress: Progress) -> bytes:
    """The result of a job as JSON. request: `what`, `specs` of markets and `tables` of volume, as `usecases/jobs` keeps it.

    Raises:
        Invalid, SourceNotFound, DataError, SourceChanged: what is wrong with the request or its files.
    """
    assert kind == "calibration", "the one kind that there is"
    del engine
    calendars = ExchangeCalendars()
    files = Files(roots, calendars)
    specs = [msgspec.convert(each, MarketSpec) for each in request["specs"]]
    sources = []
    for number, spec in enumerate(specs):
        progress(f"reading day {number + 1} of {len(specs)}", LOADING * number / len(specs))
        sources.append(source_of(spec, files, calendars))
    sources.sort(key=lambda each: each.as_of)
    tables = [(name, read(files.find(name))) for name in request["tables"]]
    volumes = _volumes([table for _, table in tables])
    made = calibrate(request["what"], [each.flow for each in sources], volumes, _rest(progress, LOADING if specs else 0.0))
    return msgspec.json.encode(document(made, sources, _facts(tables)))


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
