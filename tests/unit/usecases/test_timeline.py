"""The timeline of an order, by hand."""

from __future__ import annotations

from metaorder.usecases.timeline import FOLLOWS, timeline
from support.cases import Market, Print, case, fill, stamp

BANDS = {"quantity": 1_000, "band_behind": "0.02", "band_ahead": "0.05"}
PRINTS = (
    Print(20, "50.00", 300),
    Print(100, "50.01", 100, parent="P"),
    Print(600, "50.02", 400),
    Print(600, "50.03", 200, parent="P"),
)
PLAN = {"schedule": {"points": [[stamp(10), 250], [stamp(500), 1_000]]}}


def test_it_says_what_was_done_by_when_at_which_price_and_share() -> None:
    told = timeline(case(fill(100, 100, "50.01"), fill(600, 200, "50.04"), market=Market(prints=PRINTS), terms=BANDS, facts=PLAN))
    first, last = told["points"][0], told["points"][-1]
    assert (first["ts"], first["filled_quantity"], first["avg_price"], first["participation"]) == (stamp(10), 0, None, None)
    assert (first["target_quantity"], first["least_quantity"], first["most_quantity"]) == (250, 230, 300)
    assert (last["ts"], last["filled_quantity"], last["avg_price"]) == (stamp(1_000), 300, 50.03)
    assert (last["slippage_bps"], last["participation"], last["most_quantity"]) == (6.0, 0.3, 1_000)
    assert (len(told["points"]), told["missing"], told["final"]) == (121, {}, True)


def test_an_order_that_follows_the_market_has_no_target() -> None:
    told = timeline(case(terms=BANDS))
    assert told["points"][-1]["target_quantity"] is None
    assert told["missing"]["target"] == FOLLOWS


def test_an_order_that_has_not_started_has_no_points() -> None:
    told = timeline(case(terms=BANDS, started=None, status="new", ended=None))
    assert (told["points"], told["final"]) == ([], False)
    assert told["missing"]["points"] == "the order has not started"
