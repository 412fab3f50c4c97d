"""Tables of volume: a row an interval of the day and a column a day, as CSV."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metaorder.adapters.market_data.streams import digest_of
from metaorder.models.inputs import Floats
from metaorder.sim.tape import DataError


@dataclass(frozen=True)
class VolumeTable:
    """volumes: shape (days, bins). days: their dates, as the header names them. digest: of the file."""

    volumes: Floats
    days: tuple[str, ...]
    digest: str


def read(path: Path) -> VolumeTable:
    """The table in a file: a header with an empty or any first cell and the days, then the name of each interval and its volumes.

    Raises:
        DataError: a row of another length, a cell that is no number or below 0, or no rows.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(path.name, 0, f"the file is CSV that can be read whole ({error})") from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise DataError(path.name, 0, "the table has a header with days, and rows of intervals")
    bins = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise DataError(path.name, number, f"a row has {len(rows[0])} cells, as its header")
        try:
            values = [float(cell) for cell in row[1:]]
        except ValueError:
            raise DataError(path.name, number, "a volume is a number") from None
        if not all(np.isfinite(value) and value >= 0 for value in values):
            raise DataError(path.name, number, "a volume is 0 or more")
        bins.append(values)
    return VolumeTable(np.array(bins, dtype=np.float64).T, tuple(rows[0][1:]), digest_of(path))
