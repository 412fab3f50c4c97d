"""Cartea and Jaimungal's liquidation: limits, the equation that it solves, and what no choice beats."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.cj_liquidation import liquidation
from support.examples import examples

K, B, ALPHA, PHI = 1e-6, 1e-7, 1e-5, 4e-6


def test_all_is_sold_where_all_must_be() -> None:
    found = liquidation(1e6, 2.0, [0.0, 1.0, 2.0], k=K, b=B, alpha=None, phi=PHI)
    gamma = math.sqrt(PHI / K)
    assert found.inventory[[0, 2]].tolist() == [1e6, 0.0]
    assert found.inventory[1] == pytest.approx(1e6 * math.sinh(gamma) / math.sinh(2 * gamma), rel=1e-13)
    assert found.value[-1] == -math.inf


def test_a_growing_penalty_tends_to_all_must_be_sold() -> None:
    forced = liquidation(1e6, 2.0, [0.0, 0.7, 2.0], k=K, b=B, alpha=None, phi=PHI)
    nearly = liquidation(1e6, 2.0, [0.0, 0.7, 2.0], k=K, b=B, alpha=1e6, phi=PHI)
    assert nearly.inventory == pytest.approx(forced.inventory, abs=1e-3)


def test_without_a_running_penalty_the_rate_is_constant() -> None:
    found = liquidation(1e5, 0.5, [0.0, 0.2, 0.5], k=K, b=0.0, alpha=ALPHA, phi=0.0)
    assert found.rate == pytest.approx(np.full(3, 1e5 / (0.5 + K / ALPHA)), rel=1e-14)
    nearly = liquidation(1e5, 0.5, [0.0, 0.2, 0.5], k=K, b=0.0, alpha=ALPHA, phi=1e-20)
    assert nearly.inventory == pytest.approx(found.inventory, rel=1e-9)


def test_a_great_urgency_neither_overflows_nor_loses_the_order() -> None:
    found = liquidation(1e6, 3000.0, [0.0, 1.0, 1500.0, 3000.0], k=K, b=B, alpha=ALPHA, phi=K)
    assert found.gamma == 1.0
    assert np.all(np.isfinite(found.inventory))
    assert np.all(np.isfinite(found.rate))
    assert found.inventory[1] == pytest.approx(1e6 * math.exp(-1), rel=1e-12)


def test_the_textbook_form_agrees_where_it_can_be_evaluated() -> None:
    t = np.linspace(0, 2, 7)
    found = liquidation(5e5, 2.0, t, k=K, b=B, alpha=ALPHA, phi=PHI)
    gamma, root, c = math.sqrt(PHI / K), math.sqrt(K * PHI), ALPHA - B / 2
    zeta = (c + root) / (c - root)
    left = gamma * (2 - t)
    below = zeta * math.exp(gamma * 2) - math.exp(-gamma * 2)
    assert found.inventory == pytest.approx(5e5 * (zeta * np.exp(left) - np.exp(-left)) / below, rel=1e-12)
    assert found.rate == pytest.approx(gamma * 5e5 * (zeta * np.exp(left) + np.exp(-left)) / below, rel=1e-12)


def test_the_penalty_where_zeta_has_no_value_is_no_exception() -> None:
    """alpha - b/2 = sqrt(k phi): the textbook divides by zero, the schedule is an exponential."""
    found = liquidation(100.0, 1.0, [0.0, 0.5, 1.0], k=1.0, b=0.0, alpha=2.0, phi=4.0)
    assert found.inventory == pytest.approx(100 * np.exp([0.0, -1.0, -2.0]), rel=1e-14)


def test_the_value_solves_its_equation() -> None:
    """h' = phi - (h + b/2)^2 / k, and the rate is the feedback -(h + b/2)/k Q."""
    t, step = np.array([0.3, 1.1, 1.9]), 1e-5
    around = [liquidation(1e6, 2.0, t + shift, k=K, b=B, alpha=ALPHA, phi=PHI) for shift in (-step, 0.0, step)]
    slope = (around[2].value - around[0].value) / (2 * step)
    h = around[1].value + B / 2
    assert slope == pytest.approx(PHI - h**2 / K, rel=1e-5)
    assert around[1].rate == pytest.approx(-h / K * around[1].inventory, rel=1e-12)
    assert around[1].value[-1] > liquidation(1e6, 2.0, [2.0], k=K, b=B, alpha=ALPHA, phi=PHI).value[0] == pytest.approx(-ALPHA)


def objective(q: np.ndarray, rate: np.ndarray, dt: float) -> float:
    middle = (q[1:] ** 2 + q[1:] * q[:-1] + q[:-1] ** 2) / 3
    c = ALPHA - B / 2
    return float(np.sum(K * rate**2 + PHI * middle) * dt + c * q[-1] ** 2 + B / 2 * q[0] ** 2)


def test_no_other_schedule_costs_less_and_the_cost_is_the_value() -> None:
    t = np.linspace(0, 1, 2001)
    found = liquidation(1e5, 1.0, t, k=K, b=B, alpha=ALPHA, phi=PHI)
    q, dt = found.inventory, t[1]
    own = objective(q, -np.diff(q) / dt, dt)
    assert own == pytest.approx(found.penalised_shortfall, rel=1e-6)
    for shift in (np.sin(np.pi * t), t, np.sin(5 * t) * t):
        for size in (-500.0, 500.0):
            other = q + size * shift
            assert objective(other, -np.diff(other) / dt, dt) > own


@settings(max_examples=examples(50))
@given(
    n=st.floats(1, 1e7),
    horizon=st.floats(1e-3, 1e3),
    k=st.floats(1e-9, 1e-3),
    b=st.floats(0, 1e-6),
    alpha=st.floats(1e-6, 1e3) | st.none(),
    phi=st.floats(0, 1),
)
def test_inventory_falls_from_the_order_to_the_end_and_never_below_zero(**numbers: Any) -> None:
    n, horizon = numbers.pop("n"), numbers.pop("horizon")
    found = liquidation(n, horizon, np.linspace(0, horizon, 9), **numbers)
    assert found.inventory[0] == pytest.approx(n, rel=1e-12)
    assert np.all(found.inventory >= 0)
    assert np.all(np.diff(found.inventory) <= 1e-9 * n)
    assert np.all(found.rate >= 0)


def test_nothing_to_sell_is_a_schedule_of_zeros_and_a_purchase_the_mirror_of_a_sale() -> None:
    nothing = liquidation(0.0, 1.0, [0.0, 1.0], k=K, b=B, alpha=None, phi=PHI)
    assert nothing.inventory.tolist() == nothing.rate.tolist() == [0.0, 0.0]
    sold, bought = (liquidation(n, 1.0, [0.0, 0.5], k=K, b=B, alpha=ALPHA, phi=PHI) for n in (7.0, -7.0))
    assert (-bought.inventory).tolist() == sold.inventory.tolist()
    assert bought.penalised_shortfall == sold.penalised_shortfall


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("k", {"k": 0.0}),
        ("phi", {"phi": -1.0}),
        ("b", {"b": math.inf}),
        ("alpha", {"alpha": math.nan}),
        ("alpha", {"alpha": -1.0}),
        ("horizon", {"horizon": 0.0}),
        ("shares", {"shares": math.nan}),
        ("times.1", {"times": [0.0, 1.5]}),
        ("times.0", {"times": [-0.1]}),
    ],
)
def test_bad_numbers_are_refused_by_name(field: str, change: dict[str, Any]) -> None:
    given = {"shares": 1.0, "horizon": 1.0, "times": [0.0], "k": K, "b": B, "alpha": ALPHA, "phi": PHI} | change
    with pytest.raises(Invalid) as refused:
        liquidation(**given)
    assert refused.value.field == field
