"""Own fills by the minute: the same sums as fill by fill, whatever came late and whatever was forgotten."""

from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.fills import MEMOS, NO_FILLS, Fills, Minute
from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos
from support.examples import examples

REMEMBERED = 6 * MINUTE
ROWS = st.lists(st.tuples(st.integers(0, 20 * MINUTE), st.integers(1, 500)), max_size=40)
TIMES = st.integers(-MINUTE, 22 * MINUTE)


def folded(rows: list[tuple[int, int]], *, since: int | None = None) -> Fills:
    found = NO_FILLS
    for ts, lots in rows:
        found = found.with_fill(Nanos(ts), Lots(lots), Nanos(ts - REMEMBERED if since is None else since))
    return found


@settings(max_examples=examples(200))
@given(ROWS, st.booleans())
def test_it_is_the_tuple_of_what_is_remembered_oldest_first(rows: list[tuple[int, int]], ordered: bool) -> None:
    rows = sorted(rows, key=lambda row: row[0]) if ordered else rows
    plain: list[tuple[int, int]] = []
    found = NO_FILLS
    for ts, lots in rows:
        plain = sorted([row for row in plain if row[0] > ts - REMEMBERED] + [(ts, lots)], key=lambda row: row[0])
        found = found.with_fill(Nanos(ts), Lots(lots), Nanos(ts - REMEMBERED))
        assert found == tuple(plain)
        assert [row for minute in found.minutes for row in minute.rows] == plain
        for minute in found.minutes:
            assert {row[0] // MINUTE for row in minute.rows} == {minute.end // MINUTE - 1}
        assert len({minute.end for minute in found.minutes}) == len(found.minutes)


@settings(max_examples=examples(200))
@given(ROWS, TIMES)
def test_what_came_after_a_time_is_counted_exactly(rows: list[tuple[int, int]], time: int) -> None:
    assert folded(rows, since=-1).after(Nanos(time)) == sum(lots for ts, lots in rows if ts > time)


@settings(max_examples=examples(200))
@given(ROWS, TIMES, st.floats(1e-5, 10))
def test_what_is_left_of_an_impact_is_what_each_fill_left(rows: list[tuple[int, int]], time: int, beta: float) -> None:
    expected = math.fsum(lots * math.exp(-beta * (time - ts) / SECOND) for ts, lots in rows if ts <= time)
    most = sum(lots for _, lots in rows)
    assert folded(rows, since=-1).faded(beta, Nanos(time)) == pytest.approx(expected, rel=1e-12, abs=most * math.exp(-20))


def test_how_it_came_about_changes_no_digit() -> None:
    """Minutes that were kept, minutes that are made anew, and what they were asked before: the same sum, to the last bit."""
    rows = [(n * 7 * SECOND, n % 13 + 1) for n in range(300)]
    kept = folded(rows)
    for time in range(0, 40 * MINUTE, 5 * MINUTE):
        kept.faded(0.01, Nanos(time))
    anew = Fills(kept)
    assert kept.faded(0.003, Nanos(35 * MINUTE)) == anew.faded(0.003, Nanos(35 * MINUTE))
    assert [minute.rows for minute in kept.minutes] == [minute.rows for minute in anew.minutes]


def test_a_minute_keeps_few_answers() -> None:
    minute = Minute(((Nanos(SECOND), Lots(3)),))
    for beta in range(1, 3 * MEMOS):
        assert minute.left(float(beta)) == pytest.approx(3 * math.exp(-59 * beta))
    assert len(minute.known) <= MEMOS


def test_a_sum_looks_at_no_minute_twice() -> None:
    found = folded([(n * SECOND // 2, 1) for n in range(10_000)], since=-1)
    found.faded(0.001, Nanos(5_001 * SECOND))
    before = {id(minute) for minute in found.minutes}
    after = {id(minute) for minute in found.with_fill(Nanos(5_001 * SECOND), Lots(1), Nanos(-1)).minutes}
    assert len(before & after) >= len(before) - 1


def test_it_survives_a_journey_to_another_process() -> None:
    found = folded([(SECOND, 3), (90 * SECOND, 4)])
    assert pickle.loads(pickle.dumps(found)).minutes[1].lots == 4
