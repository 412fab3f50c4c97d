"""Exchange calendars: when a market opens and closes on a date."""

from __future__ import annotations

from typing import Protocol

from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import Nanos


class Calendars(Protocol):
    """Calendars by ISO 10383 MIC; never a fixed offset."""

    def day(self, mic: str, date: str) -> TradingDay:
        """The session of an exchange on a date, ISO 8601.

        Raises:
            Invalid: no such exchange, or no session on that date.
        """
        ...

    def next_date(self, mic: str, date: str) -> str:
        """The first date after `date` on which the exchange is open."""
        ...

    def on_or_after(self, mic: str, now: Nanos) -> str:
        """The first date on or after an instant's date on which the exchange is open."""
        ...

    def midnight(self, mic: str, date: str) -> Nanos:
        """The beginning of a date at the exchange."""
        ...
