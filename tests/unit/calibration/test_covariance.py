"""Covariance of symbols whose correlation is known: found within its error, or refused by name."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metaorder.calibration.covariance import covariance
from metaorder.calibration.estimate import Estimate
from metaorder.calibration.flow import Flow
from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats

SIGMA = (0.01, 0.02)
TRADES: Floats = np.empty(0)


def pair(
    seed: int, *, rho: float = 0.5, session_s: float = 23_400.0, day: str = "2026-03-02", first_s: float = 0.0
) -> list[tuple[str, Flow]]:
    """A day of two symbols that are quoted each ten seconds, the second from first_s on."""
    dice = np.random.default_rng(seed)
    times = np.arange(0.0, session_s, 10.0)
    steps = dice.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=times.size, method="cholesky") / math.sqrt(2_340)
    made = []
    for place, name in enumerate(("A", "B")):
        mid = 100 * np.exp(SIGMA[place] * np.cumsum(steps[:, place]))
        kept = times >= (first_s if place else 0.0)
        half = np.full(int(kept.sum()), 0.01)
        made.append((name, Flow(day, session_s, TRADES, TRADES, TRADES, TRADES, times[kept], mid[kept], half)))
    return made


def named(rows: list[Estimate]) -> dict[str, Estimate]:
    return {each.name: each for each in rows}


def coverage(seeds: int) -> dict[str, float]:
    truth = {"sigma_A": SIGMA[0], "sigma_B": SIGMA[1], "correlation_A_B": 0.5}
    rows = [named(covariance(pair(seed))[0]) for seed in range(seeds)]
    return {
        name: float(np.mean([each[name].low <= value <= each[name].high for each in rows]))  # type: ignore[operator]
        for name, value in truth.items()
    }


def test_the_intervals_hold_the_truth() -> None:
    for name, held in coverage(150).items():
        assert 0.90 <= held <= 0.99, name


@pytest.mark.gauntlet
def test_the_intervals_hold_the_truth_over_many_days() -> None:
    for name, held in coverage(1_500).items():
        assert 0.93 <= held <= 0.965, name


def test_the_matrix_is_shrunk_by_what_the_pairs_may_be_wrong() -> None:
    rows, matrix = covariance([*pair(1), *pair(2, day="2026-03-03")], bar_s=30.0)
    assert matrix is not None
    found = named(rows)["correlation_A_B"]
    assert found.value is not None
    assert found.standard_error is not None
    assert matrix.shrinkage == pytest.approx((found.standard_error / found.value) ** 2)
    assert matrix.correlation[0, 1] == pytest.approx(found.value * (1 - matrix.shrinkage))
    assert matrix.covariance[0, 1] == pytest.approx(matrix.correlation[0, 1] * SIGMA[0] * SIGMA[1], rel=0.1)
    assert (matrix.symbols, matrix.bars) == (("A", "B"), 2 * 779), "the first bar of a day has no mid before it"


def test_what_is_not_identified_is_refused_by_name() -> None:
    one, other = pair(1)
    still = Flow("2026-03-02", 23_400.0, TRADES, TRADES, TRADES, TRADES, np.zeros(1), np.full(1, 100.0), np.full(1, 0.01))
    days = {
        "too_few_bars": [one, pair(1, first_s=21_700.0)[1]],
        "no_variation": [one, ("B", still)],
        "sessions_differ": [one, pair(1, session_s=12_000.0)[1]],
        "not_positive_definite": [one, ("B", one[1])],
    }
    for code, asked in days.items():
        rows, matrix = covariance(asked)
        assert matrix is None, code
        assert rows[-1].reason is not None, code
        assert rows[-1].reason.code == code
    apart, _ = covariance([one, ("B", pair(1, day="2026-03-03")[1][1])])
    assert {each.reason.code for each in apart if each.reason} == {"too_few_bars"}, "no day that both have"
    assert other[0] == "B"


@pytest.mark.parametrize("days", [[], pair(1)[:1], [*pair(1), *pair(1)]], ids=["none", "one", "twice"])
def test_one_symbol_or_a_day_twice_is_refused(days: list[tuple[str, Flow]]) -> None:
    with pytest.raises(Invalid):
        covariance(days)
    with pytest.raises(Invalid):
        covariance(pair(1), bar_s=0.0)
