"""Sizes: each child's belongs to it, lies around what others show, and is round as people's sizes are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.units import Lots
from metaorder.routing.sizes import drawn, uniform


def test_a_draw_belongs_to_the_order_and_the_child() -> None:
    assert uniform(7, 3) == uniform(7, 3)
    assert len({uniform(seed, number) for seed in range(20) for number in range(50)}) == 1_000


def test_draws_are_spread_evenly() -> None:
    found = np.histogram([uniform(5, number) for number in range(10_000)], bins=10, range=(0, 1))[0]
    assert found.min() > 900
    assert found.max() < 1_100


@given(st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_size_is_at_least_a_lot_near_what_others_show_and_round(shown: int, chance: float) -> None:
    size = drawn(Lots(shown), chance)
    assert size >= 1
    assert max(shown, 1) / 2 * 0.7 - 1 <= size <= max(shown, 1) * 2 * 1.3 + 1
    assert size < 30 or size % 10 == 0
    assert size < 300 or size % 100 == 0


def test_a_later_chance_is_a_larger_size() -> None:
    assert [drawn(Lots(400), chance) for chance in (0.0, 0.25, 0.5, 0.75, 0.999)] == [200, 300, 400, 600, 800]
