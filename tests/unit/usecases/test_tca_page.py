"""The report in words and as a page says what the analysis says, also of orders of which little is known."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from metaorder.domain.order import Side
from metaorder.tca.recommendations import recommendations
from metaorder.usecases.analyse import Case, analyse
from metaorder.usecases.tca_drawn import series
from metaorder.usecases.tca_page import page
from metaorder.usecases.tca_story import story
from metaorder.usecases.tca_words import markdown, summary
from support.journaled import worked
from support.reports import CASES, ORDER

NOT_WORDS = re.compile(r"\b(none|nan|null|undefined|inf|nat)\b", re.IGNORECASE)


def told(made: Case) -> tuple[dict[str, Any], str, str]:
    doc = analyse(made)
    found, happened = recommendations(doc), story(made)
    return doc, markdown(doc, ORDER, found, happened), page(doc, ORDER, found, series(made), happened)


def shown(html: str) -> str:
    """What a page says to its reader."""
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)))


@pytest.mark.parametrize("name", CASES)
def test_every_order_has_its_report_in_words(name: str) -> None:
    doc, text, html = told(CASES[name])
    assert text.startswith("# ")
    assert html.count("<h2>") == 7
    for said in (text, shown(html)):
        assert not NOT_WORDS.search(said.replace("beyond that none", "")), NOT_WORDS.search(said)
        assert "{" not in said
        for why in doc["missing"].values():
            assert why in said
        if doc["is_bps"] is not None:
            assert f"{abs(doc['is_bps']):.2f} bps" in said


def test_a_simulated_order_that_was_amended_paused_and_canceled_has_its_report() -> None:
    doc, text, html = told(worked(Side.SELL, until_s=3_000))
    assert f"{abs(float(doc['is_amount'])):,.2f}" in text
    assert "amended from 30,000 to 40,000 at" in text
    assert "suspended for 1 min in all" in text
    assert "It ended because you canceled it" in shown(html)


def test_plotly_is_in_a_page_once_and_nothing_comes_from_the_network() -> None:
    _, _, html = told(CASES["filled"])
    assert html.count("* plotly.js v") == 1
    bare = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r"(src|href)\s*=|url\(|@import", bare)


def test_every_plot_that_is_drawn_has_its_place() -> None:
    _, _, html = told(CASES["filled"])
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    names = list(json.loads(found[1]))
    assert names == ["price", "trajectory", "waterfall", "markouts", "participation", "sizes"]
    assert [html.count(f'class="plot" id="{name}"') for name in names] == [1] * 6


def test_a_summary_says_cost_or_saved_and_what_is_not_final() -> None:
    doc = analyse(CASES["filled"])
    assert any(" cost " in sentence for sentence in summary(doc, ORDER))
    assert any(" saved " in sentence for sentence in summary({**doc, "is_bps": -1.0}, ORDER))
    assert any("not final" in sentence for sentence in summary({**doc, "final": False}, ORDER))


def test_what_a_client_names_is_not_markup() -> None:
    made = CASES["filled"]
    doc = analyse(made)
    named = {"symbol": "<script>alert(1)", "algo": "twap", "client_order_id": "</title><script>alert(2)"}
    assert "<script>alert" not in page(doc, named, [], series(made))
