"""The catalogue, `GET /v1/algos`: schema, default, unit, mutability and line of the docs of each parameter of an algorithm."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from metaorder.algos import ALGOS, build
from metaorder.api.reference import describe
from metaorder.domain.errors import Invalid

DOCS = (Path(__file__).parents[2] / "docs" / "algos.md").read_text()
UNSOURCED = {"vwap"}
"""Those that follow no publication."""

PARAMETERS = [(algo, name) for algo in ALGOS for name in describe(algo)["parameters"]["properties"]]


def section(algo: str) -> str:
    """What the docs say of an algorithm."""
    found = re.search(rf"^## {algo}\n(.*?)(?=^## |\Z)", DOCS, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/algos.md has no section {algo}"
    return found.group(1)


@pytest.mark.parametrize("algo", ALGOS)
def test_an_algorithm_says_what_it_is_and_where_it_is_from(algo: str) -> None:
    said = describe(algo)
    assert (said["source"] is None) == (algo in UNSOURCED)
    for name in ("summary", "description", "source"):
        if name != "source" or algo not in UNSOURCED:
            assert said[name], name
            assert said[name].splitlines()[0] in section(algo), f"{name} is not in the docs"
    assert said["reads"]
    assert said["parameters"]["additionalProperties"] is False
    for step in said["without"]:
        assert step in section(algo)


@pytest.mark.parametrize(("algo", "name"), PARAMETERS, ids=lambda each: str(each))
def test_a_parameter_is_told_whole(algo: str, name: str) -> None:
    """Typed, with a default that is taken, a unit, whether it may change, and a row of the docs that says the same."""
    said = describe(algo)["parameters"]["properties"][name]
    assert "type" in said or all("type" in each for each in said["anyOf"])
    assert isinstance(said["x-mutable"], bool)
    unit, doc = said["x-unit"], said["description"]
    assert unit
    assert doc.endswith(f"[{unit}]")
    assert len(doc) > len(f" [{unit}]") + 10, "in words"
    build(algo, {name: said["default"]})
    row = next((line for line in section(algo).splitlines() if line.startswith(f"| `{name}` ")), "")
    assert row.endswith(f"| {'yes' if said['x-mutable'] else 'no'} | {doc} |"), row


@pytest.mark.parametrize(("algo", "name"), PARAMETERS, ids=lambda each: str(each))
def test_words_that_are_taken_are_those_of_the_schema(algo: str, name: str) -> None:
    """A parameter whose unit is a name takes the names of its schema and no other."""
    said: dict[str, Any] = describe(algo)["parameters"]["properties"][name]
    assert ("enum" in said) == (said["x-unit"] == "name")
    for word in said.get("enum", ()):
        needs = {"alpha_curve": ["1"]} if word == "curve" else {}
        assert build(algo, {name: word, **needs})
    if "enum" in said:
        with pytest.raises(Invalid) as refused:
            build(algo, {name: "lunch"})
        assert refused.value.field == f"params.{name}"
        assert refused.value.rule == f"one of {', '.join(said['enum'])}"
