"""Tickets that are out: who each is for and until when. They live in memory: after a restart a browser asks for another."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.principal import Principal
from metaorder.ports.clock import Clock, Ids

GOOD_FOR_S = 30
MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Ticket:
    """Whom a ticket is for, and when it ends."""

    principal: Principal
    until: float


class Tickets:
    """Issued and redeemed on the event loop."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._out: dict[str, _Ticket] = {}

    def issue(self, principal: Principal) -> str:
        """A new ticket. The oldest goes when there are too many."""
        now = self._clock.monotonic()
        for old in [text for text, ticket in self._out.items() if ticket.until <= now]:
            del self._out[old]
        if len(self._out) >= MOST:
            del self._out[next(iter(self._out))]
        text = self._ids.secret()
        self._out[text] = _Ticket(principal, now + GOOD_FOR_S)
        return text

    def redeem(self, text: str) -> Principal | None:
        """Whom a ticket is for; it is gone then. None: unknown, used or too late."""
        ticket = self._out.pop(text, None)
        return None if ticket is None or ticket.until <= self._clock.monotonic() else ticket.principal
