"""How fast is said once: which algorithms have ways, which requests contradict themselves, and what an amendment replaces."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from metaorder.algos import ALGOS, build, plain
from metaorder.algos.ways import WAYS, changed, check_one, ways
from metaorder.domain.errors import Invalid

VALUES = {"urgency": "0.3", "risk_aversion": "0.001", "half_life_s": "600"}
PAIRS = [(algo, pair) for algo in ALGOS for pair in combinations(ways(algo), 2)]


def test_who_takes_a_price_of_risk_has_ways_and_nobody_else() -> None:
    assert {algo: ways(algo) for algo in ALGOS if ways(algo)} == {
        "is": WAYS,
        "robust": ("urgency", "risk_aversion"),
        "basket": ("urgency", "risk_aversion"),
    }
    assert "half_life_s" in plain(build("myopic", {})), "that of impact: it says nothing of how fast"


@pytest.mark.parametrize(("algo", "pair"), PAIRS)
def test_two_ways_in_one_request_are_refused_and_both_are_named(algo: str, pair: tuple[str, str]) -> None:
    for check in (lambda params: check_one(algo, params, urgency=False), lambda params: build(algo, params)):
        with pytest.raises(Invalid) as caught:
            check({name: VALUES[name] for name in pair})
        assert caught.value.field == f"params.{pair[1]}"
        assert pair[0] in caught.value.rule


@pytest.mark.parametrize(("algo", "way"), [(algo, way) for algo in ALGOS for way in ways(algo)])
def test_the_orders_urgency_contradicts_the_other_ways_but_not_the_parameter_of_its_name(algo: str, way: str) -> None:
    params = {way: VALUES[way]}
    check_one(algo, params, urgency=False)
    check_one(algo, dict.fromkeys(ways(algo)), urgency=True)
    if way == "urgency":
        check_one(algo, params, urgency=True)
        return
    with pytest.raises(Invalid, match=f"params.{way} must be left out where urgency is stated") as caught:
        check_one(algo, params, urgency=True)
    assert caught.value.value == VALUES[way]


def test_what_is_no_way_contradicts_nothing() -> None:
    check_one("myopic", {"half_life_s": "600"}, urgency=True)
    check_one("stochastic_control", {"phi": "0.1"}, urgency=True)


@pytest.mark.parametrize(("algo", "pair"), PAIRS)
def test_a_way_that_an_amendment_states_takes_the_place_of_the_other(algo: str, pair: tuple[str, str]) -> None:
    for old, new in (pair, pair[::-1]):
        before = plain(build(algo, {old: VALUES[old]}))
        after = changed(algo, before, {new: VALUES[new]}, urgency=False)
        assert plain(build(algo, after)) == {**before, old: None, new: VALUES[new]}


@pytest.mark.parametrize(
    ("stated", "urgency", "kept"),
    [
        ({}, True, {}),
        ({}, False, {"risk_aversion": "0.001"}),
        ({"interval_s": 30}, False, {"risk_aversion": "0.001"}),
        ({"interval_s": 30}, True, {}),
        ({"half_life_s": None}, False, {"risk_aversion": "0.001"}),
        ({"risk_aversion": None}, False, {}),
        ({"urgency": "0.3"}, True, {"urgency": "0.3"}),
    ],
)
def test_the_orders_urgency_ends_a_price_of_risk(stated: dict[str, Any], urgency: bool, kept: dict[str, str]) -> None:
    after = changed("is", plain(build("is", {"risk_aversion": "0.001"})), stated, urgency=urgency)
    assert {way: after[way] for way in WAYS if after[way] is not None} == kept


def test_the_orders_urgency_leaves_the_parameter_of_its_name() -> None:
    """The schedule goes by the parameter, patience by the order's."""
    assert changed("is", {"urgency": "0.3"}, {}, urgency=True)["urgency"] == "0.3"
    assert changed("twap", {"slices": 5}, {}, urgency=True) == {"slices": 5}
