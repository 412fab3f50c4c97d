"""What an order did at each venue: how much, at what average price, for what fees, and how much of it by resting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec

from metaorder.core.wire import money_text
from metaorder.domain.child import Liquidity
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import ratio_text
from metaorder.usecases.fill_facts import Grid

Row = Mapping[str, Any]

DIGITS = 6


class _Fill(msgspec.Struct, gc=False):
    venue: str
    quantity: int
    price: str
    fee: str
    liquidity: str


@dataclass(slots=True)
class _Sum:
    quantity: int = 0
    notional: int = 0
    fees: int = 0
    fills: int = 0
    passive: int = 0


_decode = msgspec.json.Decoder(_Fill).decode


def by_venue(rows: Sequence[Row], instrument: Instrument) -> dict[str, dict[str, Any]]:
    """The fills of an order venue by venue, in the order of the first fill at each. Fees are exact; negative = rebates."""
    prices, money = Grid(instrument.point_size), Grid(instrument.money_size)
    sums: dict[str, _Sum] = {}
    for row in rows:
        fill = _decode(row["doc"])
        total = sums.setdefault(fill.venue, _Sum())
        total.fills += 1
        total.quantity += fill.quantity
        total.notional += prices[fill.price] * fill.quantity
        total.fees += money[fill.fee]
        total.passive += fill.quantity if fill.liquidity == Liquidity.MAKER else 0
    return {
        venue: {
            "fills": total.fills,
            "quantity": total.quantity,
            "avg_price": ratio_text(Fraction(total.notional, total.quantity) * Fraction(instrument.point_size), DIGITS),
            "fees": money_text(total.fees, instrument),
            "passive_share": total.passive / total.quantity,
        }
        for venue, total in sums.items()
    }
