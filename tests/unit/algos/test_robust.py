"""Robust shortfall: sooner than the plain one, by as much as the doubt; the plain one where there is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from metaorder.algos import build
from metaorder.domain.errors import Invalid
from support.core import at
from unit.algos.test_shortfall import WINDOW_S, Basis, shown


def done(algo: str, params: dict[str, Any], **changes: Any) -> int:
    planned = build(algo, params).planned(shown(**changes), at(WINDOW_S / 4))
    assert planned is not None
    return planned


def test_without_doubt_it_is_the_plain_schedule() -> None:
    sure = {"sigma_low": "1", "sigma_high": "1", "doubt_bps": "0", "urgency": "0.3"}
    assert done("robust", sure) == pytest.approx(done("is", {"urgency": "0.3"}), abs=1)


def test_doubt_of_volatility_and_of_drift_both_make_it_sooner() -> None:
    calm = {"doubt_bps": "0", "sigma_high": "1", "urgency": "0.3"}
    assert done("robust", {**calm, "sigma_high": "2"}) > done("robust", calm)
    assert done("robust", {**calm, "doubt_bps": "20"}) > done("robust", calm)


def test_twice_the_volatility_is_four_times_the_price_of_risk() -> None:
    risk = Decimal("0.00001")
    worst = done("robust", {"risk_aversion": str(risk), "sigma_high": "2", "doubt_bps": "0"})
    assert worst == pytest.approx(done("is", {"risk_aversion": str(4 * risk)}), abs=1)


def test_without_impact_the_doubt_of_drift_is_left_out_and_the_reason_says_so() -> None:
    intent = build("robust", {}).on_event(shown(basis=Basis()))
    assert "forecast" in str(intent.reason["fallback"])
    assert "fallback" not in build("robust", {}).on_event(shown()).reason


def test_bounds_are_named() -> None:
    for params, field in (
        ({"sigma_high": "0.9"}, "sigma_high"),
        ({"sigma_low": "1.1"}, "sigma_low"),
        ({"doubt_bps": "-1"}, "doubt_bps"),
        ({"urgency": "0.5", "risk_aversion": "1"}, "risk_aversion"),
    ):
        with pytest.raises(Invalid) as caught:
            build("robust", params)
        assert caught.value.field == f"params.{field}"
