"""Which venues an order's children may go to: those that it allows, or all but those that it denies."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueRule:
    """Exactly one of both: allow: children go to these venues alone. deny: they go to all others."""

    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if (self.allow is None) == (self.deny is None):
            raise Invalid("venues", "exactly one of allow and deny", "neither" if self.allow is None else "both")
        if not self.named:
            raise Invalid(f"venues.{self.name}", "at least one venue", [])
        for place, venue in enumerate(self.named):
            if venue in self.named[:place]:
                raise Invalid(f"venues.{self.name}.{place}", "named once", venue)

    @property
    def name(self) -> str:
        """What it is called: allow or deny."""
        return "deny" if self.allow is None else "allow"

    @property
    def named(self) -> tuple[str, ...]:
        """The venues that it names."""
        return self.allow or self.deny or ()

    def permits(self, venue: str) -> bool:
        """Whether a child may go to a venue."""
        return (venue in self.named) is (self.allow is not None)
