"""Regimes by what was known before, and lambda's power of volume with its sign."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.flow import Flow, cells
from metaorder.calibration.regimes import at_volume, by_volatility, trailing_volatility, trailing_volume, volume_exponent
from support.flows import LAMBDA, flow

SESSION = 14_400.0


def test_the_three_regimes_share_the_day_and_find_lambda() -> None:
    made = flow(1, session_s=SESSION, lambda_=0.0, permanent=LAMBDA)
    found = by_volatility([made], cells([made], 10.0))
    assert [each.name for each in found] == ["low", "medium", "high"]
    assert sum(each.share for each in found) == pytest.approx(1 - 300 / SESSION, abs=0.01)
    for each in found:
        assert abs(each.lambda_.value - LAMBDA) < 4 * each.lambda_.standard_error  # type: ignore[operator]


def test_a_regime_without_trades_is_refused_by_name() -> None:
    made = flow(1, session_s=3_600.0)
    found = by_volatility([made], cells([made], 10.0), bounds=(1e-9, 1e9))
    assert [each.lambda_.value is None for each in found] == [True, False, True]
    assert found[0].lambda_.reason.code == "too_few_trades"  # type: ignore[union-attr]


def test_nothing_of_an_interval_is_in_its_own_regime() -> None:
    made = flow(1, session_s=3_600.0)
    late = Flow(**{**vars(made), "mid": np.where(made.quote_t > 1_800, made.mid * 1.5, made.mid)})
    grid = cells([made], 10.0)
    now = grid.start <= 1_800
    assert trailing_volatility([late], grid)[now] == pytest.approx(trailing_volatility([made], grid)[now], nan_ok=True)
    cut = Flow(**{**vars(made), "volume": np.where(made.t >= 1_800, 0.0, made.volume)})
    ratio = trailing_volume([cut], grid)[now] / trailing_volume([made], grid)[now]
    assert np.nanstd(ratio) < 1e-12, "but for the level of an average window"


def busy(seed: int, power: float) -> Flow:
    """Half a day of few trades and half of four times as many; lambda goes as volume to the power -power."""
    half = SESSION / 2
    first, second = (
        flow(seed + i, session_s=half, rate=rate, lambda_=0.0, permanent=LAMBDA * (rate / 1.25) ** -power)
        for i, rate in enumerate((0.5, 2.0))
    )
    join = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("signed", "volume", "price")}
    return Flow(
        "day",
        SESSION,
        np.concatenate([first.t, second.t + half]),
        *join.values(),
        np.concatenate([first.quote_t, second.quote_t + half]),
        np.concatenate([first.mid, second.mid + first.mid[-1] - second.mid[0]]),
        np.concatenate([first.half_spread, second.half_spread]),
    )


@pytest.mark.parametrize("power", [1.0, 0.5])
def test_the_power_of_volume_is_found_with_its_sign(power: float) -> None:
    made = busy(11, power)
    found = volume_exponent([made], cells([made], 10.0))
    assert found.value is not None, found.reason
    assert abs(found.value - power) < 4 * found.standard_error + 0.1  # type: ignore[operator]
    assert at_volume(LAMBDA, found, 2.0) < LAMBDA < at_volume(LAMBDA, found, 0.5), "what is traded much is moved less"


def test_a_lambda_that_does_not_go_with_volume_is_not_adjusted() -> None:
    made = busy(21, 0.0)
    found = volume_exponent([made], cells([made], 10.0))
    assert found.reason is not None
    assert (found.reason.code, at_volume(LAMBDA, found, 2.0)) == ("not_significant", LAMBDA)


def test_too_few_trades_have_no_power() -> None:
    made = flow(1, session_s=900.0)
    assert volume_exponent([made], cells([made], 10.0)).reason.code == "too_few_trades"  # type: ignore[union-attr]
