"""Models that no vector file covers: every input made hostile in turn is refused by name, or the answer is of finite numbers."""

from __future__ import annotations

import copy
import dataclasses
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from golden.test_hostile_inputs import NUMBERS, ODD, changed, places
from metaorder.domain.errors import Invalid
from metaorder.models import (
    ac_basket,
    constrained,
    hawkes_fit,
    impact_control,
    impact_risk,
    least_squares,
    myopic,
    outflow,
    realised_volatility,
    robust_errors,
    shrunk_correlation,
)
from metaorder.models.constrained import Costs, Limits
from metaorder.models.realised_volatility import Bars

SQUARE = [[1.0, 0.3], [0.3, 2.0]]
DIAGONAL = [[2e-6, 0.0], [0.0, 1e-6]]
RETURNS = [[0.01, 0.02], [-0.02, 0.01], [0.03, -0.01], [0.0, 0.02], [-0.01, -0.03]]
BARS = {"open": [10.0, 10.1, 10.2], "high": [10.3, 10.4, 10.4], "low": [9.9, 10.0, 10.1], "close": [10.1, 10.2, 10.3]}
PERIODS = {"lengths": [0.5, 0.5, 0.5], "sigma": [1.0, 1.2, 0.9], "eta": [1e-3, 2e-3, 1e-3], "drift": [0.1, 0.0, -0.1]}
LIMITS = {"caps": [500.0, 600.0, 700.0], "floors": [0.0, 10.0, 0.0], "curve": [0.3, 0.6, 1.0], "band": 400.0}
PATH = {"lots": 1000.0, "horizon": 600.0, "flow": 20.0, "beta": 0.002}
ALPHA = {"strength": 0.01, "alpha": 0.3, "fade": 0.01}


def within_limits(costs: Mapping[str, Any], limits: Mapping[str, Any]) -> Any:
    return constrained.solve(Costs(shares=costs["shares"], eps=0.01, **PERIODS | costs["periods"]), Limits(**limits))


CALLS: Mapping[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "balanced": (
        ac_basket.balanced,
        {
            "shares": [1e4, -2e4],
            "horizon": 1.0,
            "periods": 4,
            "covariance": SQUARE,
            "temporary": DIAGONAL,
            "permanent": [[1e-7, 0.0], [0.0, 1e-7]],
            "risk_aversion": 1e-6,
            "values": [1e5, -2e5],
            "band": 1e5,
            "common_kappa": 1.0,
        },
    ),
    "constrained": (
        within_limits,
        {
            "costs": {"shares": 1000.0, "periods": {**PERIODS}},
            "limits": {**LIMITS, "minimum": 5.0, "tracking": 1e-6, "blackout": [False, False, False]},
        },
    ),
    "control": (impact_control.control, {**PATH, **ALPHA, "exponent": 0.5}),
    "steady": (impact_control.steady, {**PATH, "exponent": 0.7}),
    "averse": (impact_risk.averse, {**PATH, **ALPHA, "aversion": 1e-4}),
    "within_risk": (impact_risk.within_risk, {**PATH, **ALPHA, "most": 1e4}),
    "bars": (lambda **bars: realised_volatility.yang_zhang(Bars(**bars)), BARS),
    "closes": (realised_volatility.close_to_close, {"closes": [10.0, 10.1, 9.9, 10.3]}),
    "two_scale": (realised_volatility.two_scale, {"prices": [10.0 + n % 7 / 10 for n in range(40)], "scale": 5}),
    "correlations": (shrunk_correlation.correlations, {"returns": RETURNS}),
    "block_error": (robust_errors.block_error, {"totals": [1.0, 2.0, 3.0], "weights": [1.0, 2.0, 2.0]}),
    "line": (least_squares.line, {"x": [1.0, 2.0, 4.0], "y": [1.0, 2.5, 3.0]}),
    "hawkes of several": (hawkes_fit.fit_multivariate, {"events": [[0.5, 1.0, 2.0], [0.7, 1.1]], "horizon": 3.0}),
    "alpha": (myopic.Alpha, {"a": 0.1, "b": 0.2, "phi": 0.3}),
    "gamma": (outflow.Gamma, {"shape": 2.0, "scale": 100.0}),
    "lognormal": (outflow.LogNormal, {"mu": 6.0, "sigma": 0.5}),
}


def finite(found: Any) -> Iterator[str]:
    """What of an answer is no finite number: infinite kappas and levels are asked of the vector files."""
    if dataclasses.is_dataclass(found):
        for each in dataclasses.fields(found):
            yield from finite(getattr(found, each.name))
    elif isinstance(found, np.ndarray):
        if found.dtype.kind == "f" and not np.isfinite(found).all():
            yield str(found)
    elif isinstance(found, float) and not math.isfinite(found):
        yield str(found)


def wrong_with(name: str, path: tuple[str | int, ...], value: Any) -> str | None:
    call, given = CALLS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = call(**changed(copy.deepcopy(given), path, value))
        except Invalid as refusal:
            return None if refusal.field and refusal.rule else "refused without a field and a rule"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    if value == "text" or (isinstance(value, float) and not math.isfinite(value) and path[:2] != ("limits", "caps")):
        return "taken"
    return next(finite(found), None)


@pytest.mark.parametrize("name", CALLS)
def test_a_hostile_input_is_refused_by_name_or_gives_finite_numbers(name: str) -> None:
    given = CALLS[name][1]
    assert wrong_with(name, next(path for path, _ in places(given)), next(was for _, was in places(given))) is None
    found = {
        f"{'.'.join(map(str, path))} = {value!r}": wrong_with(name, path, value)
        for path, was in places(given)
        for value in ((*NUMBERS, *ODD) if isinstance(was, int | float) else ODD)
    }
    wrong = [f"{place}: {what}" for place, what in found.items() if what]
    assert not wrong, "\n".join(wrong)
