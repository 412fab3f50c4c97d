"""A basket's correlation from a calibration: in the order of its legs, or refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.algos.basket import BasketLeg
from metaorder.algos.params import typed
from metaorder.usecases.baskets import correlated
from metaorder.usecases.errors import Unprocessable

MATRIX = {"symbols": ["A", "B", "C"], "correlation": [[1.0, 0.5, 0.1], [0.5, 1.0, -0.25], [0.1, -0.25, 1.0]]}
RESULT: dict[str, Any] = {"kind": "covariance", "matrix": MATRIX, "parameters": []}


def test_the_rows_follow_the_legs() -> None:
    params = correlated({"cash_band": "1"}, ["C", "A"], "c-1", RESULT)
    assert params["correlation"] == [["1", "0.100000000"], ["0.100000000", "1"]]
    assert (params["cash_band"], params["correlation_source"]) == ("1", "calibration c-1")
    BasketLeg(**typed(BasketLeg, correlated({}, ["C", "B", "A"], "c-1", RESULT)))


@pytest.mark.parametrize(
    ("params", "symbols", "result", "pointer", "said"),
    [
        ({}, ["A", "B"], None, "/calibration_id", "that is done"),
        ({}, ["A", "B"], {**RESULT, "kind": "all"}, "/calibration_id", "of kind covariance"),
        ({"correlation": [["1"]]}, ["A"], RESULT, "/params/correlation", "it says the same"),
        ({"correlation_source": "me"}, ["A"], RESULT, "/params/correlation_source", "it says the same"),
        ({}, ["A", "D"], RESULT, "/calibration_id", "not of D"),
        (
            {},
            ["A", "B"],
            {**RESULT, "matrix": None, "parameters": [{"name": "shrinkage", "reason": {"code": "too_few_bars", "detail": "3"}}]},
            "/calibration_id",
            "too_few_bars",
        ),
    ],
)
def test_what_cannot_be_planned_on_is_refused(
    params: dict[str, Any], symbols: list[str], result: dict[str, Any] | None, pointer: str, said: str
) -> None:
    with pytest.raises(Unprocessable, match=said) as wrong:
        correlated(params, symbols, "c-1", result)
    assert wrong.value.errors[0][0] == pointer
