"""What a session remembers of its market: every change of the touch and every print, as arrays."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from metaorder.domain.units import Nanos

HIDDEN, AUCTION, OWN_MAKER, OWN_TAKER, BOUGHT, SOLD = 1, 2, 4, 8, 16, 32
"""Flags of a print. BOUGHT, SOLD: what the recording says of its taker; records of 0.1.0 before they were there have neither."""


@dataclass(frozen=True, slots=True)
class MarketRecord:
    """Quotes and prints of one symbol in one session, up to `clock`.

    quotes: ts, live and reference touches (bid, ask, bid_lots, ask_lots), halted; each holds until the next.
    prints: ts, points, lots, parent and counterparty (positions in `parents`; 0 = nobody of ours), flags.
    reference: prints of the recorded market, untouched by us; empty where nothing is recorded.
    """

    clock: Nanos
    closed: bool
    quotes: npt.NDArray[np.void]
    prints: npt.NDArray[np.void]
    reference: npt.NDArray[np.void]
    parents: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """The record as compressed bytes."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            quotes=self.quotes,
            prints=self.prints,
            reference=self.reference,
            parents=np.array(self.parents, dtype=np.str_),
            clock=np.array([self.clock, int(self.closed)], dtype=np.int64),
        )
        return buffer.getvalue()


def from_bytes(data: bytes) -> MarketRecord:
    """The record that `to_bytes` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        clock, closed = (int(value) for value in arrays["clock"])
        return MarketRecord(
            clock=Nanos(clock),
            closed=bool(closed),
            quotes=arrays["quotes"],
            prints=arrays["prints"],
            reference=arrays["reference"],
            parents=tuple(str(parent) for parent in arrays["parents"]),
        )


def merged(records: Sequence[MarketRecord]) -> MarketRecord:
    """The records of a symbol's floors as one: the best prices with the lots of all that show them, and every print by time.

    At one instant a print of an earlier floor stands first. Halted is a symbol whose floors all are.
    """
    if len(records) == 1:
        return records[0]
    first = records[0]
    times = np.unique(np.concatenate([record.quotes["ts"] for record in records]))
    quotes = np.zeros(len(times), dtype=first.quotes.dtype)
    quotes["ts"], quotes["halted"] = times, 1
    for record in records:
        own = record.quotes
        at = np.searchsorted(own["ts"], times, side="right") - 1
        known = at >= 0
        rows = own[np.maximum(at, 0)]
        shows = known & (rows["halted"] == 0)
        quotes["halted"] &= ~shows
        for touch in ("live", "reference"):
            for side, better in (("bid", np.greater), ("ask", np.less)):
                _add(quotes[touch], rows[touch], side, better, shows)
    return replace(
        first,
        quotes=quotes,
        prints=_by_time([record.prints for record in records]),
        reference=_by_time([record.reference for record in records]),
    )


def _add(total: Any, more: Any, side: str, better: Any, shows: npt.NDArray[np.bool_]) -> None:
    """One side of one floor's touches joins the sum."""
    lots = f"{side}_lots"
    there = shows & (more[lots] > 0)
    replaces = there & ((total[lots] == 0) | better(more[side], total[side]))
    joins = there & ~replaces & (more[side] == total[side])
    total[lots] = np.where(replaces, more[lots], np.where(joins, total[lots] + more[lots], total[lots]))
    total[side] = np.where(replaces, more[side], total[side])


def _by_time(prints: Sequence[npt.NDArray[np.void]]) -> npt.NDArray[np.void]:
    together = np.concatenate(prints)
    return together[np.argsort(together["ts"], kind="stable")]
