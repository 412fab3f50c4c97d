"""Tables in words: what is missing has its reason beside it, and a rule says from where on it fires."""

from __future__ import annotations

from metaorder.tca.recommendations import Recommendation
from metaorder.usecases.analyse import analyse
from metaorder.usecases.tca_drawn import series
from metaorder.usecases.tca_page import page
from metaorder.usecases.tca_words import (
    benchmark_rows,
    cost_rows,
    cut_rows,
    edition,
    execution_rows,
    markdown,
    recommended,
    summary,
    unknown,
)
from support.cases import case, fill
from support.reports import CASES, ORDER


def test_what_is_known_only_together_has_a_row_of_its_own() -> None:
    rows = {row[0]: row for row in cost_rows(analyse(CASES["without a reference"]))}
    assert rows["impact"][1:3] == ("–", "–")
    assert rows["impact"][3].startswith("not known: ")
    assert rows["impact and timing"][2] != "–"


def test_every_dash_in_a_table_has_a_reason() -> None:
    for name, made in CASES.items():
        doc = analyse(made)
        costs = cost_rows(doc)
        assert all("–" not in row[1:-1] or "not known: " in row[-1] for row in costs[:-1] if row[0] != "impact and timing"), name
        for row in (*benchmark_rows(doc), *execution_rows(doc)):
            assert "–" not in row[1:-1] or row[-1], (name, row)


def test_a_rule_says_what_it_saw_and_from_where_on_it_fires() -> None:
    picked, late = (
        Recommendation("picked_off", -1.18, -1.0, "Rest less."),
        Recommendation("low_fill_rate", 0.5, 0.95, "More.", ""),
    )
    assert recommended([picked, late]) == [
        ("Rest less.", "rule picked_off: −1.18 bps, fires below −1 bps"),
        ("More.", "rule low_fill_rate: 0.50, fires below 0.95"),
    ]
    assert recommended([]) == [("Nothing stands out.", "no rule fired")]


def test_what_is_not_known_is_told_once_for_each_reason() -> None:
    found = unknown({"missing": {"decay": "no decay is stated", "central_bps": "no decay is stated", "risk": "too short"}})
    assert found == [("central case of impact, decay of impact", "no decay is stated"), ("risk of waiting", "too short")]


def test_what_has_no_price_is_said_in_the_summary() -> None:
    disputed = {"disputed": 200, "settled": 100}
    doc = analyse(case(fill(100, 300, "50.01"), facts=disputed))
    assert (doc["unpriced_quantity"], doc["filled_quantity"]) == (300, 300)
    assert any(line.startswith("300 more are in dispute, or were settled as traded") for line in summary(doc, ORDER))
    assert not any("in dispute" in line for line in summary(analyse(CASES["a single fill"]), ORDER))


def test_every_cut_comes_to_the_same_total() -> None:
    doc = analyse(CASES["amended"])
    rows = cut_rows(doc)
    assert [row[-1] for row in rows] == [cost_rows(doc)[-1][2].strip("*")] * 3
    for row in rows:
        parts = [float(cell.replace("\u2212", "-")) for cell in row[1:-1] if cell != "in trading"]
        assert abs(sum(parts) - float(row[-1].replace("\u2212", "-"))) <= 0.02
    assert all(row[0] in markdown(doc, ORDER, []) for row in rows)


def test_what_an_amendment_took_back_is_not_what_was_left_undone() -> None:
    doc = analyse(CASES["amended"])
    assert (doc["quantity"], doc["reduced_quantity"], doc["filled_quantity"]) == (1_400, 200, 800)
    assert summary(doc, ORDER)[0].startswith("Bought 800 of 1,200 ACME")
    rates = {row[0]: row[1:] for row in execution_rows(doc)}
    assert rates["fill rate"] == ("57.1%", "of all that was ever ordered; amendments took back 200")


def test_a_sign_that_hangs_on_the_benchmark_is_said() -> None:
    doc = analyse(CASES["filled"])
    variants = {"low_bps": -0.1, "high_bps": 6.2, "agree": False, "variants": {}}
    row = next(row for row in execution_rows({**doc, "robustness_vwap": variants}) if row[0].startswith("slippage by the VWAPs"))
    assert row[1:] == ("\u22120.10 to +6.20", "the sign hangs on which is meant")


def test_the_impact_that_was_reckoned_with_is_a_half_life_and_a_strength() -> None:
    used = {"beta": [0.0069, 0.0693], "lambda": [0.2, 0.2], "lambda_from": "stated"}
    doc = {**analyse(CASES["filled"]), "impact_used": used}
    row = next(row for row in execution_rows(doc) if row[0] == "half-life of impact reckoned with")
    assert row[1:] == ("10 to 100 s", "lambda 0.2 ticks for a lot (stated)")


def test_a_report_names_the_version_that_it_is_of() -> None:
    doc = analyse(CASES["filled"]) | {"version": 3}
    assert edition(doc) == "Version 3 of the analysis of P, final."
    assert edition(doc) in markdown(doc, ORDER, [])
    assert edition(doc) in page(doc, ORDER, [], series(CASES["filled"]))
    early = {**doc, "version": None, "final": False}
    assert edition(early) == "The analysis of P as it stood, not final yet; it is not kept, and has no version."
