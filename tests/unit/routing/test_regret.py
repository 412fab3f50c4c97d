"""In hindsight no way is cheaper than who knew the outflows, and each pays for what came by the published cost function."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.models.ck_cost import Terms, realised
from metaorder.routing.outflows import grid
from metaorder.routing.regret import ORACLE, WAYS, in_hindsight
from metaorder.routing.split import in_lots, within

LOTS = st.integers(0, 3_000)


def terms(lots: int, ahead: tuple[float, float], fee: float = 0.3) -> Terms:
    return Terms(
        shares=float(lots), half_spread=1.0, taker_fee=fee, rebates=(0.2, 0.1), impact=0.05, under=4.0, over=5.0, ahead=ahead
    )


@given(lots=st.integers(1, 1_000), ahead=st.tuples(LOTS, LOTS), came=st.tuples(LOTS, LOTS), mean=st.integers(0, 2_000))
def test_no_way_is_cheaper_than_who_knew_the_outflows(
    lots: int, ahead: tuple[int, int], came: tuple[int, int], mean: int
) -> None:
    asked = terms(lots, (float(ahead[0]), float(ahead[1])))
    scenarios = np.column_stack([grid("exponential", float(mean), 50)] * 2)
    found = in_hindsight(asked, scenarios, came, (1.0, 1.0))
    assert set(found) == {*WAYS, ORACLE}
    assert all(found[way] >= found[ORACLE] - 1e-9 * (1 + abs(found[ORACLE])) for way in WAYS)


def test_who_expects_what_comes_regrets_nothing() -> None:
    asked = terms(100, (50.0, 80.0))
    found = in_hindsight(asked, np.array([[90.0, 100.0]]), (90.0, 100.0), (1.0, 1.0))
    assert found["split"] == pytest.approx(found[ORACLE])
    assert found["market"] == pytest.approx(100 * (1.0 + 0.3 + 0.05))


def test_a_split_pays_for_the_outflows_that_came_and_not_for_those_it_expected() -> None:
    asked, scenarios = terms(100, (10.0, 10.0)), np.array([[200.0, 200.0]])
    market, limits = in_lots(within(asked, scenarios), 100)
    assert market == 0, "all was expected to fill at rest"
    found = in_hindsight(asked, scenarios, (0.0, 0.0), (1.0, 1.0))
    assert found["split"] == pytest.approx(realised(asked, 0, limits, [[0.0, 0.0]]).cost[0])
    assert found["split"] == pytest.approx(100 * (4.0 + 0.05) + 0.05 * 100)
    assert found[ORACLE] == pytest.approx(found["market"])
