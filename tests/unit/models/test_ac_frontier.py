"""The efficient frontier: its ends, its slope, and each point a schedule of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete
from metaorder.models.ac_discrete import Programme
from metaorder.models.ac_frontier import at_once, frontier, straight_line

PAPER = Programme(shares=1e6, horizon=5.0, periods=5, sigma=0.95, eps=0.0625, gamma=2.5e-7, eta=2.5e-6)
LAMS = np.geomspace(1e-9, 1e-3, 25)


def test_each_point_is_the_schedule_of_its_risk_aversion() -> None:
    found = frontier(PAPER, LAMS)
    for place, lam in enumerate(LAMS):
        alone = ac_discrete.optimal(PAPER, float(lam))
        assert (found.cost[place], found.variance[place], found.kappa[place]) == pytest.approx(
            (alone.cost, alone.variance, alone.kappa), rel=1e-12
        )


def test_less_risk_always_costs_more_at_the_price_of_risk() -> None:
    found = frontier(PAPER, LAMS)
    assert (np.diff(found.cost) > 0).all()
    assert (np.diff(found.variance) < 0).all()
    lam, step = 1e-6, 1e-3
    near = frontier(PAPER, [lam * (1 - step), lam * (1 + step)])
    assert np.diff(near.cost)[0] / np.diff(near.variance)[0] == pytest.approx(-lam, rel=1e-5)


@pytest.mark.parametrize("periods", [1, 2, 5, 390])
def test_its_ends_are_the_straight_line_and_everything_at_once(periods: int) -> None:
    order = replace(PAPER, periods=periods, gamma=1e-9)
    found, line, once = frontier(order, [0.0, 1e20]), straight_line(order), at_once(order)
    assert found.cost == pytest.approx([line.cost, once.cost])
    assert found.variance == pytest.approx([line.variance, once.variance], abs=1)


def test_the_papers_ends_come_out() -> None:
    line, once = straight_line(PAPER), at_once(PAPER)
    assert (line.cost, line.variance) == (pytest.approx(662_500), pytest.approx(1.083e12))
    assert (once.cost, once.variance) == (pytest.approx(2_562_500), 0)


def test_a_negative_risk_aversion_is_refused_by_its_place() -> None:
    with pytest.raises(Invalid) as refused:
        frontier(PAPER, [1e-6, -1.0])
    assert refused.value.field == "risk_aversions.1"
