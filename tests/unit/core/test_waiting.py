"""Waiting: an order that only takes says that its limit keeps it, where the far touch is past it."""

from __future__ import annotations

import pytest

from metaorder.core.waiting import waiting, waiting_for
from metaorder.domain.order import Placement, Waiting
from metaorder.domain.units import Lots, Ticks
from support.core import started
from unit.routing.test_placement import wish


@pytest.mark.parametrize(
    ("style", "want", "limit", "why"),
    [
        (Placement.CROSS, 10, 101, Waiting.LIMIT),
        (Placement.SWEEP, 10, 101, Waiting.LIMIT),
        (Placement.CROSS, 10, 102, None),
        (Placement.CROSS, 0, 101, None),
        (Placement.JOIN, 10, 101, None),
    ],
)
def test_an_order_that_only_takes_waits_for_its_limit(style: Placement, want: int, limit: int, why: Waiting | None) -> None:
    execution = started(limit=Ticks(limit))
    asked = wish(style=style, want=Lots(want), limit=Ticks(limit))
    assert waiting_for(execution, asked, None, None, acts=False) is why


def test_what_is_no_news_is_no_event() -> None:
    assert waiting(started(), None) == []
    assert len(waiting(started(), Waiting.CAP)) == 1
