"""The chain: every field of every row before is in the hash of each row, and no two rows read alike."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.core.chain import GENESIS, Entry, link, seal

ROW = Entry(
    session="lab",
    session_index=1,
    stream="desk",
    type="fill",
    version=1,
    market_time=5,
    event_index=6,
    parent="p-1",
    payload=b'{"type":"fill"}',
)


def test_a_row_is_sealed_with_the_digest_of_its_fields_and_their_lengths() -> None:
    text = (
        b"1:1" + b"3:lab" + b"1:1" + b"4:desk" + b"1:9" + b"4:fill" + b"1:1" + b"1:5" + b"1:6" + b"3:p-1" + b'15:{"type":"fill"}'
    )
    sealed = seal(GENESIS, 1, 9, ROW)
    assert sealed.hash == sha256(bytes(32) + text).digest()
    assert (sealed.position, sealed.seq, sealed.entry) == (1, 9, ROW)


@pytest.mark.parametrize(
    "changes",
    [
        {"session": "lab2"},
        {"session": None},
        {"session_index": 2},
        {"stream": None},
        {"stream": "desk2"},
        {"type": "fil1"},
        {"version": 2},
        {"market_time": None},
        {"event_index": 7},
        {"parent": "p-2"},
        {"payload": b'{"type":"fil1"}'},
        {"payload": b""},
    ],
)
def test_a_change_of_any_field_changes_the_hash(changes: dict[str, Any]) -> None:
    assert link(GENESIS, 1, 9, replace(ROW, **changes)) != link(GENESIS, 1, 9, ROW)


def test_place_number_and_all_that_came_before_are_in_the_hash() -> None:
    plain = link(GENESIS, 1, 9, ROW)
    assert link(GENESIS, 2, 9, ROW) != plain
    assert link(GENESIS, 1, 8, ROW) != plain
    assert link(GENESIS, 1, None, ROW) != plain
    assert link(plain, 1, 9, ROW) != plain


def test_nothing_is_told_apart_from_an_empty_text() -> None:
    assert link(GENESIS, 1, 9, replace(ROW, parent="")) != link(GENESIS, 1, 9, replace(ROW, parent=None))
    assert link(GENESIS, 1, 9, replace(ROW, parent="-")) != link(GENESIS, 1, 9, replace(ROW, parent=None))


TEXTS = st.none() | st.text(alphabet="-:0123ab", max_size=6)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.text(alphabet="-:0123ab", max_size=6)), min_size=2, max_size=2, unique=True))
def test_fields_never_run_into_one_another(rows: list[tuple[str | None, str | None, str]]) -> None:
    one, two = (replace(ROW, session=a, stream=b, type=c) for a, b, c in rows)
    assert link(GENESIS, 1, 9, one) != link(GENESIS, 1, 9, two)
