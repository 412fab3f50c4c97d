"""A summary by day or algorithm holds every order, names the best and the worst, and says where there is too little data."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.api.aggregate_shapes import SummaryOut
from metaorder.ports.queries import Asked, Values
from metaorder.usecases.aggregates import shown_score
from metaorder.usecases.tca_summary import MEASURES, summarise, summary_markdown, summary_page

KEYS = ("algo", "currency")
COSTS = {"twap": [5.0 + 0.1 * n for n in range(40)], "vwap": [-3.0, 9.0], "pov": [2.0]}


def summed(costs: dict[str, list[float]]) -> dict[str, Any]:
    rows = [((algo, "USD", cost, 1_000.0, f"{algo}-{at}")) for algo, its in costs.items() for at, cost in enumerate(its)]
    groups = [((algo, "USD"), len(its), 1_000.0 * len(its)) for algo, its in costs.items()]
    asked = {name: Asked(group_by=KEYS, figure=name, where={}) for name in MEASURES}
    found = {name: Values(groups, rows if name == "is_bps" else []) for name in MEASURES}
    doc = summarise("algo", asked, found, shown_score(None))
    SummaryOut.model_validate(doc)
    return doc


def test_every_order_is_counted_and_the_best_and_worst_are_named() -> None:
    doc = summed(COSTS)
    assert doc["orders"] == 43
    twap, vwap, pov = doc["groups"]
    assert [each["parent_id"] for each in twap["best"]] == ["twap-0", "twap-1", "twap-2"]
    assert [each["parent_id"] for each in twap["worst"]] == ["twap-39", "twap-38", "twap-37"]
    assert ([each["is_bps"] for each in vwap["best"]], [each["is_bps"] for each in vwap["worst"]]) == ([-3.0], [9.0])
    assert (pov["best"], pov["worst"]) == ([], [])


def test_a_mean_is_said_only_of_what_has_enough_data() -> None:
    doc = summed(COSTS)
    text = summary_markdown(doc)
    assert "twap costs most: +6.95 bps" in text
    assert "Of 2 there is not enough data to say." in text
    assert "not enough data to say: 1 order, 20 are needed" in text
    assert "no order has this figure" in text
    few = summary_markdown(summed({"pov": [2.0]}))
    assert "Not enough data to say of any group" in few


@pytest.mark.parametrize("costs", [COSTS, {"pov": [2.0]}, {}])
def test_a_page_says_it_too_and_never_none(costs: dict[str, list[float]]) -> None:
    doc = summed(costs)
    text, html = summary_markdown(doc), summary_page(doc)
    assert "None" not in text
    assert "nan" not in text.lower()
    assert html.count("* plotly.js v") == (1 if costs else 0)
    assert ("no order that is over was found" in html) == (not costs)
