"""The server's clock and its source of ids: the only way in for time and chance."""

from __future__ import annotations

from typing import Protocol

from metaorder.domain.units import Nanos


class Clock(Protocol):
    """Wall time for stamps, monotonic time for pacing."""

    def now(self) -> Nanos:
        """Nanoseconds since 1970, by the server's clock."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class Ids(Protocol):
    """New ids and secrets."""

    def sortable(self) -> str:
        """A new id; later ones sort after earlier ones."""
        ...

    def secret(self) -> str:
        """A new unguessable key."""
        ...
