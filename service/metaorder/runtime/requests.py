"""What the event loop asks of the engine thread; each is answered through its future."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metaorder.core.commands import Command
from metaorder.domain.order import Account, SuspendReason
from metaorder.domain.units import Nanos
from metaorder.ports.journal import Extra
from metaorder.risk.latches import EVERYBODY, Reach
from metaorder.risk.limits import Limits
from metaorder.runtime.hosted import Hosted, Speed
from metaorder.runtime.session import Applied, LiveSession

Future = Any
"""An asyncio future of the event loop; the engine never touches it, it hands it back."""


@dataclass(frozen=True, slots=True)
class Apply:
    """A command for a session. beside: what is written in the same transaction, made from what the command did.

    valid_until: by the server's clock; past it the command is refused, however long it was on its way.
    """

    session: str
    command: Command
    future: Future
    beside: Callable[[Applied], list[Extra]] | None = None
    valid_until: Nanos | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a session, answered at once: it changes nothing and is not journaled."""

    session: str
    question: Callable[[LiveSession], Any]
    future: Future


@dataclass(frozen=True, slots=True)
class Host:
    """Take a new session in."""

    hosted: Hosted
    future: Future


@dataclass(frozen=True, slots=True)
class Control:
    """Start, pause or delete a market, or change its speed."""

    session: str
    action: str
    future: Future
    speed: Speed | None = None


@dataclass(frozen=True, slots=True)
class KillAll:
    """Suspend the orders that are concerned and call back their children, at one position of the journal.

    latch: whether nothing of theirs may begin until it is rearmed. cause: what their suspension says.
    """

    reason: str
    actor: str
    future: Future
    reach: Reach = EVERYBODY
    latch: bool = True
    cause: SuspendReason = SuspendReason.KILL


@dataclass(frozen=True, slots=True)
class Rearm:
    """Open a latch: let new orders in again. What was suspended stays suspended."""

    actor: str
    future: Future
    reach: Reach = EVERYBODY


@dataclass(frozen=True, slots=True)
class Limit:
    """From now on these limits hold for an account."""

    account: Account
    limits: Limits
    actor: str
    future: Future


Request = Apply | Ask | Host | Control | KillAll | Rearm | Limit
