"""A LOBSTER day as arrays: the counts and the spread that are known of the two real days."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.lobster_messages import read
from metaorder.sim.messages import Kind
from metaorder.sim.statistics import statistics
from metaorder.sim.tape import DataError
from support.data import AAPL, GOOG, real


def test_the_real_days_have_their_known_counts() -> None:
    aapl = read(real(AAPL), ExchangeCalendars())
    assert (aapl.symbol, aapl.date, len(aapl.messages.t)) == ("AAPL", "2012-06-21", 118_497)
    assert int((aapl.messages.kind == Kind.EXECUTED).sum()) == 23_658
    assert int((aapl.messages.kind == Kind.HIDDEN).sum()) == 11_332
    found = statistics(aapl.messages)
    assert found["spread [ticks]"] == pytest.approx(15.13, abs=0.02)
    assert found["market orders"] == 18_016
    assert found["depth within 5 ticks"] != found["depth within 5 ticks"], "one level says nothing of depth"


def test_the_deep_day_says_how_much_stands_behind_the_touch() -> None:
    goog = read(real(GOOG), ExchangeCalendars())
    found = statistics(goog.messages)
    assert (found["messages"], found["market orders"]) == (147_916, 5_931)
    assert found["spread [ticks]"] == pytest.approx(27.33, abs=0.02)
    assert found["depth within 5 ticks"] == pytest.approx(257, rel=0.03)
    assert found["sign acf, lag 1"] == pytest.approx(0.634, abs=0.001)
    assert found["placed inside %"] == pytest.approx(18.1, abs=0.1)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "day.zip"
    path.write_bytes(b"not a zip")
    with pytest.raises(DataError, match=r"day\.zip"):
        read(path, ExchangeCalendars())
