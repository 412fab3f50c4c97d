"""The forecast's score, and how far benchmarks of a kind agree, as they stand in the document."""

from __future__ import annotations

import pytest

from metaorder.tca.execution import Working
from metaorder.tca.measures import NO_QUEUE, Beside
from metaorder.tca.report import report
from metaorder.tca.risk import Expected
from support.tca import UNITS, Fill, fills, market, order, tape


def test_a_forecast_is_scored_on_what_trading_cost_from_the_arrival_on() -> None:
    """Bought 600 of 1,000 two cents above the arrival: 12.00 of 50,000 is 2.4 bps; 1.4 were expected, give or take 0.5."""
    told = fills(1, Fill(600, "50.02", "49.98", "50.02"))
    placed = order(decision="50.00", arrival="50.00", end="51.00")
    found = report(placed, told, market(), UNITS, Beside(expected=Expected("E", 1.4, 0.5)))["forecast"]
    assert (found["realized_cost_bps"], found["z_score"]) == (2.4, 2.0)
    assert found["probability"] == pytest.approx(0.97725, abs=1e-5)


def test_an_order_that_traded_nothing_says_nothing_of_its_forecast() -> None:
    found = report(order(), fills(1), market(), UNITS, Beside(expected=Expected("E", 1.4, 0.5)))
    assert (found["forecast"], found["missing"]["forecast"]) == (None, "nothing was filled")


def test_slippage_says_how_much_it_hangs_on_the_choice_of_benchmark() -> None:
    told = fills(1, Fill(600, "50.02", "49.98", "50.02"))
    found = report(order(arrival="50.00", decision="50.03"), told, market(), UNITS)
    robust = found["robustness_arrival"]
    assert (robust["agree"], robust["high_bps"]) == (False, 4.0)
    assert robust["low_bps"] == pytest.approx(-0.01 / 50.03 * 1e4, abs=1e-5)
    assert found["robustness_vwap"]["agree"] is True


TAPE = tape((20, "50.00", 2_100), (400, "49.90", 900))


@pytest.mark.parametrize(("sign", "paid", "ratio"), [(1, "50.03", -1.0), (1, "49.97", 1.0), (-1, "50.01", None)])
def test_decision_efficiency_is_paid_by_what_a_clairvoyant_pays(sign: int, paid: str, ratio: float | None) -> None:
    """At a quarter of the volume a buyer has 300 at 49.90 and the other 700 at 50.00: 49.97, 6 bps better than the arrival. A
    seller has 700 at 50.00 first, and the rest at 49.90.
    """
    told = fills(sign, Fill(1_000, paid, "49.99", "50.01"))
    found = report(order(1_000, sign=sign), told, market(recorded=TAPE), UNITS)["decision_efficiency"]
    if sign > 0:
        assert (found["oracle_bps"], found["ratio"]) == (-6.0, ratio)
        assert found["realized_bps"] == (6.0 if paid == "50.03" else -6.0)
    else:
        assert (found["realized_bps"], found["oracle_bps"]) == (-2.0, 6.0)
        assert found["ratio"] == pytest.approx(-1 / 3, abs=1e-6)


def test_decision_efficiency_says_why_it_is_not_known() -> None:
    told = fills(1, Fill(600, "50.02", "49.98", "50.02"))
    for why, changes in {
        "the window's volume does not hold the order at its cap": {},
        "the market without the order is not known": {"recorded": None},
        "the window has not ended": {"clock": 1_500 * 10**9, "closed": False},
    }.items():
        found = report(order(), told, market(**changes), UNITS)
        assert (found["decision_efficiency"], found["missing"]["decision_efficiency"]) == (None, why)


@pytest.mark.parametrize(("known", "why"), [(0.75, None), (None, NO_QUEUE)])
def test_the_share_of_the_queue_that_was_seen_to_arrive_is_told(known: float | None, why: str | None) -> None:
    told = fills(1, Fill(600, "50.02", "49.98", "50.02"))
    working = Working(1, 0, 600, told.ts, told.lots, known)
    found = report(order(), told, market(), UNITS, Beside(working))
    assert (found["queue_known_share"], found["missing"].get("queue_known_share")) == (known, why)
