"""The machine's clock, and ids from it and from its dice."""

from __future__ import annotations

import secrets
import time

from metaorder.domain.units import Nanos

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class SystemClock:
    """The machine's own time."""

    def now(self) -> Nanos:
        """Nanoseconds since 1970."""
        return Nanos(time.time_ns())

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()


class SystemIds:
    """ULIDs: 48 bits of milliseconds, 80 of chance, 26 letters that sort by time, also within one millisecond."""

    def __init__(self) -> None:
        self._last = 0

    def sortable(self) -> str:
        """A new ULID, later than every one before it from this source."""
        fresh = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
        self._last = max(fresh, self._last + 1)
        value = self._last
        return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))

    def secret(self) -> str:
        """256 bits of chance, with a prefix that leak scanners can find."""
        return f"mo_{secrets.token_urlsafe(32)}"
