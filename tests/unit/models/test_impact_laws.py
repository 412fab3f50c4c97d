"""Impact laws: odd, zero at zero, two thirds of the peak on average, and faded as they should."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.impact_laws import average_cost, half_life, power_impact, transient_impact

LAW: dict[str, Any] = {"sigma": 0.02, "volume": 1e6, "delta": 0.5}


def test_a_sale_moves_the_price_down_as_far_as_a_purchase_up() -> None:
    moves = power_impact([-1e4, 0.0, 1e4], y=1.0, **LAW)
    assert moves == pytest.approx([-0.002, 0.0, 0.002])
    assert power_impact(1e6, y=0.8, **LAW) == pytest.approx(0.8 * 0.02)


def test_four_times_the_size_moves_the_price_twice_as_far() -> None:
    one, four = power_impact([2500.0, 10_000.0], y=1.3, **LAW)
    assert four == pytest.approx(2 * one)


def test_the_average_is_the_path_summed() -> None:
    path = power_impact((np.arange(200_000) + 0.5) * 0.05, y=1.0, **LAW)
    peak = power_impact(1e4, y=1.0, **LAW)
    assert average_cost(peak, delta=0.5) == pytest.approx(path.mean(), rel=1e-6)
    assert average_cost(peak, delta=0.5) == pytest.approx(2 / 3 * peak)


def test_half_is_gone_after_the_half_life() -> None:
    life = half_life(1 / 300)
    assert life == pytest.approx(207.944, abs=1e-3)  # not 300: the seed's "five minutes"
    start, later = (
        transient_impact([10.0], [500.0], at, c=1.0, kernel="exponential", rho=1 / 300, **LAW) for at in (10.0, 10.0 + life)
    )
    assert later == pytest.approx(start / 2)
    assert half_life(0.0) is None


def test_trades_to_come_do_not_move_the_price_and_one_just_made_does() -> None:
    for kernel in ("exponential", "power"):
        rest: dict[str, Any] = {"c": 2.0, "kernel": kernel, "rho": 0.1, "tau0": 5.0, "beta": 0.5, **LAW}
        assert transient_impact([10.0, 20.0], [100.0, -100.0], 9.0, **rest) == 0.0
        assert transient_impact([], [], 9.0, **rest) == 0.0
        assert transient_impact([10.0], [-100.0], 10.0, **rest) == pytest.approx(-2 * 0.02 * math.sqrt(1e-4))


def test_the_power_kernel_fades_as_its_power() -> None:
    value = transient_impact([0.0], [1e6], 3e6, c=1.0, kernel="power", tau0=1.0, beta=0.5, **LAW)
    assert value == pytest.approx(0.02 / math.sqrt(3e6 + 1))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("delta", {"delta": 0.0}),
        ("delta", {"delta": 1.5}),
        ("volume", {"volume": 0.0}),
        ("sigma", {"sigma": -1.0}),
        ("times.1", {"times": [1.0, 0.5]}),
        ("quantities", {"quantities": [1.0]}),
        ("kernel", {"kernel": "flat"}),
        ("rho", {"rho": -1.0}),
        ("tau0", {"kernel": "power", "tau0": 0.0}),
    ],
)
def test_bad_numbers_are_refused_by_name(field: str, change: dict[str, Any]) -> None:
    given = {"times": [0.0, 1.0], "quantities": [1.0, 2.0], "at": 2.0, "c": 1.0, "kernel": "exponential", **LAW} | change
    with pytest.raises(Invalid) as refused:
        transient_impact(**given)
    assert refused.value.field == field


def test_a_size_that_is_no_number_is_refused() -> None:
    with pytest.raises(Invalid, match="quantity"):
        power_impact([1.0, math.nan], y=1.0, **LAW)
