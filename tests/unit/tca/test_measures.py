"""The forecast's score, and how far benchmarks of a kind agree, as they stand in the document."""

from __future__ import annotations

import pytest

from metaorder.tca.measures import Beside
from metaorder.tca.report import report
from metaorder.tca.risk import Expected
from support.tca import UNITS, Fill, fills, market, order


def test_a_forecast_is_scored_on_what_trading_cost_from_the_arrival_on() -> None:
    """Bought 600 of 1,000 two cents above the arrival: 12.00 of 50,000 is 2.4 bps; 1.4 were expected, give or take 0.5."""
    told = fills(1, Fill(600, "50.02", "49.98", "50.02"))
    placed = order(decision="50.00", arrival="50.00", end="51.00")
    found = report(placed, told, market(), UNITS, Beside(expected=Expected("E", 1.4, 0.5)))["forecast"]
    assert (found["realized_cost_bps"], found["z_score"]) == (2.4, 2.0)
    assert found["probability"] == pytest.approx(0.97725, abs=1e-5)


def test_slippage_says_how_much_it_hangs_on_the_choice_of_benchmark() -> None:
    told = fills(1, Fill(600, "50.02", "49.98", "50.02"))
    found = report(order(arrival="50.00", decision="50.03"), told, market(), UNITS)
    robust = found["robustness_arrival"]
    assert (robust["agree"], robust["high_bps"]) == (False, 4.0)
    assert robust["low_bps"] == pytest.approx(-0.01 / 50.03 * 1e4, abs=1e-5)
    assert found["robustness_vwap"]["agree"] is True
