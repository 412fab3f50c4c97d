"""The market that is always there: which day follows which."""

from __future__ import annotations

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.bootstrap.sim import following
from metaorder.domain.units import Nanos, to_nanos

NOW = Nanos(to_nanos("2026-03-07T12:00:00Z"))  # a Saturday


def test_the_first_day_is_today_or_the_next_trading_day() -> None:
    assert following(ExchangeCalendars(), None, NOW) == ("2026-03-09", 1)


def test_days_follow_each_other_over_weekends_and_holidays() -> None:
    assert following(ExchangeCalendars(), "2026-03-06", NOW) == ("2026-03-09", 1)
    assert following(ExchangeCalendars(), "2025-12-24/3", NOW) == ("2025-12-26", 3)


def test_after_the_last_date_of_the_calendar_it_begins_anew() -> None:
    calendars = ExchangeCalendars()
    date = "2026-03-09"
    turn = 1
    for _ in range(2_000):  # more than the calendar knows of
        date, turn = following(calendars, date if turn == 1 else f"{date}/{turn}", NOW)
        if turn == 2:
            break
    assert (date, turn) == ("2026-03-09", 2)
