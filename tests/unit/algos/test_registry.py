"""The registry: an algorithm by its name, or a refusal that names the ones there are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from metaorder.algos import ALGOS, build
from metaorder.algos.pov import Pov
from metaorder.algos.twap import Twap
from metaorder.algos.vwap import Vwap
from metaorder.domain.errors import Invalid


def test_an_algorithm_is_built_with_its_defaults_and_what_is_given() -> None:
    assert build("twap", {}) == Twap()
    assert build("twap", {"slices": 7}) == Twap(slices=7)
    assert build("vwap", {"curve": [1, 2]}) == Vwap(curve=(1, 2))
    assert build("pov", {"target": "0.05"}) == Pov(target=Decimal("0.05"))


def test_an_unknown_algorithm_is_refused_with_the_names_of_those_that_exist() -> None:
    with pytest.raises(Invalid) as caught:
        build("iceberg", {})
    assert (caught.value.field, caught.value.rule, caught.value.value) == ("algo", f"one of {', '.join(ALGOS)}", "iceberg")


@pytest.mark.parametrize(
    ("name", "params", "field"),
    [
        ("twap", {"slices": 0}, "params.slices"),
        ("twap", {"slices": "ten"}, "params.slices"),
        ("twap", {"rate": 1}, "params.rate"),
        ("vwap", {"curve": [1, None]}, "params.curve.1"),
        ("pov", {"min": "0.3"}, "params.min"),
    ],
)
def test_a_refused_parameter_is_named_by_its_path(name: str, params: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        build(name, params)
    assert caught.value.field == field
