"""Target participation after Cartea and Jaimungal: limits, and what no schedule beats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.cj_target_pov import target_pov

GIVEN: dict[str, Any] = {"chi": 0.1, "k": 1e-7, "b": 1e-8, "alpha": 1e-5, "phi": 1e-6}
MU = [180_000.0, 350_000.0, 380_000.0, 120_000.0]


def test_an_order_of_the_target_itself_is_worked_along_the_volume_less_what_impact_spares() -> None:
    mu = np.array(MU)
    found = target_pov(0.1 * mu.mean(), 1.0, mu, **GIVEN | {"alpha": None, "phi": 1e3})
    assert found.rate == pytest.approx(0.1 * mu, rel=1e-6)


def test_without_a_target_the_rate_is_constant() -> None:
    found = target_pov(1000.0, 2.0, MU, **GIVEN | {"alpha": None, "phi": 0.0})
    assert found.rate == pytest.approx(np.full(4, 500.0))
    assert found.left == 0.0


def test_all_is_sold_where_all_must_be_and_what_is_left_otherwise_is_counted() -> None:
    for alpha in (None, 1e-5, 0.0):
        found = target_pov(20_000.0, 1.0, MU, **GIVEN | {"alpha": alpha})
        assert found.rate.sum() / 4 + found.left == pytest.approx(20_000.0, rel=1e-12)
    nearly = target_pov(20_000.0, 1.0, MU, **GIVEN | {"alpha": 1e9})
    assert nearly.left == pytest.approx(0.0, abs=1e-6)


def test_no_other_schedule_costs_less() -> None:
    found = target_pov(20_000.0, 1.0, MU, **GIVEN)
    c = GIVEN["alpha"] - GIVEN["b"] / 2

    def cost(rate: np.ndarray) -> float:
        own = GIVEN["k"] * rate**2 + GIVEN["phi"] * (rate - 0.1 * np.array(MU)) ** 2
        return float(own.sum()) / 4 + c * (20_000.0 - rate.sum() / 4) ** 2

    assert cost(found.rate) == pytest.approx(found.cost, rel=1e-12)
    rng = np.random.default_rng(3)
    for _ in range(50):
        assert cost(found.rate + rng.normal(0, 100, 4)) > found.cost


def test_nothing_to_do_and_no_target_costs_nothing() -> None:
    found = target_pov(0.0, 1.0, MU, **GIVEN | {"chi": 0.0})
    assert found.rate.tolist() == [0.0] * 4
    assert (found.left, found.cost) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("volume_rate", {"volume_rate": []}),
        ("volume_rate.1", {"volume_rate": [1.0, -1.0]}),
        ("k", {"k": 0.0}),
        ("phi", {"phi": -1.0}),
        ("horizon", {"horizon": -1.0}),
        ("alpha", {"alpha": -1.0}),
        ("chi", {"chi": float("nan")}),
    ],
)
def test_bad_numbers_are_refused_by_name(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        target_pov(**{"shares": 1.0, "horizon": 1.0, "volume_rate": MU} | GIVEN | change)
    assert refused.value.field == field
