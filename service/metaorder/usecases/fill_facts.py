"""The fills of an order as arrays: thousands of documents, so each is read for what is asked of it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.child import Liquidity
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Side
from metaorder.tca.facts import NO_PRICE, Fills, Ints, Quotes

Row = Mapping[str, Any]

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
        self[text], rest = divmod(self._scaled(text), self._step)
        assert not rest, f"{text} is on the grid"
        return self[text]

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


_read = msgspec.json.Decoder(list[FillDoc]).decode


def read_fills(rows: Sequence[Row], filled: int) -> list[FillDoc]:
    """The documents of the fills that come to `filled`; later ones are of an order that has moved on since it was read."""
    fills: list[FillDoc] = []
    for start in range(0, len(rows), AT_ONCE):
        fills += _read(f"[{','.join([row['doc'] for row in rows[start : start + AT_ONCE]])}]")
    while fills and fills[-1].filled_quantity > filled:
        fills.pop()
    return fills


def fill_facts(
    fills: Sequence[FillDoc], rows: Sequence[Row], side: Side, instrument: Instrument, twin: Quotes | None, why: str | None
) -> Fills:
    """The fills as arrays.

    rows: where they were read.
    twin: the market without the order where it could be run; a replay's fills carry theirs. why: there is neither.
    """
    points, fees = Grid(instrument.point_size), Grid(instrument.money_size)
    ts = _ints([row["ts"] for row in rows[: len(fills)]])
    bid, ask = _ints([points[fill.quote.bid] for fill in fills]), _ints([points[fill.quote.ask] for fill in fills])
    if twin is not None:
        reference2 = twin.before(ts)
    else:
        reference2 = mid2(
            _ints([points[fill.reference.bid] for fill in fills]), _ints([points[fill.reference.ask] for fill in fills])
        )
    return Fills(
        ts=ts,
        lots=_ints([fill.quantity for fill in fills]) // instrument.lot_size,
        price=_ints([points[fill.price] for fill in fills]),
        maker=np.array([fill.liquidity == Liquidity.MAKER for fill in fills], dtype=np.bool_),
        fee=fees.each([fill.fee for fill in fills]),
        certain=np.array([fill.certain for fill in fills], dtype=np.bool_),
        touch=ask if side is Side.BUY else bid,
        mid2=mid2(bid, ask),
        reference2=reference2,
        evidence=tuple(fill.evidence for fill in fills),
        why_no_reference=why,
    )


def mid2(bid: Ints, ask: Ints) -> Ints:
    """Twice the mids of touches; NO_PRICE where a side is empty or the book is locked or crossed."""
    return np.where((bid != NO_PRICE) & (ask != NO_PRICE) & (bid < ask), bid + ask, NO_PRICE)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
