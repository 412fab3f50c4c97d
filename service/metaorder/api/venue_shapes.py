"""The shapes of how venues served an account."""

from __future__ import annotations

from metaorder.api.replies import answers
from metaorder.api.shapes import Reply


class DifferenceOut(Reply):
    """Achieved less expected cost a unit, with its interval at 95 %; the interval is null of fewer than two children."""

    mean: float | None
    low: float | None
    high: float | None


class WayOut(Reply):
    """Children of one way. Costs are in the currency a unit, against the mid and with fees; negative = it earned.

    expected_cost: as the router reckoned when it sent the child. achieved_cost: of what took, against the mid that was decided
    on; of what rested, against the mid just before the fill. Both over the units whose fills have both.
    maker_share: of the filled units. time_to_first_fill_s: the mean, of children that were filled.
    """

    children: int
    refused: int
    children_filled: int
    fills: int
    quantity: int
    filled_quantity: int
    fill_rate: float | None
    maker_share: float | None
    expected_cost: float | None
    achieved_cost: float | None
    difference: DifferenceOut
    time_to_first_fill_s: float | None
    says: str


class SymbolOut(Reply):
    """A symbol at the venue: what was to rest, what was to take (null: nothing), and both together."""

    symbol: str
    currency: str
    resting: WayOut | None
    taking: WayOut | None
    all: WayOut


class VenuePerformanceOut(Reply):
    """What the account's children came to at a venue."""

    venue: str
    symbols: list[SymbolOut]


PERFORMANCE = answers(200, VenuePerformanceOut, "how the venue served", 404)
