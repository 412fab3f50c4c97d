"""The document of an analysis: what stands in it, and that nothing is null without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from metaorder.api.order_shapes import TcaOut
from metaorder.tca.facts import OrderFacts
from metaorder.tca.report import Units, report
from metaorder.tca.shortfall import NO_REFERENCE
from support.tca import CLOSE, UNITS, Fill, added, cut, fills, market, order, quotes, seconds, tape, worked_example

BOUGHT = Fill(600, "50.02", "49.98", "50.02", ts=100)


def document(placed: OrderFacts, *done: Fill, units: Units = UNITS, why: str | None = None, **there: Any) -> dict[str, Any]:
    return report(placed, fills(placed.sign, *done, why_no_reference=why), market(**there), units)


@pytest.mark.parametrize("mirrored", [False, True], ids=["buy", "mirror sell"])
def test_the_worked_example_reads_as_the_documentation_prints_it(mirrored: bool) -> None:
    example = worked_example(mirrored=mirrored)
    found = report(example.order, example.fills, market(), UNITS)
    amounts = {**found["components_amount"], "IS": found["is_amount"]}
    assert {name: Decimal(text) for name, text in amounts.items()} == example.amounts
    bps = {**found["components_bps"], "IS": found["is_bps"]}
    assert {name: Decimal(str(value)) for name, value in bps.items()} == example.bps
    assert found["side"] == ("sell" if mirrored else "buy")
    assert (found["quantity"], found["filled_quantity"], found["fills"], found["fill_rate"]) == (10_000, 7_000, 3, 0.7)
    assert found["passive_share"] == 0.571429
    assert found["avg_price"] == ("49.952857" if mirrored else "50.047143")


def test_prices_are_exact_on_the_grid_and_between_two_points() -> None:
    found = document(order(decision="50.00005", arrival="50.0001", end="50.00"), BOUGHT)
    assert (found["decision_price"], found["arrival_price"], found["end_price"]) == ("50.00005", "50.0001", "50.0000")


def test_money_is_exact_in_the_currency_with_lots_and_multipliers_counted() -> None:
    units = Units(point=Decimal("0.125"), money=Decimal("12.5"), lot=10, currency="EUR")  # a point on a lot of ten, ten times
    found = report(order(3, decision="0.0001", arrival="0.0003", end="0.0003"), fills(1), market(), units)
    assert (found["quantity"], found["currency"], found["arrival_price"]) == (30, "EUR", "0.375")
    assert found["components_amount"]["delay"] == "75.00"
    half = report(order(1, decision="0.0001", arrival="0.00015", end="0.00015"), fills(1), market(), units)
    assert half["components_amount"]["delay"] == half["is_amount"] == "6.25"


def test_printed_amounts_sum_to_the_last_digit_even_for_amended_orders() -> None:
    amended = order(
        1_000, decision="49.99995", arrival="50.0001", end="50.1234", amended=(added(30, 333, "50.0107"), cut(50, 7, "50.02"))
    )
    found = document(amended, Fill(599, "50.0201", "49.98", "50.02", ts=40, reference="50.00005"), Fill(1, 50, 49, 50, ts=60))
    assert sum(Decimal(text) for text in found["components_amount"].values()) == Decimal(found["is_amount"])
    assert sum(Decimal(text) for text in found["wagner_edwards_amount"].values()) == Decimal(found["is_amount"])
    assert sum(found["components_bps"].values()) == pytest.approx(found["is_bps"], abs=5e-6)
    assert found["opportunity_canceled_by_client_bps"] is not None


def test_impact_is_shown_in_its_two_parts() -> None:
    example = worked_example()
    found = report(example.order, example.fills, market(), UNITS)
    assert found["impact_parts_bps"] == {"walking": 0.2, "displacement": 1.2}
    assert found["impact_and_timing_bps"] == 4.0


def test_basis_points_have_six_decimals_rounded_half_even() -> None:
    # a point on two million dollars is half of a millionth of a basis point
    rounds = {"2000000.0001": 0.0, "2000000.0003": 0.000002, "2000000.0005": 0.000002, "1999999.9997": -0.000002}
    for arrival, bps in rounds.items():
        found = document(order(3, decision=2_000_000, arrival=arrival, end=arrival))
        assert found["components_bps"]["delay"] == bps


@pytest.mark.parametrize(("sign", "worse"), [(1, "50.05"), (-1, "49.95")])
def test_slippage_is_of_the_average_fill_and_positive_when_worse(sign: int, worse: str) -> None:
    found = document(order(1_000, sign=sign), Fill(100, worse, "49.95", "50.05"))
    assert found["slippage_bps"]["arrival"] == found["slippage_bps"]["interval_vwap"] == 10.0
    assert found["slippage_bps"]["pwp_5"] == found["slippage_bps"]["previous_close"] is None


def test_participation_is_of_this_order_and_others_are_all_the_rest() -> None:
    found = document(order(), BOUGHT, own=tape((100, "50", 600)), whole=tape((20, "50", 1_800), (100, "50", 600)))
    assert found["participation"] == 0.25


def test_the_shares_are_of_filled_lots() -> None:
    passive = Fill(200, "49.98", "49.98", "50.02", maker=True, certain=False)
    found = document(order(1_000), BOUGHT, passive)
    assert (found["fill_rate"], found["passive_share"], found["assumed_share"]) == (0.8, 0.25, 0.25)


def test_where_the_decision_came_from_and_how_long_the_order_waited_are_said() -> None:
    found = document(order(decided_by="client_price", waited=1_500_000_000), BOUGHT)
    assert (found["sources"]["decision"], found["arrival_wait_s"], found["duration_s"]) == ("client_price", 1.5, 990.0)
    assert found["sources"] | {"decision": None} == {"decision": None, "open": "first_print", "close": "last_print"}
    assert found["assumptions"] == {
        "latency_ms": 1.0,
        "pwp_rate": 0.25,
        "max_participation": 0.25,
        "participation_window_s": 300.0,
    }


class TestFinal:
    """An analysis is final when its late facts are in."""

    def final(self, placed: OrderFacts, *done: Fill, at: float, closed: bool = False) -> bool:
        is_final = document(placed, *done, clock=seconds(at), closed=closed)["final"]
        assert isinstance(is_final, bool)
        return is_final

    def test_it_is_not_while_the_order_runs(self) -> None:
        assert not self.final(order(terminal=False, ended=None), BOUGHT, at=9_999)
        assert not self.final(order(terminal=False, ended=None), BOUGHT, at=10_000, closed=True)

    def test_it_is_not_before_the_window_is_over(self) -> None:
        assert not self.final(order(), BOUGHT, at=1_999)
        assert self.final(order(), BOUGHT, at=2_000)

    def test_it_is_not_before_the_last_markout(self) -> None:
        late = Fill(100, "50.02", "49.98", "50.02", ts=1_990)
        assert not self.final(order(), BOUGHT, late, at=3_789)
        assert self.final(order(), BOUGHT, late, at=3_790)

    def test_it_is_once_the_market_is_over(self) -> None:
        late = Fill(100, "50.02", "49.98", "50.02", ts=9_990)
        assert self.final(order(stop=CLOSE), late, at=10_000, closed=True)
        assert self.final(order(), at=1_500, closed=True)

    def test_it_changes_no_cost_no_window_benchmark_and_no_markout_afterwards(self) -> None:
        done = (BOUGHT, Fill(100, "50.02", "49.98", "50.02", ts=1_990))
        first = document(order(), *done, clock=seconds(3_790), closed=False)
        last = document(order(), *done)
        assert first["final"] is True
        still_open = {"benchmarks", "slippage_bps", "sources", "missing"}
        assert {k: v for k, v in first.items() if k not in still_open} == {k: v for k, v in last.items() if k not in still_open}
        late = {name for name, value in last["benchmarks"].items() if value != first["benchmarks"][name]}
        assert late == {"close"}


KEYS = {
    "wagner_edwards_amount.delay": ("arrival", "decision"),
    "wagner_edwards_bps.delay": ("arrival", "decision"),
    "wagner_edwards_amount.opportunity": ("is_bps", "decision", "opportunity"),
    "wagner_edwards_bps.opportunity": ("is_bps", "decision", "opportunity"),
    "kissell_amount.delay": ("arrival", "decision"),
    "kissell_bps.delay": ("arrival", "decision"),
    "perold_amount.execution": ("decision",),
    "perold_bps.execution": ("decision",),
    "perold_amount.opportunity": ("is_bps", "decision", "opportunity"),
    "perold_bps.opportunity": ("is_bps", "decision", "opportunity"),
    **{f"impact_bounds.{name}_bps": (f"{name}_bps", "decision") for name in ("lower", "upper", "is_lower", "is_upper")},
}
"""Under which names `missing` explains a null, where the field's own name, or the name in it, is not the one."""


def reasons_for(path: tuple[str, ...]) -> tuple[str, ...]:
    """Names under which the reason of a null may stand."""
    dotted, last = ".".join(path), path[-1]
    if dotted in KEYS:
        return KEYS[dotted]
    if path[0] == "slippage_bps":
        return last, "slippage_bps"
    if path[0] in {"markouts_bps", "realized_spread_bps", "price_impact_bps"}:
        return (f"markout_{last}",)
    return (last, "decision") if path[0].endswith("_bps") and len(path) > 1 else (last,)


def nulls(doc: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a document has null."""
    for name, value in doc.items():
        if isinstance(value, dict):
            yield from nulls(value, (*path, name))
        elif value is None:
            yield (*path, name)


BLIND = Fill(100, "50.05", "50.06", "50.04", ts=9_999.5, reference=None)
EMPTY = tape()
UNARRIVED: dict[str, Any] = {"arrived": None, "waited": None, "ended": None, "arrival": None, "end": None, "terminal": False}
CASES: dict[str, dict[str, Any]] = {
    "everything is known": document(order(), BOUGHT),
    "a sell": document(order(sign=-1), BOUGHT),
    "nothing was filled": document(order()),
    "one fill, in a crossed market, at the close": document(order(), BLIND, quotes=quotes()),
    "it has not arrived": document(order(**UNARRIVED), clock=seconds(5), closed=False),
    "it never arrived": document(order(**{**UNARRIVED, "terminal": True})),
    "it runs": document(order(ended=None, end=None, terminal=False), BOUGHT, clock=seconds(101), closed=False),
    "no decision": document(order(decision=None), BOUGHT),
    "no arrival price": document(order(arrival=None), BOUGHT),
    "no end price": document(order(end=None), BOUGHT),
    "no decision, no arrival, no end": document(order(decision=None, arrival=None, end=None), BOUGHT),
    "nobody traded": document(order(), BOUGHT, tape=EMPTY, whole=EMPTY, recorded=EMPTY),
    "no reference": document(order(), BOUGHT, why=NO_REFERENCE, recorded=None, basis="external"),
    "an amendment without a mid": document(order(amended=(added(20, 100, None), cut(30, 10, None))), BOUGHT),
    "canceled": document(order(by_client=True), BOUGHT, basis="simulated"),
    "the market was deleted": document(order(), BOUGHT, clock=seconds(200), closed=True),
}


@pytest.mark.parametrize("case", CASES)
def test_every_null_has_its_reason_and_every_reason_is_a_sentence(case: str) -> None:
    found = CASES[case]
    unexplained = [path for path in nulls(found) if not any(found["missing"].get(name) for name in reasons_for(path))]
    assert unexplained == []
    assert all(found["missing"].values())


@pytest.mark.parametrize("case", CASES)
def test_every_analysis_has_the_shape_that_is_published(case: str) -> None:
    TcaOut.model_validate({"parent_id": "P", "status": "filled", "venues": {}, **CASES[case]}, strict=False)


NOT_KNOWN = {"previous_close", "pwp", "pwp_5", "pwp_10", "pwp_20"}
NOT_STATED = {"central_bps", "is_central_bps", "decay", "forecast"}
NO_CHILDREN_HERE = {
    "cancel_ratio",
    "average_child_quantity",
    "time_to_fill_s",
    "spread_capture",
    "queue_known_share",
    "impact_used",
}
TOO_LITTLE = {"decision_efficiency", "reversion", "impact_split_bps", "participation_peak"}


def test_reasons_are_given_for_what_is_missing_alone() -> None:
    assert set(CASES["everything is known"]["missing"]) == NOT_KNOWN | NOT_STATED | NO_CHILDREN_HERE | TOO_LITTLE
    assert CASES["no reference"]["missing"]["impact"] == CASES["no reference"]["missing"]["timing"] == NO_REFERENCE
    assert CASES["no reference"]["components_bps"]["impact"] is None
    assert CASES["no reference"]["impact_and_timing_bps"] is not None
    assert CASES["it runs"]["missing"]["opportunity"] == "no end"
