"""LOBSTER at other depths: a ten-level day cut to fewer levels replays to exactly the cut book, on every row."""

from __future__ import annotations

import numpy as np
import pytest

from support.data import GOOG
from support.lobster import ADD, BUY, EXECUTE, HIDDEN, SELL, TICK
from support.replays import Replay, Rows, many, real_rows, replay_of

ROWS = min(147_916, many(60_000))


def cut(files: Rows, levels: int, rows: int) -> Rows:
    """The files that a subscriber to fewer levels would have: narrower books, and no message that does not touch them."""
    book = np.asarray(files.book)[:rows, : 4 * levels]
    kinds = np.array([row[0] for row in files.parsed[:rows]])
    changed = np.ones(rows, dtype=bool)
    changed[1:] = (book[1:] != book[:-1]).any(axis=1)
    kind, _, _, points, side = files.parsed[0]
    edge = book[0, 4 * (levels - 1) + (0 if side == SELL else 2)]
    changed[0] = not ADD <= kind <= EXECUTE or (edge - points) * side <= 0
    keep = np.flatnonzero(changed | (kinds >= HIDDEN))
    messages = files.messages.splitlines(keepends=True)
    texts = (",".join(map(str, row)) + "\n" for row in book[keep].tolist())
    return Rows("".join(messages[i] for i in keep), "".join(texts), levels, [files.times[i] for i in keep], book[keep])


def sides(session: Replay, levels: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    asks, bids = (session.session.recorded_levels(side == BUY, levels) for side in (SELL, BUY))
    return [level[:2] for level in asks], [level[:2] for level in bids]


@pytest.mark.parametrize("levels", [5, 1])
def test_a_day_cut_to_fewer_levels_is_the_cut_book_on_every_row(levels: int) -> None:
    files = cut(real_rows(GOOG), levels, ROWS)
    assert ROWS > len(files.times) > ROWS // 10
    session = replay_of(files)
    for row, wanted in enumerate(files.book.tolist(), 1):  # type: ignore[attr-defined]
        session.advance(row, until=files.times[row - 1])
        asks = [(wanted[4 * i] // TICK, wanted[4 * i + 1]) for i in range(levels)]
        bids = [(wanted[4 * i + 2] // TICK, wanted[4 * i + 3]) for i in range(levels)]
        assert sides(session, levels) == (asks, bids), f"row {row}"
