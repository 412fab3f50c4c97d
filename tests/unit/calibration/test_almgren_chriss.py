"""The inputs of Almgren and Chriss: gamma and eta where impact stays and fades, refused where either does not."""

from __future__ import annotations

from metaorder.calibration.almgren_chriss import inputs
from metaorder.calibration.decay import beta, fit_decay
from metaorder.calibration.estimate import Estimate
from metaorder.calibration.flow import cells
from metaorder.calibration.spread import half_spreads
from metaorder.calibration.volatility import volatilities
from support.flows import BETA, LAMBDA, PERMANENT, flow


def found(**given: float) -> dict[str, Estimate]:
    made = flow(5, session_s=7_200.0, **given)  # type: ignore[arg-type]
    grid = cells([made], 1.0)
    fit = fit_decay([made], grid, permanent=True)
    rows = inputs(beta(fit, grid), fit, half_spreads([made])[0], volatilities([made])[0], 100.0)
    return {each.name: each for each in rows}


def test_gamma_and_eta_hold_the_truth() -> None:
    rows = found(permanent=PERMANENT)
    for name, truth in (("gamma", PERMANENT), ("eta", LAMBDA / BETA), ("epsilon", 0.01)):
        each = rows[name]
        assert each.value is not None, each.reason
        assert abs(each.value - truth) < 4 * each.standard_error + 1e-9, name  # type: ignore[operator]
    assert rows["sigma"].value > 0.01 * 7_200**0.5, "money, and the flow moves it besides the walk"  # type: ignore[operator]


def test_without_a_permanent_part_gamma_is_refused_and_not_zero() -> None:
    assert found()["gamma"].reason.code == "not_significant"  # type: ignore[union-attr]


def test_without_decay_eta_is_refused() -> None:
    rows = found(lambda_=0.0, permanent=PERMANENT)
    assert (rows["eta"].value, rows["gamma"].value) == (None, None)
    assert rows["eta"].reason.detail.startswith("beta")  # type: ignore[union-attr]
