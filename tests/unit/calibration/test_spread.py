"""Half-spreads: over time, and over volume; refused where quotes come too late to have been met."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.flow import Flow
from metaorder.calibration.spread import half_spreads
from support.flows import flow


def test_half_spreads_are_means_over_time_and_over_volume() -> None:
    made = flow(1)
    half = np.where(made.quote_t < 900, 0.04, 0.02)
    shaped = Flow(**{**vars(made), "half_spread": half})
    quoted, paid = half_spreads([shaped])
    assert quoted.value == pytest.approx((0.04 * 900 + 0.02 * 2_700) / 3_600, rel=1e-3)
    assert paid.value == pytest.approx(0.01, rel=1e-9), "it was what trades paid"
    assert half_spreads([made])[0].standard_error == pytest.approx(0, abs=1e-12)


def test_quotes_that_come_late_have_no_effective_spread() -> None:
    made = flow(1)
    late = Flow(**{**vars(made), "price": made.price + 1.0})
    quoted, paid = half_spreads([late])
    assert (quoted.value is None, paid.reason.code) == (False, "quotes_late")  # type: ignore[union-attr]


def test_too_little_is_refused() -> None:
    quoted, paid = half_spreads([flow(1, session_s=20.0, rate=0.1)])
    assert (quoted.reason.code, paid.reason.code) == ("too_few_quotes", "too_few_trades")  # type: ignore[union-attr]
