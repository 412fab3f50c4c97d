"""What plots draw: every fill or an even part of them, the band of the schedule, and no quote in a halt."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from metaorder.usecases import tca_drawn
from metaorder.usecases.tca_drawn import series
from support.cases import case, fill
from support.reports import CASES


def test_the_schedule_has_the_band_of_the_orders_terms() -> None:
    made = CASES["filled"]
    facts = msgspec.json.decode(made.parent["facts"]) | {
        "schedule": {"points": [["2026-03-02T14:31:00Z", 0], ["2026-03-02T14:41:00Z", 500], ["2026-03-02T14:51:00Z", 1_000]]}
    }
    terms = msgspec.json.decode(made.parent["terms"]) | {"quantity": 1_000, "band_behind": "0.1", "band_ahead": "0.05"}
    texts = {"facts": msgspec.json.encode(facts).decode(), "terms": msgspec.json.encode(terms).decode()}
    (curve,) = series(replace(made, parent={**made.parent, **texts})).schedules
    assert (curve.planned, curve.least, curve.most) == ([0, 500, 1_000], [0, 400, 900], [50, 550, 1_000])


def test_quotes_are_missing_in_a_halt_and_known_around_it() -> None:
    _, bid, ask = series(CASES["across a halt"]).quotes
    assert {None, 49.99, 50.19} == set(bid)
    assert [price is None for price in bid] == [price is None for price in ask]


def test_many_fills_are_thinned_and_what_was_done_still_comes_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tca_drawn, "MOST_FILLS", 10)
    found = series(case(*(fill(20 + second, 3, "50.01") for second in range(100))))
    assert (len(found.fills), found.all_fills, len(found.sizes)) == (10, 100, 100)
    assert found.done[1][-2:] == [300, 300]
