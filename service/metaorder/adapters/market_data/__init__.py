"""Formats of recorded days: one file each, registered in one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from metaorder.adapters.market_data import lobster
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay

Load = Callable[[Path, str, Calendars], RecordedDay]
"""Reads the file at a path as a day of a symbol."""

FORMATS: Mapping[str, Load] = {
    "lobster": lobster.load,
}
