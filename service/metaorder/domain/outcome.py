"""What was met at a venue, and what an account's earlier orders met there, as an order begins with it."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.units import Lots


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an order has met at a venue.

    expected, filled: lots that were expected to be filled at rest, and lots that were, of children that have ended.
    rested, rested_more: lots filled at rest, and what they cost beyond what was expected [points x lots]; took, took_more: of
    lots that were taken.
    """

    expected: Lots = Lots(0)
    filled: Lots = Lots(0)
    rested: Lots = Lots(0)
    rested_more: int = 0
    took: Lots = Lots(0)
    took_more: int = 0

    @property
    def weight(self) -> Lots:
        """The lots that it counts for in a choice: those that were expected, or those that were filled if there were more."""
        return Lots(max(self.expected, self.rested + self.took))


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueHistory:
    """What an order begins with. days: how far back it looks. venues: by name. missing: why there is nothing; None = there is."""

    days: int
    venues: tuple[tuple[str, Outcome], ...] = ()
    missing: str | None = None

    def lots(self, venue: str) -> Lots:
        """The weight of what was met at a venue."""
        return next((outcome.weight for name, outcome in self.venues if name == venue), Lots(0))
