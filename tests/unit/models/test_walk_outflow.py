"""What leaves a queue while the price walks: held against walks and arrivals that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.walk_outflow import arrived, share_above, share_reached, walking

EVEN = (np.arange(2_000) + 0.5) / 2_000


def walks(n: int = 4_000, steps: int = 1_000) -> np.ndarray:
    """Standard walks over [0, 1], shape (n, steps)."""
    return np.cumsum(np.random.default_rng(5).standard_normal((n, steps)), axis=1) / np.sqrt(steps)


def test_at_its_start_a_walk_keeps_to_the_arcsine_law() -> None:
    assert share_above(0.0, EVEN) == pytest.approx(np.sin(np.pi * EVEN / 2) ** 2, abs=2e-5)


@pytest.mark.parametrize("level", [0.1, 0.6, 1.5])
def test_the_share_above_a_level_is_that_of_walks(level: float) -> None:
    shares = np.sort((walks() > level).mean(axis=1))
    at = np.array([0.2, 0.4, 0.6, 0.8, 0.95])
    assert share_above(level, at) == pytest.approx(np.quantile(shares, at), abs=0.045)
    assert (share_above(level, EVEN) == 0).mean() == pytest.approx((walks().max(axis=1) < level).mean(), abs=0.03)


@pytest.mark.parametrize(("move", "spread", "behind"), [(5.0, 6.0, 0.0), (40.0, 14.0, 0.0), (5.0, 6.0, 3.0), (0.2, 1.0, 0.0)])
def test_what_reaches_a_child_is_what_trades_at_its_price_while_the_mid_walks(move: float, spread: float, behind: float) -> None:
    mid = walks() * move
    drawn = 0.5 * (mid < 0.5 - behind).mean(axis=1) + 0.5 * (mid < -behind - spread).mean(axis=1)
    said = share_reached(EVEN, move=move, spread=spread, behind=behind)
    assert said.mean() == pytest.approx(drawn.mean(), abs=0.02)
    assert np.all(np.diff(said) >= 0)
    assert np.quantile(said, [0.25, 0.5, 0.75]) == pytest.approx(np.quantile(drawn, [0.25, 0.5, 0.75]), abs=0.06)


def test_where_nothing_moves_half_of_the_volume_reaches_the_touch_and_none_a_price_behind_it() -> None:
    assert set(share_reached(EVEN, move=0.0, spread=1.0).tolist()) == {0.5}
    assert set(share_reached(EVEN, move=0.0, spread=1.0, behind=2.0).tolist()) == {0.0}


@pytest.mark.parametrize(("mean", "lump", "seen"), [(100.0, 40.0, 1e6), (30.0, 80.0, 1e6), (100.0, 60.0, 6.0)])
def test_arrivals_in_lumps_are_those_that_are_drawn(mean: float, lump: float, seen: float) -> None:
    rng, n = np.random.default_rng(3), 100_000
    count = rng.poisson(2 * mean / lump * rng.gamma(seen, 1 / seen, n))
    drawn = np.where(count > 0, rng.gamma(np.maximum(count, 1)) * lump / 2, 0.0)
    said = arrived(np.full(len(EVEN), mean), lump, seen, EVEN)
    assert said.mean() == pytest.approx(mean, rel=0.02)
    assert said.std() == pytest.approx(drawn.std(), rel=0.05)
    for level in (0.0, mean / 2, mean, 2 * mean):
        assert (said <= level).mean() == pytest.approx((drawn <= level).mean(), abs=0.04)


def test_scenarios_hold_the_mean_and_nothing_comes_of_no_volume() -> None:
    reached = share_reached((np.arange(200) + 0.5) / 200, move=30.0, spread=6.0)
    assert walking(1_000.0, reached, 50.0, 40.0).mean() == pytest.approx(1_000 * reached.mean(), rel=0.03)
    assert not walking(0.0, reached, 50.0, 40.0).any()


@pytest.mark.parametrize(
    ("how", "field"),
    [
        (lambda: share_above(-1.0, EVEN), "level"),
        (lambda: share_reached(EVEN, move=-1.0, spread=1.0), "move"),
        (lambda: share_reached(EVEN, move=1.0, spread=float("nan")), "spread"),
        (lambda: arrived(EVEN, 0.0, 1.0, EVEN), "lump"),
        (lambda: arrived(EVEN, 1.0, 0.0, EVEN), "seen"),
        (lambda: walking(-1.0, EVEN, 1.0, 1.0), "volume"),
    ],
)
def test_bad_numbers_are_refused_by_name(how, field: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Invalid) as caught:
        how()
    assert caught.value.field == field
