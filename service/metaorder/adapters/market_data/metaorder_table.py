"""Tables of metaorders: a row a parent order that was worked, with its size and what the price did, as CSV."""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from metaorder.adapters.market_data.streams import digest_of
from metaorder.models.inputs import Floats
from metaorder.sim.tape import DataError

NUMBERS = ("quantity", "adv", "sigma_per_sqrt_day", "impact_bps")
COLUMNS = ("date", *NUMBERS)
BPS = 1e4


@dataclass(frozen=True)
class MetaorderTable:
    """sizes: quantity over a day's volume. impacts: over a day's volatility, in the order's own direction. Shape (orders,).

    first, last: days of the orders, as ISO 8601 has them. digest: of the file.
    """

    sizes: Floats
    impacts: Floats
    first: str
    last: str
    digest: str


def read(path: Path) -> MetaorderTable:
    """The table in a file: a header that has the columns of COLUMNS, others beside them are not read, and a row an order.

    date: the day of the order. quantity, adv: of the order, and a usual day's volume, in the same unit, > 0.
    sigma_per_sqrt_day: the day's volatility, > 0 [fraction]. impact_bps: the move of the mid from the order's arrival to its
    end, positive where it went against the order.

    Raises:
        DataError: a column that is missing, a row of another length, a cell that breaks its rule, or no rows.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(path.name, 0, f"the file is CSV that can be read whole ({error})") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    short = [name for name in COLUMNS if header.count(name) != 1]
    if short or len(rows) < 2:
        raise DataError(path.name, 0, f"the table has a header with {', '.join(COLUMNS)}, each once, and a row an order")
    days, found = [], []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise DataError(path.name, number, f"a row has {len(header)} cells, as its header")
        cells = dict(zip(header, row, strict=True))
        days.append(_day(path, number, cells["date"]))
        found.append(_numbers(path, number, cells))
    quantity, adv, sigma, impact = np.array(found, dtype=np.float64).T
    return MetaorderTable(quantity / adv, impact / BPS / sigma, min(days), max(days), digest_of(path))


def _day(path: Path, number: int, cell: str) -> str:
    try:
        return date.fromisoformat(cell.strip()).isoformat()
    except ValueError:
        raise DataError(path.name, number, f"date is a day like 2026-03-02, was {cell!r}") from None


def _numbers(path: Path, number: int, cells: Mapping[str, str]) -> list[float]:
    values = []
    for name in NUMBERS:
        try:
            value = float(cells[name])
        except ValueError:
            raise DataError(path.name, number, f"{name} is a number, was {cells[name]!r}") from None
        if not math.isfinite(value) or (name != "impact_bps" and value <= 0):
            rule = "a finite number" if name == "impact_bps" else "a finite number above 0"
            raise DataError(path.name, number, f"{name} is {rule}, was {cells[name]!r}")
        values.append(value)
    return values
