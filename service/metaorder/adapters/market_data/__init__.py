"""Formats of recorded days: one file each, registered in one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from metaorder.adapters.market_data import binance, dbn, lobster, tables
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay, Wanted

Load = Callable[[Path, Wanted, Calendars], RecordedDay]
"""Reads the file at a path as what is wanted of it."""

FORMATS: Mapping[str, Load] = {
    "lobster": lobster.load,
    "dbn": dbn.load,
    "binance-spot": binance.spot,
    "binance-usdm": binance.usdm,
    "csv": tables.csv,
    "parquet": tables.parquet,
}
