"""What a session remembers of its market: every change of the touch and every print, as arrays."""

from __future__ import annotations

import io
from dataclasses import dataclass

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
