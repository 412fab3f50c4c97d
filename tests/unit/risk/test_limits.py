"""Limits as documents: nothing is lost on the way out and back, and what limits nothing is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.risk.limits import DESK, SETS, GateLimits, Limits, document, read, read_gate


@pytest.mark.parametrize("name", SETS)
def test_a_set_comes_back_as_it_was(name: str) -> None:
    limits = SETS[name]
    assert read(document(limits)) == limits
    assert read_gate(document(limits.gate)) == limits.gate


def test_the_gate_has_its_part_and_nothing_else() -> None:
    assert DESK.gate.max_child_notional == Decimal(100_000)
    assert type(DESK.gate) is GateLimits
    assert read({"permitted_symbols": ["ACME"], "price_collar": "0.05"}) == Limits(
        permitted_symbols=("ACME",), price_collar=Decimal("0.05")
    )


@pytest.mark.parametrize(
    "wrong",
    [{"max_quantity": -1}, {"price_collar": Decimal("-0.1")}, {"max_loss": Decimal("NaN")}, {"duplicate_window_s": 0}],
)
def test_a_limit_that_cannot_be_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        Limits(**wrong)
