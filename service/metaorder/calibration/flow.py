"""Signed flow and prices of a day, and the equal intervals in which they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, every, increasing, positive, vector


@dataclass(frozen=True)
class Flow:
    """One day of one symbol.

    session_s: length of the session [s]. t: of trades, after the open [s]. signed: quantity, positive where the taker bought,
    0 where nobody can say. volume: quantity. price: of trades. quote_t: of usable quotes [s]; mid, half_spread: from then on.
    Trades and prices in the instrument's quantity and currency; t and quote_t never decrease.
    """

    day: str
    session_s: float
    t: Floats
    signed: Floats
    volume: Floats
    price: Floats
    quote_t: Floats
    mid: Floats
    half_spread: Floats

    def __post_init__(self) -> None:
        positive("session_s", self.session_s)
        for each in fields(self)[2:]:
            like = self.t if each.name in {"t", "signed", "volume", "price"} else self.quote_t
            vector(each.name, getattr(self, each.name), length=like.size)
        increasing("t", self.t, strictly=False)
        increasing("quote_t", self.quote_t, strictly=False)
        every("mid", self.mid > 0, "above 0", self.mid)

    def mid_before(self, times: Floats) -> Floats:
        """The last usable mid strictly before each time, not moved by a trade of that very instant; NaN before the first."""
        return self._last(self.mid, times)

    def half_spread_before(self, times: Floats) -> Floats:
        """Likewise of half the spread."""
        return self._last(self.half_spread, times)

    def _last(self, values: Floats, times: Floats) -> Floats:
        at = np.searchsorted(self.quote_t, times, side="left") - 1
        if not self.quote_t.size:
            return np.full(times.size, np.nan)
        return np.where(at >= 0, values[np.maximum(at, 0)], np.nan)


@dataclass(frozen=True)
class Cells:
    """Equal intervals of one or several days, one after the other.

    horizon: length [s]. flow: signed quantity of each. move: of the mid, from just before its start to just before its end.
    volume: quantity. trades: how many. mid: just before its start. day: number of its day. start: of each [s].
    """

    horizon: float
    flow: Floats
    move: Floats
    volume: Floats
    trades: Floats
    mid: Floats
    day: Floats
    start: Floats

    @property
    def n(self) -> int:
        """How many there are."""
        return self.flow.size

    @property
    def active(self) -> int:
        """In how many somebody traded on a known side."""
        return int(np.count_nonzero(self.trades))

    def only(self, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Cells:
        """Some of them."""
        rows = {each.name: getattr(self, each.name)[kept] for each in fields(self)[1:]}
        return Cells(self.horizon, **rows)


def cells(flows: Sequence[Flow], horizon: float) -> Cells:
    """The days in intervals of a length: a last one that is not whole is left out, and those before the first quote.

    Trades at the very start of an interval belong to it, and the mid that they moved is its own.
    Raises Invalid: horizon is not above 0, or there is no day.
    """
    if not flows:
        raise Invalid("flows", "at least one day", 0)
    h = positive("horizon", horizon)
    parts = [_cells(flow, h, number) for number, flow in enumerate(flows)]
    rows = {each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Cells)[1:]}
    return Cells(h, **rows)


def _cells(flow: Flow, h: float, number: int) -> Cells:
    n = int(flow.session_s / h * (1 + 1e-12))
    edges: Floats = np.arange(n + 1, dtype=np.float64) * h
    mids = flow.mid_before(edges)
    place = np.floor(flow.t / h).astype(np.int64)
    inside = (place >= 0) & (place < n)
    place = place[inside]
    signed = flow.signed[inside]

    def summed(weights: Floats) -> Floats:
        return np.bincount(place, weights=weights, minlength=n)[:n].astype(np.float64)

    made = Cells(
        h,
        summed(signed),
        np.diff(mids),
        summed(flow.volume[inside]),
        summed((signed != 0).astype(np.float64)),
        mids[:-1],
        np.full(n, float(number)),
        edges[:-1],
    )
    return made.only(np.isfinite(made.move))
