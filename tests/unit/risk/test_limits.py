"""Limits as documents: nothing is lost on the way out and back, and what limits nothing is refused."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.risk.limits import DESK, SETS, GateLimits, Limits, document, read, read_gate
from support.examples import examples

WHOLE = sorted(each.name for each in fields(Limits) if str(each.type).startswith("int"))
DECIMAL = sorted(each.name for each in fields(Limits) if str(each.type).startswith("Decimal"))
SYMBOLS = sorted(each.name for each in fields(Limits) if str(each.type).startswith("tuple"))
GATE = {each.name for each in fields(GateLimits)}
NEVER_NONE = {each.name for each in fields(Limits) if "None" not in str(each.type)}

TEXT = st.sampled_from(["many", "", " 5", "5 ", "1e5", "1_000", "٣", "0x10", "NaN", "inf", "-inf", "+1", ".5", "5."]) | st.text()
NO_LIMIT = (
    st.booleans()
    | st.floats()
    | TEXT
    | st.binary()
    | st.lists(st.none() | st.integers(), min_size=1)
    | st.just({})
    | st.just([""])
)
"""What is no limit, whatever its name, but for a number that is written as text."""


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
    [
        {"max_quantity": -1},
        {"max_open_children": -1},
        {"max_loss": Decimal("Infinity")},
        {"price_collar": Decimal("-0.1")},
        {"max_loss": Decimal("NaN")},
        {"duplicate_window_s": 0},
    ],
)
def test_a_limit_that_cannot_be_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        Limits(**wrong)


@pytest.mark.parametrize("wrong", [{"max_open_children": -1}, {"max_loss": Decimal("NaN")}, {"max_child_notional": Decimal(-1)}])
def test_so_it_is_at_the_gate(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        GateLimits(**wrong)


def refused(doc: dict[str, Any], name: str, value: Any) -> Invalid:
    """How a document is refused: by the name of the limit, its rule and the value, at both doors."""
    with pytest.raises(Invalid) as caught:
        read(doc)
    assert caught.value.field == name
    assert caught.value.rule
    assert caught.value.value is value
    if name in GATE:
        with pytest.raises(Invalid, match=name):
            read_gate({name: value})
    return caught.value


@settings(max_examples=examples(400))
@given(name=st.sampled_from(WHOLE + DECIMAL + SYMBOLS), value=NO_LIMIT)
def test_what_is_no_number_is_refused_by_name_whatever_the_limit(name: str, value: Any) -> None:
    if name in DECIMAL and isinstance(value, str) and value.isascii() and value.lstrip("-").replace(".", "", 1).isdigit():
        return  # drawn text that is a number after all, or nearly: below
    refused({**document(DESK), name: value}, name, value)


@settings(max_examples=examples(100))
@given(name=st.sampled_from(WHOLE + DECIMAL), number=st.integers(0, 10**20))
def test_a_number_of_the_other_kind_is_refused_and_so_is_one_below_nothing(name: str, number: int) -> None:
    value: Any = str(number) if name in WHOLE else number
    refused({name: value}, name, value)
    with pytest.raises(Invalid, match=name):
        read({name: -1 - number if name in WHOLE else f"-{number + 1}"})


@settings(max_examples=examples(100))
@given(name=st.sampled_from(WHOLE + DECIMAL), number=st.integers(1, 10**15), places=st.integers(0, 31))
def test_what_is_a_limit_is_read_as_it_was_written(name: str, number: int, places: int) -> None:
    """Up to 31 characters of a decimal have been taken, and journals hold them."""
    written: Any = number if name in WHOLE else f"{number}.{'0' * places}1"
    assert document(read({name: written}))[name] == written
    assert getattr(read({name: written}), name) == (number if name in WHOLE else Decimal(written))


@pytest.mark.parametrize("name", WHOLE + DECIMAL + SYMBOLS)
def test_null_is_no_limit_where_there_may_be_none(name: str) -> None:
    if name in NEVER_NONE:
        refused({name: None}, name, None)
    else:
        assert getattr(read({name: None}), name) is None


@pytest.mark.parametrize("wrong", ["AAPL", [1], [None], [["AAPL"]], {"AAPL": 1}, True, ["AAPL", ""]])
@pytest.mark.parametrize("name", SYMBOLS)
def test_symbols_are_a_list_of_text(name: str, wrong: Any) -> None:
    """Text alone would be searched in: AAPL would permit A."""
    refused({name: wrong}, name, wrong)


@pytest.mark.parametrize("name", ["", "max_postion", "MAX_POSITION", "gate", "set", "__class__"])
def test_a_name_that_is_no_limit_is_refused(name: str) -> None:
    refused({name: 5}, name, 5)


def test_what_is_the_ladders_is_none_of_the_gates() -> None:
    with pytest.raises(Invalid, match="max_position"):
        read_gate({"max_position": 5})
