"""What impact left behind and the risk of waiting, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.tca.risk import Risk, Settled, risk, settled
from support.tca import CLOSE, Fill, fills, order, quotes, seconds


def test_what_is_gone_half_an_hour_after_the_end_was_temporary() -> None:
    ours, alone = quotes((0, "50.00"), (900, "50.20"), (2_700, "50.12")), quotes((0, "50.00"), (950, "50.10"))
    found = settled(1, order(), ours, alone, CLOSE)
    assert isinstance(found, Settled)
    assert found.permanent == pytest.approx(0.02 / 50.1)
    assert found.temporary == pytest.approx(0.08 / 50.1)
    assert isinstance(settled(1, order(), ours, alone, seconds(2_799)), str)


def test_the_risk_of_waiting_is_the_volatility_on_the_open_lots() -> None:
    """1,000 lots for half of the 990 s and 500 for the rest; the mid moves one part in a thousand each minute, up and down."""
    told = fills(1, Fill(500, "50.00", "49.98", "50.02", ts=505))
    path = quotes(*((60 * k - 50, "50.05" if k % 2 else "50.00") for k in range(20)))
    found = risk(order(), told, path, seconds(2_000))
    assert isinstance(found, Risk)
    step = np.log(50.05 / 50)
    assert found.volatility == pytest.approx(step * 60**0.5)
    assert found.cost_sd == pytest.approx(step * ((495 * 1 + 495 * 0.25) / 60) ** 0.5)
    assert isinstance(risk(order(), told, quotes((0, None)), seconds(2_000)), str)
