"""What a person can ask of a running session: commands, and the named refusals that answer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from metaorder.domain.adaptation import PriceAdaptation
from metaorder.domain.order import Account, EndReason, Params, ParentId, ParentOrder, SuspendReason
from metaorder.domain.units import Lots, Nanos, Ticks


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where in a session a command took effect: after market event `event_index`, at `market_time`."""

    market_time: Nanos
    event_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """What the risk ladder said of an order that it refused."""

    code: str
    detail: str
    limit: str | None = None
    observed: str | None = None


LEG_REFUSED = "basket_refused"
"""The code of a leg that was refused because another one was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Start working a parent order, or record that the ladder refused it.

    body_hash: of the request, so that the same id with another body is told apart. received_at: by the server's clock.
    start_now: the window begins when the command takes effect. duration_ns: and lasts so long; None = until the order's end.
    """

    order: ParentOrder
    rejection: Rejection | None
    body_hash: str
    received_at: Nanos
    start_now: bool = False
    duration_ns: int | None = None

    def settled(self, now: Nanos) -> Accept:
        """The command with its window fixed, as it is journaled: a start that is past means now.

        Raises:
            Invalid: the window would end before it starts.
        """
        start = now if self.start_now else max(now, self.order.start)
        end = self.order.end if self.duration_ns is None else Nanos(start + self.duration_ns)
        return replace(self, order=replace(self.order, start=start, end=end), start_now=False, duration_ns=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptBasket:
    """Start working several orders together, all of them or none. basket: what the account calls them."""

    basket: str
    legs: tuple[Accept, ...]

    def settled(self, now: Nanos) -> AcceptBasket:
        """The command with its windows fixed, as it is journaled.

        Raises:
            Invalid: the window would end before it starts.
        """
        return replace(self, legs=tuple(leg.settled(now) for leg in self.legs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """Change the terms of an order. A field that is absent stays as it is; `limit`, `i_would` or
    `adaptation` None removes it where it is given.

    expected_version: the version that the client has seen. body_hash: of the request, so that a repeat is told apart.
    """

    parent: ParentId
    expected_version: int
    body_hash: str
    lots: Lots | None = None
    end: Nanos | None = None
    params: Params | None = None
    limit: Ticks | None = None
    limit_given: bool = False
    urgency: Fraction | None = None
    i_would: Ticks | None = None
    i_would_given: bool = False
    discretion: int | None = None
    adaptation: PriceAdaptation | None = None
    adaptation_given: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """End an order: its children are called back."""

    parent: ParentId
    cause: EndReason = EndReason.CLIENT_REQUEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Send no new child for an order; those that are open stay unless `cancel_open`."""

    parent: ParentId
    cancel_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Work an order again, on a schedule drawn anew. actor: the key that asked. risk: whether it has the risk scope."""

    parent: ParentId
    actor: str | None = None
    risk: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """End the dispute of an order: somebody has asked its venues. actor: the key that says so.

    disputed: the lots that are held, as they were seen. traded: those of them that venues did fill; the others are free again.
    """

    parent: ParentId
    disputed: Lots
    traded: Lots
    actor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Suspend the orders of the session that it names, every one where it names nothing, and call back their children."""

    reason: str
    account: str | None = None
    symbol: str | None = None
    parent: ParentId | None = None
    cause: SuspendReason = SuspendReason.KILL

    def concerns(self, order: ParentOrder) -> bool:
        """Whether it names an order."""
        return self.account in (None, order.account) and self.symbol in (None, order.symbol) and self.parent in (None, order.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLimits:
    """From here on these limits of the gate hold for an account. limits: by name, as `risk/limits.py` writes them."""

    account: Account
    limits: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """End the market: its orders are canceled with it."""


Command = Accept | AcceptBasket | Amend | Cancel | Pause | Resume | Settle | Kill | SetLimits | Delete

COMMAND_TYPES: Mapping[str, type[Any]] = {
    "command.accept": Accept,
    "command.basket": AcceptBasket,
    "command.amend": Amend,
    "command.cancel": Cancel,
    "command.pause": Pause,
    "command.resume": Resume,
    "command.settle": Settle,
    "command.kill": Kill,
    "command.set_limits": SetLimits,
    "command.delete": Delete,
}
"""The name of each command in the journal."""

COMMAND_NAMES: Mapping[type[Any], str] = {kind: name for name, kind in COMMAND_TYPES.items()}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that changes nothing, and why: a stable code, a sentence, and the numbers behind it."""

    code: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A command that was already true: nothing happens, and that is a success."""
