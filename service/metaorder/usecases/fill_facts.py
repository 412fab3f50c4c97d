"""The fills of an order as arrays: thousands of documents, so each is read for what is asked of it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.child import Liquidity
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Side
from metaorder.tca.facts import NO_PRICE, Bools, Fills, Ints, Quotes

Row = Mapping[str, Any]

_MAKER = str(Liquidity.MAKER)

AT_ONCE = 1_024
"""Documents that are read in one go."""


class Grid(dict[str | None, int]):
    """Decimal strings as whole steps of a grid, each read once: fills share few prices. None, an empty side, is NO_PRICE."""

    def __init__(self, step: Decimal) -> None:
        super().__init__({None: NO_PRICE})
        exponent = step.normalize().as_tuple().exponent
        assert isinstance(exponent, int), "a step is finite"
        self._digits = max(2, -exponent)  # money is written with two digits at least
        self._point = -self._digits - 1
        self._step = int(step.scaleb(self._digits))

    def __missing__(self, text: str) -> int:
        steps, rest = divmod(self._scaled(text), self._step)
        assert not rest, f"{text} is on the grid"
        self[text] = steps
        return steps

    def _scaled(self, text: str) -> int:
        if text[self._point : self._point + 1] == ".":
            return int(text.replace(".", ""))
        whole, _, digits = text.partition(".")
        return int(whole + digits.ljust(self._digits, "0"))

    def each(self, texts: Sequence[str]) -> Ints:
        """All of them as steps, without remembering any: for amounts, which are seldom the same."""
        at = self._point
        full = [int(text.replace(".", "")) if text[at : at + 1] == "." else self._scaled(text) for text in texts]
        found, rest = np.divmod(_ints(full), self._step)
        assert not rest.any(), "every amount is on the grid"
        return found


class _Touch(msgspec.Struct, gc=False):
    bid: str | None
    ask: str | None


class FillDoc(msgspec.Struct, gc=False):
    """What analysis asks of a fill's document."""

    child_id: str
    venue: str
    quantity: int
    filled_quantity: int
    price: str
    liquidity: str
    fee: str
    certain: bool
    evidence: str
    quote: _Touch
    reference: _Touch
    venue_quote: _Touch | None = None


_read = msgspec.json.Decoder(list[FillDoc]).decode


def read_fills(rows: Sequence[Row], filled: int) -> list[FillDoc]:
    """The documents of the fills that come to `filled`; later ones are of an order that has moved on since it was read."""
    fills: list[FillDoc] = []
    for start in range(0, len(rows), AT_ONCE):
        fills += _read(f"[{','.join([row['doc'] for row in rows[start : start + AT_ONCE]])}]")
    while fills and fills[-1].filled_quantity > filled:
        fills.pop()
    return fills


@dataclass(frozen=True, slots=True)
class Twin:
    """The market without the order. worse: the same, with the side that is worse for us where its venues crossed each other."""

    quotes: Quotes
    worse: Callable[[], Quotes]


def fill_facts(
    fills: Sequence[FillDoc], rows: Sequence[Row], side: Side, instrument: Instrument, twin: Twin | None, why: str | None
) -> Fills:
    """The fills as arrays.

    rows: where they were read.
    twin: where it could be run; a replay's fills carry theirs. why: there is neither.
    """
    points, fees = Grid(instrument.point_size), Grid(instrument.money_size)
    ts = _ints([row["ts"] for row in rows[: len(fills)]])
    bid, ask = _ints([points[fill.quote.bid] for fill in fills]), _ints([points[fill.quote.ask] for fill in fills])
    between = _between_venues(fills, points)
    if twin is None:
        low, high = _ints([points[fill.reference.bid] for fill in fills]), _ints([points[fill.reference.ask] for fill in fills])
        reference2, worse = mid2(low, high), None if between is None else _worse(low, high, side)
    else:
        reference2 = twin.quotes.before(ts)
        worse = None if between is None or (reference2 != NO_PRICE).all() else twin.worse().before(ts)
    blind = 0
    if between is not None and worse is not None:
        stands = between & (reference2 == NO_PRICE) & (worse != NO_PRICE)
        reference2, blind = np.where(stands, worse, reference2), int(stands.sum())
    return Fills(
        ts=ts,
        lots=_ints([fill.quantity for fill in fills]) // instrument.lot_size,
        price=_ints([points[fill.price] for fill in fills]),
        maker=np.array([fill.liquidity == _MAKER for fill in fills], dtype=np.bool_),
        fee=fees.each([fill.fee for fill in fills]),
        certain=np.array([fill.certain for fill in fills], dtype=np.bool_),
        touch=ask if side is Side.BUY else bid,
        mid2=mid2(bid, ask),
        reference2=reference2,
        evidence=tuple(fill.evidence for fill in fills),
        why_no_reference=why,
        crossed=None if between is None else between & _crossed(bid, ask),
        reference_crossed=blind,
    )


def mid2(bid: Ints, ask: Ints) -> Ints:
    """Twice the mids of touches, of a locked one its price; NO_PRICE where a side is empty or the book is crossed."""
    return np.where((bid != NO_PRICE) & (ask != NO_PRICE) & (bid <= ask), bid + ask, NO_PRICE)


def _worse(bid: Ints, ask: Ints, side: Side) -> Ints:
    """Twice the side of crossed touches that makes a price of ours look the worse; NO_PRICE elsewhere."""
    return np.where(_crossed(bid, ask), 2 * (ask if side is Side.BUY else bid), NO_PRICE)


def _crossed(bid: Ints, ask: Ints) -> Bools:
    found: Bools = (bid != NO_PRICE) & (ask != NO_PRICE) & (bid > ask)
    return found


def _between_venues(fills: Sequence[FillDoc], points: Grid) -> Bools | None:
    """Fills whose own venue was not crossed: where the book of all was, it was between venues, in no auction. None: one venue."""
    if not any(fill.venue_quote is not None for fill in fills):
        return None
    own = [(NO_PRICE, NO_PRICE) if q is None else (points[q.bid], points[q.ask]) for q in (fill.venue_quote for fill in fills)]
    return ~_crossed(_ints([bid for bid, _ in own]), _ints([ask for _, ask in own]))


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
