"""The timeline of an order, by hand."""

from __future__ import annotations

from dataclasses import replace

from metaorder.sim.record import AUCTION
from metaorder.usecases.planned import FOLLOWS, SUSPENDED
from metaorder.usecases.timeline import NOBODY_YET, NOTHING_YET, timeline
from support.cases import FLAT, Market, Print, Touch, case, fill, stamp

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
    assert (last["ts"], last["filled_quantity"], last["avg_price"]) == (stamp(1_000), 300, "50.0300")
    assert (last["slippage_bps"], last["participation"], last["most_quantity"]) == (6.0, 0.3, 1_000)
    assert (len(told["points"]), told["final"]) == (121, True)
    assert told["missing"] == {"avg_price": NOTHING_YET, "slippage_bps": NOTHING_YET, "participation": NOBODY_YET}


def test_an_order_that_follows_the_market_has_no_target() -> None:
    told = timeline(case(terms=BANDS))
    assert told["points"][-1]["target_quantity"] is None
    assert told["missing"]["target_quantity"] == FOLLOWS


def test_an_order_that_has_not_started_has_no_points() -> None:
    told = timeline(case(terms=BANDS, started=None, status="new", ended=None))
    assert (told["points"], told["final"]) == ([], False)
    assert told["missing"]["points"] == "the order has not started"


def schedule(ts: float, *points: tuple[float, int]) -> dict[str, object]:
    """A schedule as it is journaled."""
    return {"ts": stamp(ts), "cause": "drawn", "points": [[stamp(at), units] for at, units in points]}


def test_what_was_to_be_done_is_read_from_the_schedule_of_the_time_and_not_from_the_last() -> None:
    """Started at 10 s for 500 by 1,000 s, amended at 505 s to 1,000 in all, suspended from 703 to 802 s."""
    change = {"ts": stamp(505), "quote": FLAT, "before": 500, "after": 1_000}
    pauses = [["suspended", stamp(703)], ["resumed", stamp(802)]]
    made = case(fill(100, 100, "50.01"), terms=BANDS, facts={"amendments": [change], "pauses": pauses})
    drawn = [
        schedule(10, (10, 0), (1_000, 500)),
        schedule(505, (505, 250), (1_000, 1_000)),
        schedule(802, (802, 700), (1_000, 1_000)),
    ]
    told = timeline(replace(made, schedules=drawn))
    by_s = {point["ts"]: tuple(point[f"{name}_quantity"] for name in ("target", "least", "most")) for point in told["points"]}
    assert by_s[stamp(208)] == (100, 90, 125), "half of what it was to be by then, with the band of what was ordered then"
    assert by_s[stamp(505)] == (250, 230, 300)
    assert by_s[stamp(752.5)] == (None, None, None)
    assert by_s[stamp(901)] == (850, 830, 900)
    assert told["missing"]["target_quantity"] == SUSPENDED


def test_the_last_point_says_what_the_analysis_says() -> None:
    """Slippage of an amended order is against what each part met on its arrival; a pause and an auction count to no share."""
    change = {"ts": stamp(500), "quote": {**FLAT, "bid": "50.09", "ask": "50.11"}, "before": 500, "after": 1_000}
    prints = (*PRINTS, Print(700, "50.00", 9_000), Print(900, "50.00", 800, flags=AUCTION))
    pauses = [["suspended", stamp(650)], ["resumed", stamp(750)]]
    facts = {"amendments": [change], "pauses": pauses}
    done = (fill(100, 100, "50.01"), fill(600, 200, "50.03"))
    told = timeline(case(*done, market=Market(prints=prints), terms=BANDS, facts=facts))
    last = told["points"][-1]
    assert (last["avg_price"], last["participation"]) == ("50.023333", 0.3)
    assert last["slippage_bps"] == -5.328005, "(50.02333 / 50.05 - 1): half of it arrived at 50.00, half at 50.10"
    assert told["points"][40]["slippage_bps"] == 2.0, "before the amendment, against the arrival alone"


def test_no_cost_is_told_against_a_book_without_a_mid() -> None:
    arrival = {"ts": stamp(10), "quote": {**FLAT, "bid": "50.02"}, "reference": FLAT}
    told = timeline(
        case(fill(100, 100, "50.01"), market=Market(touches=(Touch(0, "49.99", "50.01"),)), facts={"arrival": arrival})
    )
    assert {point["slippage_bps"] for point in told["points"]} == {None}
    assert told["missing"]["slippage_bps"] == "the book was crossed when the order arrived"
