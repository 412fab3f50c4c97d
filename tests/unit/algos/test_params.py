"""Parameters at the door: the right type goes in exactly, every other is refused by name, and the schema tells the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from metaorder.algos import ALGOS
from metaorder.algos.params import default, parameters, plain, schema, typed
from metaorder.domain.errors import Invalid


def _doc(unit: str, **more: Any) -> dict[str, Any]:
    return {"doc": "What it means", "unit": unit, "mutable": True, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """One parameter of each type."""

    count: int = field(default=3, metadata=_doc("count", ge=1))
    flag: bool = field(default=False, metadata=_doc("yes or no"))
    name: str = field(default="near", metadata=_doc("word"))
    share: Decimal = field(default=Decimal("0.10"), metadata=_doc("share"))
    maybe: Decimal | None = field(default=None, metadata=_doc("share"))
    weights: tuple[int, ...] | None = field(default=None, metadata=_doc("count"))


KIND: Any = Sampler


def test_values_become_the_types_of_the_dataclass() -> None:
    given = {"count": 7, "flag": True, "name": "far", "share": "0.25", "maybe": 0.5, "weights": [1, 2]}
    assert typed(KIND, given) == {
        "count": 7,
        "flag": True,
        "name": "far",
        "share": Decimal("0.25"),
        "maybe": Decimal("0.5"),
        "weights": (1, 2),
    }


def test_a_number_given_for_a_decimal_is_the_number_that_was_written() -> None:
    assert typed(KIND, {"share": 0.1})["share"] == Decimal("0.1")
    assert typed(KIND, {"share": 1})["share"] == Decimal(1)


def test_only_what_may_be_null_takes_null() -> None:
    assert typed(KIND, {"maybe": None, "weights": None}) == {"maybe": None, "weights": None}
    with pytest.raises(Invalid, match="count must be a whole number, was None"):
        typed(KIND, {"count": None})


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("count", True, "a whole number"),
        ("count", 1.0, "a whole number"),
        ("count", "1", "a whole number"),
        ("flag", 1, "true or false"),
        ("flag", "true", "true or false"),
        ("name", 5, "text"),
        ("share", True, "a decimal"),
        ("share", [1], "a decimal"),
        ("share", "1e-3", "a plain decimal string of at most 30 digits"),
        ("share", float("nan"), "a plain decimal string of at most 30 digits"),
        ("maybe", {}, "a decimal or null"),
        ("weights", 3, "a list, each a whole number or null"),
        ("weights", "12", "a list, each a whole number or null"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(name: str, value: Any, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        typed(KIND, {name: value})
    assert (caught.value.field, caught.value.rule) == (name, rule)
    assert caught.value.value is value or caught.value.value == repr(value)


def test_a_wrong_item_of_a_list_is_named_by_its_place() -> None:
    with pytest.raises(Invalid) as caught:
        typed(KIND, {"weights": [1, 2.5]})
    assert (caught.value.field, caught.value.rule, caught.value.value) == ("weights.1", "a whole number", 2.5)


def test_an_unknown_name_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(Invalid) as caught:
        typed(KIND, {"slice": 3})
    assert (caught.value.field, caught.value.value) == ("slice", 3)
    assert caught.value.rule == "one of count, flag, name, share, maybe, weights"


def test_what_is_shown_comes_back_as_what_it_was() -> None:
    algorithm: Any = Sampler(share=Decimal("0.250"), weights=(3, 1), maybe=Decimal("0.5"))
    shown = plain(algorithm)
    assert shown == {"count": 3, "flag": False, "name": "near", "share": "0.250", "maybe": "0.5", "weights": [3, 1]}
    assert Sampler(**typed(KIND, shown)) == algorithm


def test_the_schema_says_type_bound_default_and_meaning() -> None:
    properties = schema(KIND)["properties"]
    assert properties["count"] == {
        "type": "integer",
        "description": "What it means [count]",
        "default": 3,
        "minimum": 1,
        "x-mutable": True,
        "x-unit": "count",
    }
    assert properties["weights"]["anyOf"] == [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]
    assert properties["share"]["type"] == ["string", "number"]
    assert properties["maybe"]["default"] is None
    assert schema(KIND)["additionalProperties"] is False


@pytest.mark.parametrize("name", ALGOS)
def test_every_parameter_has_a_default_a_meaning_and_a_unit(name: str) -> None:
    for each in parameters(ALGOS[name]):
        assert default(each) == each.default
        assert each.metadata["doc"]
        assert each.metadata["unit"]
        assert isinstance(each.metadata["mutable"], bool)
