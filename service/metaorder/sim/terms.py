"""Terms of the book that an order of ours may have at its venue, beside its price, its lots and its time."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.errors import Invalid

MOST_DISPLAY = 2**32 - 1
PRIMARY = 1
"""The native core's number of a primary peg. Its midpoint peg trades at half ticks, which a report in ticks cannot say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a venue does with an order. Which of them go together is the book's to say (`native/include/lob/command.hpp`).

    post_only: refused (`would_cross`) rather than matched. display: lots that an iceberg shows at a time; 0: all of them.
    hidden: not shown, behind what is shown at its price. pegged: hidden, at the best price shown on its own side or at its limit.
    A venue without them refuses: `unsupported`.
    """

    post_only: bool = False
    display: int = 0
    hidden: bool = False
    pegged: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.display <= MOST_DISPLAY:
            raise Invalid("display", f"at least 0 and at most {MOST_DISPLAY}", self.display)


PLAIN = Terms()
"""A limit order that is shown and takes what it meets: all that the core sends."""
