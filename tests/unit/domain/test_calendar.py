"""A trading day has a length."""

from __future__ import annotations

import pytest

from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.units import Nanos


def test_a_day_may_be_a_nanosecond_long() -> None:
    assert TradingDay(date="2026-03-02", open=Nanos(5), close=Nanos(6)).close == 6


@pytest.mark.parametrize("close", [4, 5])
def test_a_day_that_closes_before_it_is_open_is_refused(close: int) -> None:
    with pytest.raises(Invalid, match=f"close must be after the open, was {close}") as caught:
        TradingDay(date="2026-03-02", open=Nanos(5), close=Nanos(close))
    assert (caught.value.field, caught.value.value) == ("close", close)
