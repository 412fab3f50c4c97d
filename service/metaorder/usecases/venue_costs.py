"""What an order did at each venue: how much, at what average price, for what fees, and how much of it by resting."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from metaorder.core.wire import money_text
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import ratio_text
from metaorder.tca.facts import Fills
from metaorder.tca.sums import summed, weighted
from metaorder.usecases.fill_facts import FillDoc

DIGITS = 6


def by_venue(docs: Sequence[FillDoc], fills: Fills, instrument: Instrument) -> dict[str, dict[str, Any]]:
    """The fills of an order venue by venue, in the order of the first fill at each. Fees are exact; negative = rebates."""
    numbers = {venue: number for number, venue in enumerate(dict.fromkeys(doc.venue for doc in docs))}
    at = np.array([numbers[doc.venue] for doc in docs], dtype=np.int64)
    found = {}
    for venue, number in numbers.items():
        here = at == number
        lots, quantity = fills.lots[here], int(fills.lots[here].sum())
        average = Fraction(weighted(fills.price[here], lots), quantity) * Fraction(instrument.point_size)
        found[venue] = {
            "fills": len(lots),
            "quantity": quantity * instrument.lot_size,
            "avg_price": ratio_text(average, DIGITS),
            "fees": money_text(summed(fills.fee[here]), instrument),
            "passive_share": int(lots[fills.maker[here]].sum()) / quantity,
        }
    return found
