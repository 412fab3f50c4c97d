"""The venues of a simulated market: read as a document gives them, refused where they make no market."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.sim.scenario import Scenario, changed, document
from metaorder.sim.twins import DAY
from metaorder.sim.venues import SimulatedVenue, in_order

LIT = [{"id": "XA", "share": 0.6, "taker_fee": "0.003", "maker_fee": "-0.002"}, {"id": "XB", "share": 0.4, "latency_ms": 2}]
POOL = {"id": "POOL", "share": 0.1, "dark": True}


def test_venues_reach_the_market_the_dark_pool_last_and_are_read_back() -> None:
    scenario = changed(Scenario(), {"venues": [POOL, *LIT]})
    config = scenario.config(1, DAY)
    assert (config.venue_shares, config.dark_share) == ([0.6, 0.4], 0.1)
    assert [venue.id for venue in in_order(scenario.venues)] == ["XA", "XB", "POOL"]
    assert scenario.venues[1] == SimulatedVenue(id="XA", share=0.6, taker_fee=Decimal("0.003"), maker_fee=Decimal("-0.002"))
    assert changed(Scenario(), json.loads(json.dumps(document(scenario)))) == scenario


@pytest.mark.parametrize(
    ("venues", "field", "rule"),
    [
        ("XA", "venues", "a list of venues"),
        ([{"id": "XA"}], "venues.0", "an object with id, share"),
        ([{"id": "XA", "share": 1, "speed": 3}], "venues.0", "an object with id, share"),
        ([{"id": "XA", "share": "1"}], "venues.0.share", "a number"),
        ([{"id": "XA", "share": 0}], "venues.0.share", "above 0"),
        ([{"id": "XA", "share": float("nan")}], "venues.0.share", "above 0"),
        ([{"id": "X A", "share": 1}], "venues.0.id", "1 to 20 letters"),
        ([{"id": "XA", "share": 1, "latency_ms": 0}], "venues.0.latency_ms", "in [0.001"),
        ([{"id": "XA", "share": 1, "taker_fee": 0.003}], "venues.0.taker_fee", "a decimal in quotes"),
        ([{"id": "XA", "share": 0.5}, {"id": "XB", "share": 0.4}], "venues", "with shares of the lit ones that sum to 1"),
        ([{"id": "XA", "share": 0.5}, {"id": "XA", "share": 0.5}], "venues", "of different ids"),
        ([POOL], "venues", "with 1 to 8 lit venues"),
        ([*LIT, POOL, {**POOL, "id": "P2"}], "venues", "with at most one dark pool"),
        ([{"id": f"X{i}", "share": 1 / 9} for i in range(9)], "venues", "with 1 to 8 lit venues"),
    ],
)
def test_venues_that_make_no_market_are_refused_by_name(venues: Any, field: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        changed(Scenario(), {"venues": venues})
    assert refused.value.field == f"parameters.{field}"
    assert refused.value.rule.startswith(rule)


@pytest.mark.parametrize("terms", [{"reaction": 0.0}, {"reaction": 61.0}, {"patience": 0.0}])
def test_so_is_a_reaction_or_a_patience_that_is_none(terms: dict[str, float]) -> None:
    with pytest.raises(Invalid) as refused:
        Scenario(**terms)  # type: ignore[arg-type]
    assert refused.value.field in terms
