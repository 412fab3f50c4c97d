"""The report in words and as a page says what the analysis says, also of orders of which little is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from metaorder.domain.order import Side
from metaorder.tca.recommendations import recommendations
from metaorder.usecases.analyse import Case, analyse
from metaorder.usecases.tca_page import page, series
from metaorder.usecases.tca_words import markdown, summary
from support.cases import Market, Touch, case, fill, touch
from support.journaled import worked

ORDER = {"symbol": "ACME", "algo": "twap"}
HALF = Market(touches=(Touch(0, "49.99", "50.01"), Touch(300, "49.99", "50.01", halted=True), Touch(500, "50.19", "50.21")))


def told(made: Case) -> tuple[dict[str, Any], str, str]:
    doc = analyse(made)
    found = recommendations(doc)
    return doc, markdown(doc, ORDER, found), page(doc, ORDER, found, series(made))


CASES: dict[str, Case] = {
    "filled": case(fill(100, 1_000, "50.01"), status="filled"),
    "never filled": case(),
    "a single fill": case(fill(100, 300, "50.01")),
    "a sell": case(fill(100, 1_000, "49.99"), side="sell", status="filled"),
    "canceled by the client": case(fill(100, 300, "50.01"), status="canceled", reason="client_request"),
    "across a halt": case(fill(100, 300, "50.01"), fill(600, 300, "50.21", quote=touch("50.19", "50.21")), market=HALF),
    "in a crossed market": case(fill(100, 300, "50.01", quote=touch("50.02", "50.01"))),
    "running": case(fill(100, 300, "50.01"), status="partially_filled", reason=None, ended=None, facts={"end": None}),
}


@pytest.mark.parametrize("name", CASES)
def test_every_order_has_its_report(name: str) -> None:
    doc, text, html = told(CASES[name])
    assert text.startswith("# ")
    assert "## What it cost" in text
    assert html.count("<h2>") == 6
    assert "nan" not in text.lower()
    if doc["is_bps"] is not None:
        assert f"{abs(doc['is_bps']):.2f}".lstrip("-") in text
    for why in doc["missing"].values():
        assert why in text


def test_a_simulated_order_that_was_amended_paused_and_canceled_has_its_report() -> None:
    doc, text, html = told(worked(Side.SELL, until_s=3_000))
    assert doc["is_amount"].lstrip("-") in text
    assert html.count("Plotly.newPlot") == 1


def test_a_summary_says_cost_or_saved_and_what_is_not_final() -> None:
    doc = analyse(CASES["filled"])
    assert any(" cost " in sentence for sentence in summary(doc, ORDER))
    assert any(" saved " in sentence for sentence in summary({**doc, "is_bps": -1.0}, ORDER))
    assert any("not final" in sentence for sentence in summary({**doc, "final": False}, ORDER))


def test_what_a_client_names_is_not_markup() -> None:
    made = CASES["filled"]
    doc = analyse(made)
    assert "<script>alert" not in page(doc, {"symbol": "<script>alert(1)", "algo": "twap"}, [], series(made))


def test_the_plots_hold_every_fill_and_the_schedule() -> None:
    facts = msgspec.json.decode(CASES["filled"].parent["facts"]) | {"schedule": {"points": [["2026-03-02T14:31:00Z", 500]]}}
    made = replace(CASES["filled"], parent={**CASES["filled"].parent, "facts": msgspec.json.encode(facts).decode()})
    drawn = series(made)
    assert (len(drawn.fills), drawn.schedule[1]) == (1, [500])
    assert set(drawn.quotes[1]) == {49.99}
