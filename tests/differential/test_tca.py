"""The analysis says what a slow reading of the same documents says, for simulated orders and on a real recorded day."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from differential.slow_tca import SlowAnalysis
from metaorder.domain.order import Side
from metaorder.domain.units import Lots
from metaorder.usecases.analyse import Case, analyse
from support.data import GOOG
from support.journaled import replayed, worked
from support.sessions import DAY

CENT = Fraction(1, 100)
NOT_KNOWN_HERE = {
    *("impact_used", "previous_close", "pwp_5", "central_bps", "is_central_bps", "decay"),
    *("forecast", "impact_split_bps", "reversion"),
}


def agree(case: Case) -> dict[str, Any]:
    """Hold the analysis against the slow one; the analysis."""
    slow, found = SlowAnalysis(case), analyse(case)
    assert float(Fraction(found["avg_price"]) - slow.average) == pytest.approx(0, abs=1e-6)
    for name, amount in slow.components().items():
        # an amended order's parts of a unit are rounded, each to half a point on a lot
        assert float(Fraction(found["components_amount"][name]) - amount) == pytest.approx(0, abs=1e-3), name
    for name, price in slow.benchmarks().items():
        assert near(found["benchmarks"][name], price), name
    assert found["participation"] == pytest.approx(float(slow.participation()), abs=1e-6)
    for field, values in slow.measures().items():
        for horizon, value in values.items():
            assert value is not None
            assert found[field][horizon] == pytest.approx(float(value), abs=1e-5), (field, horizon)
    effective = slow.effective_spread()
    assert effective is not None
    assert found["effective_spread_bps"] == pytest.approx(float(effective), abs=1e-5)
    if found["impact_basis"] == "replay":
        on_fills, on_all, takes = slow.shifted()
        held, notional = found["impact_bounds"], Fraction(found["decision_price"]) * found["quantity"]
        for added, name in ((on_fills, ""), (on_all, "is_")):
            assert held[f"{name}upper_bps"] - held[f"{name}lower_bps"] == pytest.approx(
                float(added / notional * 10_000), abs=2e-6
            )
        assert (held["takes"], held["is_lower_bps"]) == (takes, found["is_bps"])
    return found


def near(text: str | None, price: Fraction | None) -> bool:
    if text is None or price is None:
        return text is None and price is None
    return abs(Fraction(text) - price) <= Fraction(1, 10**6)


@pytest.mark.parametrize("side", Side)
def test_a_simulated_order_that_was_amended_paused_and_canceled(side: Side) -> None:
    close_s = (DAY.close - DAY.open) // 10**9
    found = agree(worked(side, until_s=close_s))
    assert (found["impact_basis"], found["final"]) == ("simulated", True)
    assert found["opportunity_canceled_by_client_bps"] == found["components_bps"]["opportunity"] != 0


@pytest.mark.parametrize("side", Side)
def test_an_order_in_a_real_recorded_day(side: Side) -> None:
    found = agree(replayed("GOOG", GOOG, side=side, algo="pov", params={"target": "0.10"}, lots=Lots(20_000)))
    assert (found["impact_basis"], found["final"], found["status"]) == ("replay", True, "filled")
    assert found["impact_bounds"]["upper_bps"] > found["impact_bounds"]["lower_bps"] + 1
    assert sum(Decimal(text) for text in found["components_amount"].values()) == Decimal(found["is_amount"])
    assert set(found["missing"]) <= NOT_KNOWN_HERE
