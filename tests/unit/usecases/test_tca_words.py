"""Tables in words: what is missing has its reason beside it, and a rule says from where on it fires."""

from __future__ import annotations

from metaorder.tca.recommendations import Recommendation
from metaorder.usecases.analyse import analyse
from metaorder.usecases.tca_words import benchmark_rows, cost_rows, execution_rows, recommended, unknown
from support.reports import CASES


def test_what_is_known_only_together_has_a_row_of_its_own() -> None:
    rows = {row[0]: row for row in cost_rows(analyse(CASES["without a reference"]))}
    assert rows["impact"][1:3] == ("–", "–")
    assert rows["impact"][3].startswith("not known: ")
    assert rows["impact and timing"][2] != "–"


def test_every_dash_in_a_table_has_a_reason() -> None:
    for name, made in CASES.items():
        doc = analyse(made)
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
