"""The published table of Almgren, Thum, Hauptmann and Li (2005): IBM and DRI, a tenth of a day's volume, to the printed digit."""

from __future__ import annotations

import pytest

from metaorder.models.athl2005 import impact

IBM = {"adv": 6.561e6, "outstanding": 1.728e9, "sigma": 0.0157}
DRI = {"adv": 1.929e6, "outstanding": 168e6, "sigma": 0.0226}


@pytest.mark.parametrize(
    ("stock", "turnover", "permanent", "permanent_bp", "horizon", "temporary", "temporary_bp", "realised_bp"),
    [
        (IBM, 263, 0.126, 20, 0.1, 0.142, 22, 32),
        (IBM, 263, 0.126, 20, 0.2, 0.094, 15, 25),
        (IBM, 263, 0.126, 20, 0.5, 0.054, 8, 18),
        (DRI, 87, 0.096, 22, 0.1, 0.142, 32, 43),
        (DRI, 87, 0.096, 22, 0.2, 0.094, 21, 32),
        (DRI, 87, 0.096, 22, 0.5, 0.054, 12, 23),
    ],
)
def test_a_row_of_the_table_comes_out(
    stock: dict[str, float],
    turnover: int,
    permanent: float,
    permanent_bp: int,
    horizon: float,
    temporary: float,
    temporary_bp: int,
    realised_bp: int,
) -> None:
    found = impact(stock["adv"] / 10, horizon, **stock)
    assert round(found.inverse_turnover) == turnover
    assert round(found.permanent / stock["sigma"], 3) == permanent
    assert round(found.temporary / stock["sigma"], 3) == temporary
    in_bp = tuple(round(1e4 * value) for value in (found.permanent, found.temporary, found.realised))
    assert in_bp == (permanent_bp, temporary_bp, realised_bp)
