"""P&L after one's own impact: nothing where flow says nothing of the next move, and never from the future."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.decay import beta, fit_decay
from metaorder.calibration.estimate import Reason
from metaorder.calibration.flow import Flow, cells
from metaorder.calibration.net_pnl import NetPnl, best, by_horizon
from support.flows import LAMBDA, flow


def pnl(made: Flow, horizons: tuple[float, ...] = (5.0, 30.0)) -> list[NetPnl]:
    grid = cells([made], 1.0)
    return by_horizon([made], beta(fit_decay([made], grid, permanent=False), grid), horizons=horizons)


def test_impact_that_fades_can_be_traded_against_and_the_parts_sum() -> None:
    for row in pnl(flow(1, session_s=7_200.0)):
        assert row.net.value == pytest.approx(row.gross - row.impact)  # type: ignore[operator]
        assert row.after_spread.value == pytest.approx(row.net.value - row.spread)  # type: ignore[operator]
        assert row.net.t > 2, "the mid goes back, by what is known"  # type: ignore[operator]
        assert row.cumulative[-1] == pytest.approx(row.net.value)  # type: ignore[index]


def test_nothing_is_left_where_flow_says_nothing_of_what_comes() -> None:
    rows = [pnl(flow(seed, lambda_=0.0, permanent=LAMBDA, persistence=0.0))[0].net.t for seed in range(8)]
    assert np.mean(np.array(rows) > 2) < 0.3  # type: ignore[operator]


def test_the_second_half_teaches_nothing() -> None:
    made = flow(1, session_s=7_200.0)
    other = Flow(**{**vars(made), "mid": np.where(made.quote_t > 3_700, 200 - made.mid, made.mid)})
    ours, theirs = (by_horizon([each], beta(None, cells([each], 1.0)), horizons=(10.0,))[0] for each in (made, other))
    assert ours.impact == pytest.approx(theirs.impact), "quantities are the same, whatever happens later"
    assert theirs.gross < 0 < ours.gross  # type: ignore[operator]


def test_a_horizon_without_a_lambda_is_refused_for_its_reason() -> None:
    row = pnl(flow(1, session_s=600.0), (300.0,))[0]
    assert (row.net.value, row.net.reason.code) == (None, "too_few_trades")  # type: ignore[union-attr]
    assert isinstance(best([row]), Reason)


def test_the_best_horizon_has_something_left_after_the_spread() -> None:
    cheap = pnl(flow(1, session_s=7_200.0, half_spread=1e-6))
    assert isinstance(best(cheap), NetPnl)
    assert isinstance(best(pnl(flow(1, session_s=7_200.0, half_spread=1.0))), Reason)
