"""An estimate is held against the order that it was about, and against no other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from metaorder.tca.risk import Expected
from metaorder.usecases.analyse import analyse
from metaorder.usecases.forecast_fit import expected, expected_of
from metaorder.usecases.kept_analyses import stored
from support.cases import ESTIMATE, case, dump, fill, stamp


def of(estimate: dict[str, Any] | None = None, filled: int = 1_000, **changes: Any) -> Expected | str:
    made = case(*([fill(100, filled, "50.01")] if filled else []), **changes)
    return expected_of(ESTIMATE if estimate is None else estimate, made.parent)


def amended(*quantities: int) -> dict[str, Any]:
    return {"amendments": [{"ts": stamp(50), "before": before, "after": after} for before, after in pairwise(quantities)]}


def test_what_was_estimated_is_scored_also_a_little_later_and_larger() -> None:
    said = expected(ESTIMATE)
    assert said == Expected("E", 2.0, 3.0)
    near = {"terms": {"start_time": stamp(190), "end_time": stamp(2_190)}, "quantity": 1_010, "filled": 970}
    assert of() == of(**near) == said


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing filled": ({"filled": 0}, "nothing was filled"),
    "hardly filled": ({"filled": 949}, "949 were filled of the 1,000"),
    "another algorithm": ({"terms": {"algo": "vwap"}}, "another algorithm: twap, and the order's is vwap"),
    "other parameters": ({"terms": {"params": {"slices": 3}}}, "other parameters"),
    "another side": ({"side": "sell"}, "another side"),
    "another market": ({"estimate": {**ESTIMATE, "market": "elsewhere"}}, "another market: elsewhere"),
    "a smaller order": ({"quantity": 500}, "another quantity: 1,000, and the order's was 500"),
    "amended": ({"quantity": 1_250, "facts": amended(1_000, 1_250)}, "was 1,250 after an amendment"),
    "amended and back": ({"facts": amended(1_000, 1_250, 1_000)}, "was 1,250 after an amendment"),
    "another day": ({"terms": {"start_time": stamp(86_410), "end_time": stamp(88_400)}}, "another window"),
    "a longer window": ({"terms": {"end_time": stamp(2_210)}}, "another window"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_it_was_not_about_is_not_scored_and_says_why(name: str) -> None:
    changes, why = WRONG[name]
    said = of(**changes)
    assert isinstance(said, str)
    assert why in said


def test_an_order_that_is_left_out_is_not_kept_as_scored() -> None:
    """It stood as realised 0.0 bps, with a probability, among the scores of the calibration."""
    made = replace(case(terms={"algo": "vwap", "limit_price": "40"}), estimate={**ESTIMATE, "algo": "vwap"})
    doc = analyse(made)
    assert (doc["forecast"], doc["missing"]["forecast"]) == (None, "nothing was filled")
    session = {"detail": dump({"facts": {"open": stamp(0)}})}
    kept = stored({**made.parent, "account": "main", "session": "lab/1", "algo": "vwap"}, session, doc, None, made.record.clock)
    assert kept is not None
    assert (kept.figures["z_score"], kept.figures["probability"]) == (None, None)


def test_an_estimate_without_a_cost_says_why() -> None:
    silent = {**ESTIMATE, "expected_cost_bps": None, "missing": {"expected_cost_bps": "adv is not known"}}
    assert of(silent) == "the estimate has no expected cost, or no spread around it: adv is not known"
