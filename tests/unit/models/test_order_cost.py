"""What any schedule costs: Almgren and Chriss' own numbers where they have one, else the simulated market's slow sum."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models import ac_continuous, ac_discrete, athl2005
from metaorder.models.ac_discrete import Programme
from metaorder.models.ac_frontier import frontier
from metaorder.models.order_cost import ForgettingLaw, Parts, PowerLaw, SquareRootLaw, drifted, urgent, variance
from metaorder.sim.impact import Traded, cost
from metaorder.sim.presets import PRESETS
from metaorder.sim.usual import own_law

PAPER = Programme(shares=1e6, horizon=5.0, periods=5, sigma=0.95, eps=0.0625, gamma=2.5e-7, eta=2.5e-6)
ADV = 5e6


def parts(n: int, days: float, *, adv: float = ADV, day_s: float = 23_400) -> Parts:
    each = days / n
    return Parts(days=np.full(n, each), volume=np.full(n, adv * each), adv=adv, day_s=day_s)


def linear(programme: Programme, sigma: float) -> PowerLaw:
    """The paper's gamma and eta [$] as coefficients of the law at a price of 1."""
    return PowerLaw(gamma=programme.gamma * ADV / sigma, eta=programme.eta * ADV / sigma, beta=1.0, sigma=sigma)


@pytest.mark.parametrize("lam", [0.0, 1e-7, 1e-6, 1e-5])
def test_with_a_linear_law_it_is_almgren_and_chriss_expected_cost(lam: float) -> None:
    best = ac_discrete.optimal(PAPER, lam)
    temporary, permanent = linear(PAPER, 0.95).cost(best.trades, parts(5, 5.0))
    assert float(temporary + permanent) + PAPER.eps * PAPER.shares == pytest.approx(best.cost, rel=1e-12)


def test_its_paths_are_almgren_and_chriss_frontier_at_the_same_urgency() -> None:
    programme = Programme(shares=1e6, horizon=5.0, periods=400, sigma=0.95, eps=0.0, gamma=2.5e-7, eta=2.5e-6)
    line = frontier(programme, [0.0, 1e-7, 1e-6, 1e-5])
    cut = parts(400, 5.0)
    paths = urgent(1e6, cut.volume, line.kappa * 5.0)
    temporary, permanent = linear(programme, 0.95).cost(paths, cut)
    assert temporary + permanent == pytest.approx(line.cost, rel=1e-9)


def test_its_variance_is_the_continuous_limit() -> None:
    smooth = ac_continuous.optimal(1e6, 5.0, [0.0], risk_aversion=1e-6, sigma=0.95, eps=0.0, gamma=0.0, eta=2.5e-6)
    cut = parts(2_000, 5.0)
    (path,) = urgent(1e6, cut.volume, np.array([smooth.kappa * 5.0]))
    assert float(variance(path, cut, 0.95)) == pytest.approx(smooth.variance, rel=1e-5)


def test_an_even_order_costs_what_the_paper_of_2005_says() -> None:
    said = athl2005.impact(656_100, 0.5, adv=6.561e6, outstanding=1.728e9, sigma=0.0157)
    law = PowerLaw(gamma=athl2005.GAMMA * (1.728e9 / 6.561e6) ** 0.25, eta=athl2005.ETA, beta=0.6, sigma=0.0157)
    temporary, permanent = law.cost(np.full(4_000, 656_100 / 4_000), parts(4_000, 0.5, adv=6.561e6))
    assert float(temporary) / 656_100 == pytest.approx(said.temporary, rel=1e-9)
    assert float(permanent) / 656_100 == pytest.approx(said.permanent / 2, rel=1e-3)


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize("window_s", [600, 3_600])
def test_a_scenarios_law_is_the_slow_sum_over_many_small_trades(name: str, window_s: int) -> None:
    scenario = PRESETS[name]
    lots = 0.01 * scenario.adv
    trades = [Traded((i + 0.5) * window_s / 20_000, lots / 20_000) for i in range(20_000)]
    cut = parts(40, window_s / 23_400, adv=scenario.adv)
    temporary, permanent = own_law(scenario, 1.0).cost(np.full(40, lots / 40), cut)
    assert float(temporary + permanent) * scenario.start == pytest.approx(cost(scenario, trades), rel=0.02)


def test_what_is_never_forgotten_is_permanent_whatever_the_schedule() -> None:
    law = ForgettingLaw(scale=1e-2, memory=(60.0, math.inf), weights=(1.0, 0.5), exponent=0.5, steps=64)
    cut = parts(40, 0.1)
    paths = urgent(1e4, cut.volume, np.array([0.0, 5.0, 20.0]))
    temporary, permanent = law.cost(paths, cut)
    assert permanent == pytest.approx(permanent[0], rel=1e-2)
    assert (np.diff(temporary) > 0).all()


def test_a_forecast_costs_each_part_the_mean_move_while_it_trades() -> None:
    assert float(drifted(np.array([10.0, 30.0]), np.array([0.0, 0.2, 0.4]))) == pytest.approx(10 * 0.1 + 30 * 0.3)


def test_paths_trade_the_whole_order_and_the_slowest_follows_the_volume() -> None:
    volume = np.array([3.0, 1.0, 2.0])
    paths = urgent(600, volume, np.array([0.0, 4.0, 3_000.0]))
    assert paths.sum(axis=1) == pytest.approx([600, 600, 600])
    assert paths[0] == pytest.approx([300, 100, 200])
    assert paths[2] == pytest.approx([600, 0, 0], abs=1e-9)


def test_numbers_that_break_a_rule_are_refused_by_name() -> None:
    with pytest.raises(Invalid, match="beta must be above 0"):
        PowerLaw(gamma=1, eta=1, beta=1.5, sigma=1)
    with pytest.raises(Invalid, match="adv"):
        parts(4, 1.0, adv=0.0)


def test_by_the_square_root_law_every_schedule_costs_two_thirds_of_the_peak() -> None:
    """0.8 x 0.02 x sqrt(1 %) = 16 bps at the end; the sum along the path, in small steps, is two thirds of that."""
    law, cut = SquareRootLaw(y=0.8, sigma=0.02), parts(50, 0.5)
    even, early = np.full(50, 1_000.0), np.concatenate([[41_000.0], np.zeros(40), np.full(9, 1_000.0)])
    temporary, permanent = law.cost(np.stack([even, early]), cut)
    done = np.linspace(0, 50_000, 100_001)
    along = float(np.mean(0.8 * 0.02 * np.sqrt((done[1:] + done[:-1]) / 2 / ADV))) * 50_000
    assert permanent == pytest.approx([along, along], rel=1e-6)
    assert permanent[0] / 50_000 == pytest.approx(0.0016 * 2 / 3)
    assert temporary.tolist() == [0.0, 0.0]
    for wrong in ({"y": -1.0}, {"sigma": float("nan")}, {"delta": 0.0}):
        with pytest.raises(Invalid):
            SquareRootLaw(**{"y": 0.8, "sigma": 0.02, **wrong})
