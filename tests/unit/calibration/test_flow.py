"""Intervals hold their own trades, and the moves that these made."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.flow import Flow, cells
from metaorder.domain.errors import Invalid
from support.flows import flow


def day(**changed: object) -> Flow:
    facts = {
        "day": "d",
        "session_s": 4.0,
        "t": np.array([1.0, 1.5, 3.0]),
        "signed": np.array([100.0, -30.0, 0.0]),
        "volume": np.array([100.0, 30.0, 7.0]),
        "price": np.array([10.1, 9.9, 10.0]),
        "quote_t": np.array([0.0, 1.0, 2.5]),
        "mid": np.array([10.0, 10.2, 10.4]),
        "half_spread": np.array([0.1, 0.2, 0.3]),
    }
    return Flow(**(facts | changed))  # type: ignore[arg-type]


def test_a_trade_at_an_edge_and_the_move_that_it_made_are_of_the_same_interval() -> None:
    grid = cells([day()], 1.0)
    assert grid.start.tolist() == [1, 2, 3], "before the first quote there is no mid"
    assert grid.flow.tolist() == [70, 0, 0]
    assert grid.move == pytest.approx([0.2, 0.2, 0.0])
    assert (grid.trades.tolist(), grid.volume.tolist(), grid.active) == ([2, 0, 0], [130, 0, 7], 1)


def test_what_stood_before_is_strictly_before() -> None:
    assert day().mid_before(np.array([0.0, 1.0, 1.1, 9.0])).tolist()[1:] == [10.0, 10.2, 10.4]
    assert np.isnan(day().mid_before(np.array([0.0]))[0])


def test_flow_and_moves_are_whole_over_every_grid() -> None:
    made = flow(1, session_s=600)
    for horizon in (0.1, 1.0, 7.0, 60.0):
        grid = cells([made], horizon)
        begin, end = grid.start[0], grid.start[-1] + horizon
        inside = (made.t >= begin) & (made.t < end)
        assert grid.flow.sum() == pytest.approx(made.signed[inside].sum())
        assert grid.move.sum() == pytest.approx(np.diff(made.mid_before(np.array([begin, end])))[0])


def test_days_are_told_apart() -> None:
    grid = cells([flow(1, session_s=60), flow(2, session_s=60)], 10.0)
    assert (np.bincount(grid.day.astype(int)).tolist(), grid.n) == ([5, 5], 10)


@pytest.mark.parametrize(
    "wrong", [{"t": np.array([2.0, 1.0, 3.0])}, {"mid": np.array([1.0, 0.0, 1.0])}, {"price": np.ones(2)}, {"session_s": 0.0}]
)
def test_a_day_that_does_not_hold_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        day(**wrong)


def test_no_day_is_refused() -> None:
    with pytest.raises(Invalid):
        cells([], 1.0)
