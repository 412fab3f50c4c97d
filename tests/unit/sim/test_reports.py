"""Orders of ours with terms of the book, and orders that are replaced, through a session in process."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaorder.domain.errors import Invalid
from metaorder.domain.market import flat_curve
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import Latency, Report, ReportKind
from metaorder.sim.market import Market, Stop
from metaorder.sim.reports import KINDS, REASONS, REPLACE_REJECTED, REPLACED
from metaorder.sim.scenario import Scenario, changed
from metaorder.sim.simulated import simulated
from metaorder.sim.terms import MOST_DISPLAY, Terms
from support.core import DAY, INSTRUMENT, child
from support.lobster import BUY, CLOSE, SECOND, SELL
from support.lobster import Day as Recorded
from unit.sim.test_market import LATENCY, at, go, replay, watched

HEADER = Path(__file__).parents[3] / "native/include/lob/venue.hpp"


def day() -> Recorded:
    """999 bid by 300 lots, 1001 offered; at 5 s a taker of 40 comes for the bid, at 10 s another one of 60."""
    rows = Recorded(2).resting(1, BUY, 999, 300).resting(2, BUY, 998, 500).resting(3, SELL, 1_001, 200)
    rows.at(SECOND).add(10, BUY, 999, 100).at(5 * SECOND).execute(1, 40).at(10 * SECOND).execute(1, 60)
    return rows.at(20 * SECOND).halt(1)


def working(lots: int, price: int, *terms: Terms) -> tuple[Market, list[Report], ParentOrder]:
    """A child of ours at work from a millisecond on."""
    market = replay(day())
    order = watched(market)
    market.submit(order, child(venue=market.venue, price=Ticks(price), lots=Lots(lots), good_till=Nanos(CLOSE)), *terms)
    said: list[Report] = []
    advance(market, at(0.01), said)
    return market, said, order


def advance(market: Market, until: Nanos, said: list[Report]) -> None:
    while go(market, until=until) is not Stop.LIMIT:
        said += market.take_reports()


def filled(said: list[Report]) -> int:
    return sum(report.lots for report in said if report.kind is ReportKind.FILL)


def test_a_child_is_replaced_in_one_message_and_its_answer_is_no_report() -> None:
    market, said, order = working(100, 998)
    market.replace(order.id, 1, price=Ticks(999), lots=Lots(80))
    advance(market, at(0.02), said)
    (answer,) = market.take_replaced()
    assert (answer.parent, answer.number, answer.accepted, answer.reason) == (order.id, 1, True, "")
    assert (answer.price, answer.lots, answer.queue_ahead, answer.venue) == (999, 80, 300, market.venue)
    assert answer.ts == at(0.01) + LATENCY
    assert [report.kind for report in said] == [ReportKind.ACCEPTED]
    assert market.take_replaced() == []
    assert [(level.price, level.lots) for level in market.levels(Side.BUY, 2)] == [(999, 380), (998, 500)]


def test_a_fill_on_its_way_counts_and_all_of_it_wins() -> None:
    market, said, order = working(70, 1_000)
    advance(market, at(4.9995), said)
    market.replace(order.id, 1, price=Ticks(998), lots=Lots(60))  # arrives after forty of it have filled
    advance(market, at(6), said)
    (answer,) = market.take_replaced()
    assert (answer.accepted, answer.lots, answer.price) == (True, 20, 998)
    market.replace(order.id, 1, price=Ticks(1_001), lots=Lots(60))  # takes the rest
    market.replace(order.id, 1, price=Ticks(998), lots=Lots(500))
    advance(market, at(7), said)
    assert [(each.accepted, each.reason, each.lots) for each in market.take_replaced()] == [(True, "", 20), (False, "filled", 0)]
    assert filled(said) == 60
    market.replace(order.id, 9, price=Ticks(998), lots=Lots(5))
    advance(market, at(8), said)
    assert [(each.accepted, each.reason) for each in market.take_replaced()] == [(False, "unknown")]


def test_an_iceberg_shows_its_display_and_no_more() -> None:
    market, said, _ = working(90, 1_000, Terms(display=30))
    assert [(level.price, level.lots) for level in market.levels(Side.BUY, 1)] == [(1_000, 30)]
    assert market.quote().bid == 999
    advance(market, at(6), said)
    assert filled(said) == 40
    assert market.levels(Side.BUY, 1)[0].lots == 20


def test_a_hidden_child_and_a_pegged_one_are_not_in_the_book_that_is_shown() -> None:
    for terms in (Terms(hidden=True), Terms(pegged=True)):
        market, said, _ = working(50, 1_000, terms)
        assert [level.price for level in market.levels(Side.BUY, 2)] == [999, 998]
        assert [(report.kind, report.queue_ahead) for report in said] == [(ReportKind.ACCEPTED, None)]
        advance(market, at(11), said)
        assert filled(said) == (0 if terms.pegged else 50), (
            "a better price comes first, a peg stands behind the bid that it is at"
        )


def test_post_only_is_refused_rather_than_matched() -> None:
    _, said, _ = working(50, 1_001, Terms(post_only=True))
    assert [(report.kind, report.reason) for report in said] == [(ReportKind.REJECTED, "would_cross")]


def test_terms_that_a_venue_does_not_have_are_refused_by_name() -> None:
    venues = [{"id": "XA", "share": 1.0}, {"id": "POOL", "share": 0.2, "dark": True}]
    scenario, curve = changed(Scenario(), {"venues": venues}), flat_curve(DAY.open, DAY.close)
    market = simulated(scenario, 1, DAY, INSTRUMENT, curve=curve, usual_volume=Lots(9), latency=Latency(entry=LATENCY))
    order = watched(market)
    said: list[Report] = []
    for number, venue in ((1, "POOL"), (2, "XA")):
        bid = market.quote().bid
        assert bid is not None
        sent = child(number, price=bid, lots=Lots(50), good_till=Nanos(DAY.close), venue=venue)
        market.submit(order, sent, Terms(display=10))
    advance(market, Nanos(DAY.open + 2 * LATENCY), said)
    assert {(report.number, report.kind, report.reason) for report in said} == {
        (1, ReportKind.REJECTED, "unsupported"),
        (2, ReportKind.ACCEPTED, ""),
    }


@pytest.mark.parametrize("display", [-1, MOST_DISPLAY + 1])
def test_a_display_that_is_no_number_of_lots_is_refused(display: int) -> None:
    with pytest.raises(Invalid, match="display"):
        Terms(display=display)


def test_every_kind_and_reason_of_the_core_has_a_name() -> None:
    header = HEADER.read_text()
    reasons = header[header.index("enum class ReportReason") :].split("};")[0]
    names = [line.split(",")[0].split("=")[0].split("//")[0].strip() for line in reasons.splitlines()[1:] if line.strip()]
    assert [name for name in names if name] == ["none", *REASONS[1:]]
    assert (len(KINDS), REPLACED, REPLACE_REJECTED) == (5, 5, 6)
