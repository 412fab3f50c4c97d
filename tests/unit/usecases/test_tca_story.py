"""A report says what happened on the way: why the order ended, amendments, pauses, halts, books without a mid."""

from __future__ import annotations

import pytest

from metaorder.domain.order import EndReason
from metaorder.domain.units import SECOND
from metaorder.usecases.tca_story import ENDED, duration, story
from support.cases import case, fill, touch
from support.reports import CASES


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("filled", []),
        ("running", []),
        ("rejected", ["It was rejected and never worked."]),
        ("never filled", ["It ended because its window ended, and the market was beyond the limit price, with 1,000 left."]),
        ("canceled by the client", ["It ended because you canceled it, with 700 left."]),
        ("paused", ["It ended because its window ended, with 700 left.", "It was suspended for 1 min 5 s in all."]),
    ],
)
def test_what_happened_is_said(name: str, says: list[str]) -> None:
    assert story(CASES[name]) == says


def test_amendments_halts_and_broken_books_are_said() -> None:
    assert any("from 1,000 to 1,400 at 14:33:20 UTC; from 1,400 to 1,200 at" in each for each in story(CASES["amended"]))
    assert any("halted for 3 min 20 s" in each for each in story(CASES["across a halt"]))
    for name in ("in a crossed market", "in an empty book"):
        assert any("1 fill met a book that was one-sided or crossed" in each for each in story(CASES[name]))


def test_venues_that_cross_each_other_are_said_apart() -> None:
    quote = {"quote": touch("50.02", "50.01"), "venue_quote": touch("50.00", "50.01")}
    (said,) = [each for each in story(case(fill(100, 300, "50.01", **quote))) if "crossed each other" in each]
    assert said == "1 fill met venues whose quotes crossed each other: its costs are held against the worse side."


def test_every_reason_to_end_has_its_words() -> None:
    assert set(ENDED) == set(EndReason)


def test_a_span_is_said_in_its_two_largest_units() -> None:
    said = [duration(round(seconds * SECOND)) for seconds in (0.25, 59, 60, 3_599, 3_600, 9_000)]
    assert said == ["0.25 s", "59 s", "1 min", "59 min 59 s", "1 h", "2 h 30 min"]
