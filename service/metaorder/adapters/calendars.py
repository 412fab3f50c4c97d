"""Exchange calendars by ISO 10383 MIC, from exchange_calendars: daylight saving, holidays and half days are right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.units import SECOND, Nanos

SEARCH_DAYS = 30


class ExchangeCalendars:
    """Sessions of exchanges. The library is loaded when it is first asked: it takes a second."""

    def day(self, mic: str, date: str) -> TradingDay:
        """The session of an exchange on a date."""
        calendar = _calendar(mic)
        label = _date(date).isoformat()
        first, last = calendar.first_session.date(), calendar.last_session.date()
        if not first <= _date(date) <= last:
            raise Invalid("date", f"from {first} to {last}, which the calendar of {mic} covers", date)
        if not calendar.is_session(label):
            raise Invalid("date", f"a trading day of {mic}", date)
        opens, closes = calendar.session_open(label), calendar.session_close(label)
        return TradingDay(date=label, open=Nanos(opens.value), close=Nanos(closes.value))

    def next_date(self, mic: str, date: str) -> str:
        """The first trading date after `date`."""
        return self._first(mic, _date(date) + timedelta(days=1))

    def on_or_after(self, mic: str, now: Nanos) -> str:
        """The first trading date on or after an instant's date in UTC."""
        return self._first(mic, datetime.fromtimestamp(now // SECOND, UTC).date())

    def midnight(self, mic: str, date: str) -> Nanos:
        """The beginning of a date where the exchange stands."""
        moment = datetime.combine(_date(date), datetime.min.time(), tzinfo=_calendar(mic).tz)
        return Nanos(int(moment.timestamp()) * SECOND)

    def _first(self, mic: str, start: date) -> str:
        calendar = _calendar(mic)
        last = calendar.last_session.date()
        for ahead in range(SEARCH_DAYS):
            label = start + timedelta(days=ahead)
            if label <= last and calendar.is_session(label.isoformat()):
                return label.isoformat()
        raise Invalid(
            "date", f"within {SEARCH_DAYS} days of a trading day of {mic}, the last known of which is {last}", start.isoformat()
        )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("date", "a date like 2026-03-02", text) from None


@cache
def _calendar(mic: str) -> Any:
    import exchange_calendars

    try:
        return exchange_calendars.get_calendar(mic)
    except exchange_calendars.errors.InvalidCalendarName:
        raise Invalid("mic", "the ISO 10383 code of a known exchange", mic) from None
