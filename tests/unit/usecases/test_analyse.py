"""From what the service recorded to the analysis: which quote is the decision, the arrival and the end, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from metaorder.api.order_shapes import TcaOut
from metaorder.domain.order import Side
from metaorder.tca.shortfall import NO_REFERENCE
from metaorder.usecases.analyse import analyse
from support.cases import ESTIMATE, FLAT, NO_TOUCH, Market, Print, Touch, case, fill, stamp, touch
from support.journaled import WORKED, worked

ONE_SIDED, CROSSED, LOCKED = touch(None, "50.01"), touch("50.02", "50.01"), touch("50.01", "50.01")
HALT = Market(touches=(Touch(0, "49.99", "50.01"), Touch(400, "49.99", "50.01", halted=True), Touch(500, "49.99", "50.01")))
NO_MID = pytest.mark.parametrize(
    ("quote", "what"),
    [
        (ONE_SIDED, "the book was one-sided"),
        (NO_TOUCH, "the book was one-sided"),
        (CROSSED, "the book was crossed"),
    ],
)


def found(*fills: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return analyse(case(*fills, **changes))


def test_the_document_names_the_order_and_has_the_published_shape() -> None:
    analysis = found(fill(100, 1_000, "50.01"), status="filled")
    assert (analysis["parent_id"], analysis["status"], analysis["side"], analysis["currency"]) == ("P", "filled", "buy", "USD")
    TcaOut.model_validate(analysis)


class TestDecision:
    """The client's price, the mid at the client's time, or the mid at receipt."""

    def test_it_is_the_mid_at_receipt(self) -> None:
        analysis = found(facts={"decision": touch("49.90", "50.00")})
        assert (analysis["decision_price"], analysis["sources"]["decision"]) == ("49.9500", "receipt")
        assert analysis["components_amount"]["delay"] == "50.00"

    def test_a_locked_book_has_a_mid(self) -> None:
        assert found(facts={"decision": LOCKED})["decision_price"] == "50.0100"

    def test_it_is_the_price_that_the_client_states_even_between_ticks(self) -> None:
        analysis = found(terms={"decision_price": "49.9950", "decision_time": stamp(1)}, facts={"decision": ONE_SIDED})
        assert (analysis["decision_price"], analysis["sources"]["decision"]) == ("49.9950", "client_price")

    def test_it_is_the_mid_when_the_client_decided(self) -> None:
        market = Market(touches=(Touch(0, "49.00", "49.02"), Touch(3, "49.99", "50.01")))
        analysis = found(terms={"decision_time": stamp(2)}, market=market)
        assert (analysis["decision_price"], analysis["sources"]["decision"]) == ("49.0100", "client_time")

    @pytest.mark.parametrize("at", [1, 6, 8])
    def test_a_client_that_decided_without_a_market_has_no_decision_price(self, at: int) -> None:
        touches = (Touch(2, "49.99", "50.01"), Touch(5, None, "50.01"), Touch(7, "49.99", "50.01", halted=True))
        analysis = found(terms={"decision_time": stamp(at)}, market=Market(touches=touches))
        assert analysis["decision_price"] is None
        assert analysis["missing"]["decision"] == "there was no two-sided book at decision_time"

    @NO_MID
    def test_without_a_mid_at_receipt_what_depends_on_it_is_null(self, quote: dict[str, Any], what: str) -> None:
        analysis = found(fill(100, 1_000, "50.01"), facts={"decision": quote})
        assert analysis["missing"]["decision"] == f"{what} when the order was received"
        for name in ("decision_price", "is_amount", "is_bps"):
            assert analysis[name] is None
        assert analysis["components_amount"]["delay"] is None
        assert analysis["components_amount"]["spread"] == "10.00"
        assert analysis["components_bps"]["spread"] is None

    def test_a_halt_at_receipt_has_no_mid_whatever_the_book_shows(self) -> None:
        analysis = found(facts={"accepted_ts": stamp(450)}, market=HALT)
        assert analysis["missing"]["decision"] == "trading was halted when the order was received"


class TestArrival:
    """The mid when the order could first work."""

    def test_it_is_the_mid_then_and_the_wait_is_said(self) -> None:
        analysis = found(facts={"arrival": {"ts": stamp(12.5), "quote": touch("50.00", "50.04"), "reference": FLAT}})
        assert (analysis["arrival_price"], analysis["arrival_wait_s"], analysis["duration_s"]) == ("50.0200", 2.5, 987.5)

    def test_it_is_not_the_price_of_the_first_fill(self) -> None:
        analysis = found(fill(500, 1_000, "50.51", quote=touch("50.49", "50.51"), reference=touch("50.49", "50.51")))
        assert analysis["arrival_price"] == "50.0000"
        assert analysis["components_amount"]["timing"] == "500.00"

    def test_an_order_that_has_not_arrived_has_neither_interval_nor_cost(self) -> None:
        running = {"facts": {"arrival": None, "end": None}, "status": "new", "reason": None, "started": None, "ended": None}
        analysis = found(**running)
        assert analysis["missing"]["arrival"] == analysis["missing"]["interval_vwap"] == "the order has not arrived"
        assert (analysis["arrival_price"], analysis["is_bps"], analysis["final"]) == (None, None, False)

    def test_an_order_that_ended_before_it_arrived_cost_what_the_market_did_since_the_decision(self) -> None:
        end = {"ts": stamp(8), "quote": touch("50.09", "50.11")}
        analysis = found(facts={"arrival": None, "end": end}, status="canceled", reason="client_request", started=None)
        assert analysis["missing"]["arrival"] == "the order ended before it arrived"
        assert analysis["is_amount"] == "100.00"
        assert analysis["components_amount"]["opportunity"] is None

    def test_a_rejected_order_was_rejected(self) -> None:
        facts = {"decision": None, "arrival": None, "end": None}
        analysis = found(facts=facts, status="rejected", reason="kill_switch", started=None)
        assert {analysis["missing"][name] for name in ("decision", "arrival", "end_price", "is_bps")} == {
            "the order was rejected"
        }

    @NO_MID
    def test_without_a_mid_the_parts_that_start_from_it_are_null(self, quote: dict[str, Any], what: str) -> None:
        analysis = found(fill(100, 500, "50.01"), facts={"arrival": {"ts": stamp(10), "quote": quote, "reference": FLAT}})
        assert analysis["missing"]["arrival"] == f"{what} when the order arrived"
        assert {name for name, value in analysis["components_bps"].items() if value is None} == {"delay", "timing", "opportunity"}
        assert analysis["is_amount"] == "5.00"


class TestEnd:
    """The mid at the terminal event, and no last trade in its place."""

    def test_the_rest_is_closed_at_the_mid_then(self) -> None:
        analysis = found(fill(100, 600, "50.01"), facts={"end": {"ts": stamp(1_000), "quote": touch("50.09", "50.11")}})
        assert analysis["end_price"] == "50.1000"
        assert analysis["components_amount"]["opportunity"] == "40.00"
        assert analysis["opportunity_canceled_by_client_bps"] == 0.0

    def test_a_client_that_cancels_closed_it_itself(self) -> None:
        end = {"end": {"ts": stamp(1_000), "quote": touch("50.09", "50.11")}}
        analysis = found(fill(100, 600, "50.01"), facts=end, status="canceled", reason="client_request")
        assert analysis["opportunity_canceled_by_client_bps"] == analysis["components_bps"]["opportunity"] == 8.0

    @NO_MID
    def test_without_a_mid_the_rest_has_no_price(self, quote: dict[str, Any], what: str) -> None:
        analysis = found(fill(100, 600, "50.01"), facts={"end": {"ts": stamp(1_000), "quote": quote}})
        assert analysis["components_bps"]["opportunity"] is analysis["is_bps"] is None
        assert analysis["missing"]["opportunity"] == analysis["missing"]["is_bps"] == f"{what} when the order ended"

    def test_an_order_that_ends_in_a_halt_has_no_end_mid_whatever_the_book_shows(self) -> None:
        analysis = found(fill(100, 600, "50.01"), facts={"end": {"ts": stamp(450), "quote": FLAT}}, market=HALT)
        assert analysis["missing"]["opportunity"] == "trading was halted when the order ended"

    def test_the_instant_of_the_halt_is_in_the_halt_and_that_of_its_end_is_not(self) -> None:
        at = {"end": {"ts": stamp(400), "quote": FLAT}}
        assert found(facts=at, market=HALT)["end_price"] is None
        assert found(facts={"end": {"ts": stamp(500), "quote": FLAT}}, market=HALT)["end_price"] == "50.0000"

    def test_an_order_that_was_filled_needs_no_end(self) -> None:
        analysis = found(
            fill(100, 1_000, "50.01"), facts={"end": {"ts": stamp(450), "quote": FLAT}}, market=HALT, status="filled"
        )
        assert (analysis["is_amount"], analysis["components_amount"]["opportunity"]) == ("10.00", "0.00")

    def test_an_order_that_runs_has_no_total_yet(self) -> None:
        analysis = found(fill(100, 600, "50.01"), facts={"end": None}, status="partially_filled", reason=None, ended=None)
        assert analysis["missing"]["is_bps"] == analysis["missing"]["interval_vwap"] == "the order has not ended"
        assert analysis["components_amount"]["spread"] == "6.00"
        assert analysis["final"] is False


def amendment(ts: float, before: int, after: int, quote: dict[str, Any]) -> dict[str, Any]:
    return {"ts": stamp(ts), "quote": quote, "before": before, "after": after}


class TestAmendments:
    """What an amendment added has prices of its own; what it took back was closed there."""

    def test_an_addition_starts_from_the_mid_then(self) -> None:
        later = touch("51.99", "52.01")
        facts = {"amendments": [amendment(300, 1_000, 1_500, later)], "end": {"ts": stamp(1_000), "quote": later}}
        first, second = fill(100, 1_000, "50.01"), fill(400, 500, "52.01", quote=later, reference=later)
        analysis = found(first, second, facts=facts, quantity=1_500, status="filled")
        assert (analysis["quantity"], analysis["fill_rate"]) == (1_500, 1.0)
        assert analysis["components_amount"] | {"spread": "15.00"} == dict.fromkeys(analysis["components_amount"], "0.00") | {
            "spread": "15.00"
        }
        assert analysis["decision_price"] == analysis["arrival_price"] == "50.666667"

    def test_a_reduction_is_closed_by_the_client_at_the_mid_then(self) -> None:
        facts = {"amendments": [amendment(300, 1_000, 600, touch("50.09", "50.11"))]}
        analysis = found(fill(100, 600, "50.01"), facts=facts, quantity=600, status="filled")
        assert (analysis["quantity"], analysis["fill_rate"]) == (1_000, 0.6)
        assert analysis["opportunity_canceled_by_client_bps"] == analysis["components_bps"]["opportunity"] == 8.0

    def test_an_addition_before_the_arrival_arrives_with_the_order(self) -> None:
        early = touch("48.99", "49.01")
        facts = {"amendments": [amendment(7, 1_000, 2_000, early)]}
        analysis = found(facts=facts, quantity=2_000)
        assert (analysis["decision_price"], analysis["arrival_price"]) == ("49.5000", "50.0000")
        assert analysis["components_amount"]["delay"] == "1000.00"

    def test_an_amendment_of_other_terms_changes_nothing(self) -> None:
        assert found(facts={"amendments": [amendment(300, 1_000, 1_000, ONE_SIDED)]}) == found()

    def test_an_amendment_in_a_halt_or_without_a_mid_has_no_price(self) -> None:
        halted = found(facts={"amendments": [amendment(450, 1_000, 600, FLAT)]}, quantity=600, market=HALT)
        assert halted["missing"]["opportunity"] == "trading was halted when the order was amended"
        blind = found(facts={"amendments": [amendment(450, 1_000, 1_600, CROSSED)]}, quantity=1_600)
        assert blind["missing"]["delay"] == blind["missing"]["is_bps"] == "the book was crossed when the order was amended"


class TestReference:
    """What the market would have done without the order."""

    MOVED = touch("50.09", "50.11")

    def test_in_a_replay_it_is_what_each_fill_recorded(self) -> None:
        analysis = found(fill(100, 1_000, "50.11", quote=self.MOVED, reference=touch("50.03", "50.05")))
        assert analysis["impact_basis"] == "replay"
        assert (analysis["components_amount"]["impact"], analysis["components_amount"]["timing"]) == ("60.00", "40.00")

    def test_in_a_simulation_it_is_the_twin_just_before_the_fill(self) -> None:
        twin = Market(touches=(Touch(0, "49.99", "50.01"), Touch(90, "50.03", "50.05"), Touch(100, "60.00", "60.02")))
        analysis = found(fill(100, 1_000, "50.11", quote=self.MOVED, reference=NO_TOUCH), kind="simulated", twin=twin)
        assert analysis["impact_basis"] == "simulated"
        assert (analysis["components_amount"]["impact"], analysis["components_amount"]["timing"]) == ("60.00", "40.00")

    def test_without_a_twin_impact_and_timing_are_one_and_the_reason_is_said(self) -> None:
        lost = {"kind": "simulated", "why_no_twin": "another build ran it"}
        analysis = found(fill(100, 1_000, "50.11", quote=self.MOVED, reference=NO_TOUCH), **lost)
        assert analysis["impact_basis"] == "external"
        assert analysis["missing"]["impact"] == analysis["missing"]["timing"] == NO_REFERENCE
        assert analysis["missing"]["reference"] == "another build ran it"
        assert analysis["components_amount"]["impact"] is analysis["components_amount"]["timing"] is None
        assert analysis["impact_and_timing_bps"] == 20.0
        assert analysis["missing"]["interval_vwap_recorded"] == "no market without the order is known"

    def test_a_simulated_market_that_the_order_has_not_reached_is_the_one_without_it(self) -> None:
        analysis = found(kind="simulated", facts={"arrival": None}, started=None)
        assert (analysis["impact_basis"], analysis["benchmarks"]["window_vwap_recorded"]) == ("simulated", "50.0000")


class TestTapes:
    """Whose prints count where."""

    PRINTS = (
        Print(20, "50.00", 100),
        Print(30, "51.00", 100, parent="P"),
        Print(40, "52.00", 100, parent="P2"),
        Print(50, "53.00", 100, parent="Q"),
        Print(60, "54.00", 100, parent="Q", counterparty="P"),
    )

    def test_the_account_is_own_for_benchmarks_and_the_order_alone_for_participation(self) -> None:
        analysis = found(fill(30, 200, "51.00"), market=Market(prints=self.PRINTS))
        assert analysis["benchmarks"]["interval_vwap"] == "51.5000"  # a stranger's order is the market
        assert analysis["benchmarks"]["interval_vwap_incl_own"] == "52.0000"
        assert analysis["participation"] == 0.4

    def test_in_a_replay_the_recorded_vwap_is_of_the_untouched_tape(self) -> None:
        reference = (Print(20, "50.00", 100), Print(30, "50.50", 100), Print(40, "70.00", 100, flags=2))
        analysis = found(market=Market(prints=self.PRINTS, reference=reference))
        assert analysis["benchmarks"]["interval_vwap_recorded"] == "50.2500"

    def test_in_a_simulation_it_is_of_the_twins_tape(self) -> None:
        twin = Market(prints=(Print(20, "50.00", 100), Print(30, "50.60", 100)))
        analysis = found(market=Market(prints=self.PRINTS), twin=twin, kind="simulated")
        assert analysis["benchmarks"]["interval_vwap_recorded"] == "50.3000"

    def test_a_replay_that_has_not_traded_is_a_replay(self) -> None:
        analysis = found(market=Market(prints=(), reference=()))
        assert analysis["impact_basis"] == "replay"
        assert analysis["missing"]["interval_vwap_recorded"] == analysis["missing"]["interval_vwap"] == "nobody traded"

    def test_the_rate_of_the_pwp_is_the_target_or_the_cap(self) -> None:
        assert found()["assumptions"] == {
            "latency_ms": 1.0,
            "latency_jitter_ms": 0.0,
            "report_latency_ms": 0.0,
            "report_latency_jitter_ms": 0.0,
            "fees": {"unit": "per_unit", "taker": "0.0030", "maker": "-0.0020"},
            "hidden": "central",
            "pwp_rate": 0.2,
            "max_participation": 0.2,
            "participation_window_s": 300.0,
        }
        pov = found(terms={"algo": "pov", "params": {"target": "0.07"}})
        assert pov["assumptions"]["pwp_rate"] == 0.07


class TestHalts:
    """An order across a halt."""

    def test_neither_the_halt_nor_what_prints_in_it_counts(self) -> None:
        touches = (Touch(0, "49.99", "50.01"), Touch(400, "59.99", "60.01", halted=True), Touch(500, "51.99", "52.01"))
        prints = (
            Print(20, "50.00", 100),
            Print(400, "50.00", 100),
            Print(450, "99.00", 100),
            Print(460, "70.00", 500, flags=2),
            Print(500, "52.00", 200),
        )
        market = Market(touches=touches, prints=prints, reference=prints)
        facts = {"arrival": {"ts": stamp(300), "quote": FLAT, "reference": FLAT}, "end": {"ts": stamp(600), "quote": FLAT}}
        analysis = found(fill(500, 40, "52.00"), facts=facts, market=market)
        assert analysis["benchmarks"]["interval_twap"] == "51.0000"
        assert analysis["benchmarks"]["interval_vwap"] == analysis["benchmarks"]["interval_vwap_recorded"] == "51.333333"
        assert analysis["benchmarks"]["window_vwap"] == "51.0000"

    def test_a_markout_into_the_halt_is_null(self) -> None:
        analysis = found(fill(395, 40, "50.01"), market=HALT)
        assert analysis["markouts_bps"]["1"] == -2.0
        assert analysis["markouts_bps"]["10"] is analysis["markouts_bps"]["60"] is None
        assert analysis["missing"]["markout_10"] == "the book had no mid then"
        assert analysis["markouts_bps"]["300"] == -2.0


class TestPauses:
    """Time in which the order was suspended is not its time."""

    PRINTS = (Print(100, "50", 10, parent="P"), Print(200, "50", 90), Print(300, "50", 900), Print(400, "50", 900))

    def test_volume_in_a_pause_is_not_participated_in(self) -> None:
        pauses = [["suspended", stamp(250)], ["resumed", stamp(350)], ["suspended", stamp(390)]]
        market = Market(prints=self.PRINTS)
        assert found(market=market, facts={"pauses": pauses[:2]})["participation"] == 0.01
        assert found(market=market, facts={"pauses": pauses})["participation"] == 0.1

    def test_a_pause_that_is_not_over_lasts_until_now(self) -> None:
        running = {"status": "suspended", "reason": None, "ended": None}
        facts = {"pauses": [["suspended", stamp(250)]], "end": None}
        assert found(market=Market(prints=self.PRINTS), facts=facts, **running)["participation"] == 0.1


@pytest.mark.parametrize("side", Side)
def test_what_a_session_journals_is_what_analysis_reads(side: Side) -> None:
    told = worked(side, until_s=3_000)
    analysis = analyse(told)
    TcaOut.model_validate(analysis)
    assert (analysis["status"], analysis["side"], analysis["quantity"]) == ("canceled", side, 40_000)
    assert analysis["filled_quantity"] == told.parent["filled"] > 1_000
    assert analysis["fills"] == len(told.fills)
    for cut in ("components_amount", "wagner_edwards_amount"):
        assert sum(Decimal(text) for text in analysis[cut].values()) == Decimal(analysis["is_amount"])
    assert Decimal(analysis["components_amount"]["fees"]) == Decimal(told.parent["fees"])
    canceled, opportunity = analysis["opportunity_canceled_by_client_bps"], analysis["components_bps"]["opportunity"]
    assert canceled == opportunity != 0
    assert analysis["impact_basis"] == "simulated"
    known = {name for name, price in analysis["benchmarks"].items() if price is not None}
    assert known >= {"arrival", "decision", "interval_vwap", "interval_vwap_incl_own", "interval_vwap_recorded", "interval_twap"}
    assert analysis["missing"]["window_vwap"] == "the window has not ended"
    assert analysis["missing"]["close"] == "the market has not closed"
    assert analysis["final"] is False


def test_the_cost_from_the_arrival_on_is_held_against_the_estimate_that_the_order_named() -> None:
    told = {**ESTIMATE, "expected_cost_bps": 2.0, "sd_bps": 3.0, "expected_cost_error_bps": 4.0}
    made = case(fill(100, 1_000, "50.01"))
    forecast = analyse(replace(made, estimate=told))["forecast"]
    assert (forecast["realized_cost_bps"], forecast["sd_bps"], forecast["z_score"]) == (2.0, 5.0, 0.0)
    other = analyse(replace(made, estimate={**told, "algo": "vwap"}))
    assert (other["forecast"], other["missing"]["forecast"].split(":")[0]) == (None, "the estimate was of another algorithm")


def test_own_volume_on_the_tape_is_what_the_fills_say() -> None:
    told = worked(Side.BUY, until_s=3_000)
    prints = told.record.prints
    mine = told.record.parents.index(WORKED)
    assert prints["lots"][(prints["parent"] == mine) | (prints["counterparty"] == mine)].sum() == told.parent["filled"]
