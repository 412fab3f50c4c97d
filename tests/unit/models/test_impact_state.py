"""The own impact as it builds up and fades: exact in any step, Euler only in small ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.impact_state import Decay, beta, concave, path, per_share
from support.examples import examples

TRADES = st.lists(st.floats(-1e4, 1e4), max_size=20)


@settings(max_examples=examples(80))
@given(TRADES, st.floats(0.01, 100), st.floats(0.001, 10), st.floats(-1, 1))
def test_the_exact_path_is_the_sum_of_all_trades_each_faded(trades: list[float], rate: float, dt: float, start: float) -> None:
    found = path(trades, beta=rate, dt=dt, per_share=1e-4, start=start)
    n = np.arange(len(trades) + 1)
    expected = [
        start * math.exp(-rate * dt * k) + sum(1e-4 * q * math.exp(-rate * dt * (k - j)) for j, q in enumerate(trades[:k]))
        for k in n
    ]
    assert found == pytest.approx(expected, abs=1e-12)


@settings(max_examples=examples(40))
@given(TRADES, st.integers(1, 5))
def test_exact_decay_does_not_care_how_time_is_cut(trades: list[float], parts: int) -> None:
    whole = path(trades, beta=2.0, dt=0.5, per_share=1e-4)
    fine = [move for trade in trades for move in [trade, *[0.0] * (parts - 1)]]
    assert path(fine, beta=2.0, dt=0.5 / parts, per_share=1e-4)[::parts] == pytest.approx(whole, abs=1e-12)


def test_the_euler_forms_tend_to_the_exact_one() -> None:
    trades = np.sin(np.arange(8)) * 1_000
    for decay in (Decay.EULER, Decay.EULER_BEFORE):
        gaps = []
        for parts in (100, 200):
            fine = np.zeros(8 * parts)
            fine[::parts] = trades
            exact = path(fine, beta=1.0, dt=0.1 / parts, per_share=1e-4)[-1]
            gaps.append(abs(path(fine, beta=1.0, dt=0.1 / parts, per_share=1e-4, decay=decay)[-1] - exact))
        assert gaps[1] < 0.6 * gaps[0]


def test_before_differs_from_after_by_the_decay_of_the_trade_itself() -> None:
    terms = {"beta": 1.0, "dt": 0.1, "per_share": 1.0}
    assert path([10.0], decay=Decay.EULER_BEFORE, **terms).tolist() == [0, 10]
    assert path([10.0], decay=Decay.EULER, **terms).tolist() == [0, 9]


def test_units() -> None:
    assert per_share(25_000.0, sigma=0.01, adv=1e6) == pytest.approx(2.5e-4)
    assert beta(0.5) == pytest.approx(2 * math.log(2))
    assert path([], beta=1.0, dt=1.0, per_share=1.0, start=0.5).tolist() == [0.5]
    assert path([], beta=beta(3.0), dt=3.0, per_share=1.0, start=0.5).tolist() == [0.5]
    assert path([0.0], beta=beta(3.0), dt=3.0, per_share=1.0, start=0.5)[1] == pytest.approx(0.25)


def test_concave_impact_keeps_its_side() -> None:
    assert concave(np.array([-4.0, 0.0, 4.0]), strength=0.5, exponent=0.5).tolist() == [-1, 0, 1]


@pytest.mark.parametrize("decay", [Decay.EULER, Decay.EULER_BEFORE])
def test_an_euler_step_that_explodes_is_refused(decay: Decay) -> None:
    with pytest.raises(Invalid, match="dt must be below 2 / beta"):
        path([1.0], beta=4.0, dt=0.5, per_share=1.0, decay=decay)
    assert path([1.0], beta=4_000.0, dt=0.5, per_share=1.0)[1] == 0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(Invalid, match="beta"):
        path([1.0], beta=0.0, dt=0.5, per_share=1.0)
    with pytest.raises(Invalid, match="half_life"):
        beta(0.0)
    with pytest.raises(Invalid, match="adv"):
        per_share(1.0, sigma=0.01, adv=0.0)
    with pytest.raises(Invalid, match="exponent"):
        concave(np.array([1.0]), strength=1.0, exponent=1.5)
    with pytest.raises(Invalid, match=r"trades\.1"):
        path([1.0, math.nan], beta=1.0, dt=0.5, per_share=1.0)
