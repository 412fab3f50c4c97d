"""Outflows of a queue: distributions that agree with their draws and with themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.outflow import Exponential, Gamma, LogNormal, Outflow

ALL: list[tuple[Outflow, Callable[[np.random.Generator, int], np.ndarray]]] = [
    (Exponential(900.0), lambda rng, n: rng.exponential(900.0, n)),
    (Gamma(3.0, 300.0), lambda rng, n: rng.gamma(3.0, 300.0, n)),
    (LogNormal(6.5, 0.8), lambda rng, n: rng.lognormal(6.5, 0.8, n)),
]


@pytest.mark.parametrize(("outflow", "drawn"), ALL)
def test_probabilities_and_means_are_those_of_draws(
    outflow: Outflow, drawn: Callable[[np.random.Generator, int], np.ndarray]
) -> None:
    n = 400_000
    values = drawn(np.random.default_rng(3), n)
    for x in (100.0, 800.0, 2500.0):
        assert outflow.cdf(x) == pytest.approx(np.mean(values <= x), abs=4 * 0.5 / np.sqrt(n))
    between = np.clip(values, 500.0, 1200.0) - 500.0
    assert outflow.above(500.0, 1200.0) == pytest.approx(between.mean(), abs=4 * between.std() / np.sqrt(n))


@pytest.mark.parametrize("outflow", [each for each, _ in ALL])
def test_quantiles_undo_probabilities(outflow: Outflow) -> None:
    for p in (1e-6, 0.3, 0.999):
        assert outflow.cdf(outflow.quantile(p)) == pytest.approx(p, rel=1e-9)
    for p in (0.0, 1.0, float("nan")):
        with pytest.raises(Invalid):
            outflow.quantile(p)


@pytest.mark.parametrize("outflow", [each for each, _ in ALL])
def test_nothing_leaves_below_zero_and_all_of_it_somewhere(outflow: Outflow) -> None:
    assert outflow.cdf(0.0) == outflow.cdf(-5.0) == 0.0
    assert outflow.cdf(1e9) == pytest.approx(1.0)
    assert outflow.above(300.0, 300.0) == 0.0
    assert outflow.above(0.0, 400.0) + outflow.above(400.0, 1e8) == pytest.approx(outflow.above(0.0, 1e8))
    assert outflow.above(1e8, 2e8) >= 0.0


@pytest.mark.parametrize(
    ("kind", "numbers", "field"),
    [
        (Exponential, (0.0,), "mean"),
        (Gamma, (0.0, 1.0), "shape"),
        (Gamma, (1.0, -1.0), "scale"),
        (LogNormal, (0.0, 0.0), "sigma"),
    ],
)
def test_bad_numbers_are_refused_by_name(kind: Callable[..., Outflow], numbers: tuple[float, ...], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        kind(*numbers)
    assert refused.value.field == field
