"""The report says what the intervals allow, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.cli.compare_report import markdown


def difference(mean: float, low: float | None, high: float | None, n: int = 10) -> dict[str, Any]:
    found = {"mean": mean, "low": low, "high": high, "n": n}
    place = {"market": "thin", "size": None, "algo": "b", "against": "a", "measure": "is_bps", "n": n}
    return {**place, "t": found, "bootstrap": found}


def report(*differences: dict[str, Any], failed: tuple[dict[str, Any], ...] = ()) -> str:
    design = {"algos": ("a", "b"), "seeds": 10, "sizes": ()}
    empty: dict[str, Any] = {"rows": [], "by_size": [], "regimes": [], "caution": "mind"}
    return markdown({**empty, "differences": list(differences), "failed": list(failed), "design": design})


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (difference(-3, -5, -1), "**cheaper** by 3.00 bps"),
        (difference(3, 1, 5), "**dearer** by 3.00 bps"),
        (difference(-3, -7, 1), "no difference that these days show"),
        (difference(-3, -5, -1, n=4), "not enough data to say (4 pairs)"),
        (difference(-3, None, None), "not enough data to say"),
    ],
)
def test_a_difference_is_said_only_where_its_interval_leaves_out_nought(found: dict[str, Any], said: str) -> None:
    assert said in report(found)


def test_what_failed_is_told_and_one_alone_is_held_against_nothing() -> None:
    failed = {"market": "thin", "seed": 3, "size": None, "algo": "b", "error": "Invalid: slices"}
    said = report(failed=(failed,))
    assert "seed 3, b: Invalid: slices" in said
    assert "nothing to hold it against" in said


def test_the_router_has_a_table_where_its_splits_were_held_against_what_came() -> None:
    found = {"mean": -1.5, "low": -2.0, "high": -1.0, "n": 8}
    less = {way: {"t": found, "bootstrap": found} for way in ("market", "venue", "score")}
    row = {"market": "thin", "size": None, "algo": "traditional", "n": 8, "decisions": 90, "split_less_bps": less}
    row["reached"] = {"said": 0.9, "came": 0.8}
    doc = {"rows": [], "by_size": [], "regimes": [], "differences": [], "failed": [], "caution": "mind", "design": {"seeds": 8}}
    said = markdown({**doc, "router": [{**row, "regret_bps": {"split": {**found, "mean": 0.75, "low": 0.5, "high": 1.0}}}]})
    assert "| thin | traditional | 8 | 90 | 0.75 [0.50, 1.00] | -1.50 [-2.00, -1.00] |" in said
    assert "| 90% | 80% |" in said
