"""What earlier orders met, scaled down so that it never outweighs what the order meets itself."""

from __future__ import annotations

from collections.abc import Mapping

from metaorder.domain.outcome import Outcome
from metaorder.domain.units import Lots

PART = 2
"""All venues' history together weighs at most 1/PART of the order's lots."""


def scaled(met: Mapping[str, Outcome], lots: Lots) -> tuple[tuple[str, Outcome], ...]:
    """History of each venue, by name, for an order of so many lots.

    One factor for all sums of all venues, at most 1: the ratios that choices rest on, and how the venues stand to each other,
    stay what they are. Money is rounded half up, lots down; what comes to nothing is left out.
    """
    whole = sum(each.weight for each in met.values())
    part, of = min(whole, lots // PART), max(whole, 1)

    def less(amount: int) -> int:
        return (2 * amount * part + of) // (2 * of)

    found = []
    for venue, each in sorted(met.items()):
        kept = Outcome(
            expected=Lots(each.expected * part // of),
            filled=Lots(each.filled * part // of),
            rested=Lots(each.rested * part // of),
            rested_more=less(each.rested_more),
            took=Lots(each.took * part // of),
            took_more=less(each.took_more),
        )
        if kept.weight:
            found.append((venue, kept))
    return tuple(found)
