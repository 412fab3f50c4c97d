"""A parent order: what a client wants done, its states, and which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any, NewType

from metaorder.domain.adaptation import PriceAdaptation
from metaorder.domain.errors import Invalid
from metaorder.domain.outcome import VenueHistory
from metaorder.domain.profile import Profile
from metaorder.domain.units import Lots, Nanos, Points, Ticks
from metaorder.domain.venue_rule import VenueRule

ParentId = NewType("ParentId", str)
Account = NewType("Account", str)
SessionId = NewType("SessionId", str)
Params = Mapping[str, Any]

MAX_LOTS = Lots(10**12)
MAX_CLIENT_ID = 64
MOST_DISCRETION = 1_000


class Side(StrEnum):
    """Which way the client trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    def within(self, price: int, limit: int | None) -> bool:
        """Whether a trader on this side may trade at `price` under `limit`; both on the same grid."""
        return limit is None or (price - limit) * self.sign <= 0


class Status(StrEnum):
    """The state of a parent order, in FIX's words."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    SUSPENDED = "suspended"
    PENDING_CANCEL = "pending_cancel"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def terminal(self) -> bool:
        """Whether nothing more will be sent for the order."""
        return self in TERMINAL

    @property
    def live(self) -> bool:
        """Whether the algorithm may place children."""
        return self in {Status.NEW, Status.PARTIALLY_FILLED}


TERMINAL = frozenset({Status.FILLED, Status.CANCELED, Status.EXPIRED, Status.REJECTED})

_ACTIVE = (Status.NEW, Status.PARTIALLY_FILLED)
TRANSITIONS: Mapping[tuple[Status, Status], str] = {
    (Status.PENDING_NEW, Status.NEW): "journaled, and past the risk ladder",
    (Status.PENDING_NEW, Status.REJECTED): "refused by the risk ladder",
    (Status.NEW, Status.PARTIALLY_FILLED): "fill",
    (Status.PARTIALLY_FILLED, Status.PARTIALLY_FILLED): "fill",
    **{(state, Status.FILLED): "the last fill, or an amendment to what is filled" for state in _ACTIVE},
    **{(state, Status.SUSPENDED): "pause, kill, risk pause" for state in _ACTIVE},
    (Status.SUSPENDED, Status.SUSPENDED): "fill of a child that stayed open",
    (Status.SUSPENDED, Status.NEW): "resume",
    (Status.SUSPENDED, Status.PARTIALLY_FILLED): "resume",
    (Status.SUSPENDED, Status.FILLED): "the last fill of a child that stayed open",
    **{
        (state, Status.PENDING_CANCEL): "client's cancel, end of the window, market closed, failed or deleted"
        for state in (*_ACTIVE, Status.SUSPENDED)
    },
    (Status.PENDING_CANCEL, Status.PENDING_CANCEL): "fill of a child that is not yet canceled",
    (Status.PENDING_CANCEL, Status.CANCELED): "every child terminal, by the client or with its market",
    (Status.PENDING_CANCEL, Status.EXPIRED): "every child terminal, by the clock",
    (Status.PENDING_CANCEL, Status.FILLED): "the last fill",
    **{(state, state): "late fill: quantities corrected" for state in (Status.FILLED, Status.CANCELED, Status.EXPIRED)},
}
"""Every edge that exists, and what takes it. No other edge does."""


class Waiting(StrEnum):
    """Why a running order is doing nothing."""

    START = "start"
    HALT = "halt"
    LIMIT = "limit"
    CAP = "cap"
    DATA = "data"
    BLACKOUT = "blackout"
    BASKET = "basket"
    VENUE = "venue"
    AUCTION = "auction"


class EndReason(StrEnum):
    """Why a parent order ended."""

    COMPLETED = "completed"
    CLIENT_REQUEST = "client_request"
    WINDOW_ENDED = "window_ended"
    SESSION_CLOSED = "session_closed"
    CAP_BOUND = "cap_bound"
    LIMIT_BOUND = "limit_bound"
    HALTED = "halted"
    NO_LIQUIDITY = "no_liquidity"
    MARKET_DELETED = "market_deleted"
    SESSION_LOST = "session_lost"


class SuspendReason(StrEnum):
    """Why a parent order is suspended."""

    CLIENT_REQUEST = "client_request"
    KILL = "kill"
    GUARD = "risk_guard"
    REPEATED_EXECUTION = "repeated_execution"
    REJECT_STORM = "reject_storm"
    LOSS = "loss_limit"
    DISCONNECTED = "heartbeat_lost"
    DISCREPANCY = "venue_discrepancy"


RISK_DESK = frozenset({SuspendReason.REPEATED_EXECUTION, SuspendReason.DISCREPANCY})
"""Suspensions that a key with the risk scope alone may end."""


class Benchmark(StrEnum):
    """What the order is judged on."""

    ARRIVAL = "arrival"
    VWAP = "vwap"
    TWAP = "twap"
    CLOSE = "close"
    PWP = "pwp"


class ParticipationMode(StrEnum):
    """Whether the participation cap may give way at the end."""

    HARD = "hard"
    SOFT_AT_END = "soft_at_end"


class Placement(StrEnum):
    """How children stand in the market, inside what algorithm, limit, collar and cap allow.

    auto: as the service thinks best. join: at the near touch. improve: a tick inside the spread. peg: at the near touch, wherever
    it goes. midpoint: unseen at the mid, where a venue offers that. cross: takes what the far touch shows. sweep: takes all that
    stands up to limit or collar.
    """

    AUTO = "auto"
    JOIN = "join"
    IMPROVE = "improve"
    PEG = "peg"
    MIDPOINT = "midpoint"
    CROSS = "cross"
    SWEEP = "sweep"


class ChildSizes(StrEnum):
    """How large a child is that rests in sight: all that is wanted at once, or drawn around what others show."""

    WHOLE = "whole"
    DRAWN = "drawn"


class AtClose(StrEnum):
    """What of an order goes to the closing auction: nothing, or a part within its limit price, or one that has no limit."""

    NONE = "none"
    LIMIT = "limit"
    MARKET = "market"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentOrder:
    """What a client wants done. Units are lots, ticks and nanoseconds of the market's clock.

    cap: the highest share of the market's volume, own trading included, that the order may be.
    limit: the worst price, None = none.
    urgency: 0 = patient, 1 = as fast as the cap allows.
    behind, ahead: the band around the schedule, as shares of the quantity.
    min_child, max_child: sizes of a child order [lots]; max_child None = no limit.
    seed: of what the algorithm draws at random, from the session's seed and who the order is.
    i_would: while the far touch is here or better, take what it shows, ahead of schedule; up to i_would_share of the order.
    discretion: how many ticks past its price a child that would rest may take.
    min_participation: the least share of the volume since the order's start, own trading included: a new plan forgives nothing.
    blackouts: stretches [from, to) in which nothing is sent and nothing rests, in order.
    display: the most that rests at once [lots]. placement: how children stand. sizes: how large each is that rests.
    at_close, auction_share: what goes to the closing auction, and the largest share of what is expected to trade there.
    preset: the name under which terms were asked for.
    dark_fraction, dark_least: which share of the order may be met at the midpoint of a dark pool, and of what remains may rest
    there beside the children at lit venues; and the fewest lots that it takes from one counterparty there. None = no child goes
    there so, and any.
    history: what the account's earlier orders met at venues, fixed when the order comes in; None = not asked for.
    venues: where children may go; None = to every venue of the symbol.
    decision_time, decision_price: when and at what price the client decided, if the client says so.
    estimate_id: the estimate that the client had seen. profile_version: of the instrument's profile when the order came in.
    profile: what that profile says, in the instrument's units: what the order is worked on.
    basket: the name of the basket that it is a leg of, as the account calls it.
    adaptation: how the schedule moves with the price; None = it does not.
    """

    id: ParentId
    account: Account
    client_order_id: str
    session: SessionId
    market: str
    symbol: str
    currency: str
    side: Side
    lots: Lots
    algo: str
    params: Params
    start: Nanos
    end: Nanos
    cap: Fraction
    min_child: Lots
    limit: Ticks | None = None
    max_child: Lots | None = None
    participation_mode: ParticipationMode = ParticipationMode.HARD
    must_complete: bool = False
    benchmark: Benchmark = Benchmark.ARRIVAL
    urgency: Fraction = Fraction(1, 2)
    behind: Fraction = Fraction(1, 50)
    ahead: Fraction = Fraction(1, 50)
    decision_time: Nanos | None = None
    decision_price: Points | None = None
    seed: int = 0
    i_would: Ticks | None = None
    i_would_share: Fraction = Fraction(1)
    discretion: int = 0
    min_participation: Fraction | None = None
    blackouts: tuple[tuple[Nanos, Nanos], ...] = ()
    display: Lots | None = None
    placement: Placement = Placement.AUTO
    sizes: ChildSizes = ChildSizes.WHOLE
    dark_fraction: Fraction | None = None
    dark_least: Lots | None = None
    at_close: AtClose = AtClose.NONE
    auction_share: Fraction = Fraction(1, 10)
    preset: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    estimate_id: str | None = None
    profile_version: int | None = None
    profile: Profile | None = None
    basket: str | None = None
    adaptation: PriceAdaptation | None = None
    venues: VenueRule | None = None
    history: VenueHistory | None = None

    def __post_init__(self) -> None:
        if not 0 < self.lots <= MAX_LOTS:
            raise Invalid("quantity", f"from 1 to {MAX_LOTS} lots", self.lots)
        if not 0 < len(self.client_order_id) <= MAX_CLIENT_ID:
            raise Invalid("client_order_id", f"1 to {MAX_CLIENT_ID} characters long", self.client_order_id)
        if self.end <= self.start:
            raise Invalid("end_time", "after start_time", self.end)
        if self.limit is not None and self.limit <= 0:
            raise Invalid("limit_price", "greater than 0", self.limit)
        if not 0 < self.cap < 1:
            raise Invalid("max_participation", "between 0 and 1, both excluded", str(self.cap))
        if not 0 <= self.urgency <= 1:
            raise Invalid("urgency", "from 0 to 1", str(self.urgency))
        for field_name, band in (("behind", self.behind), ("ahead", self.ahead)):
            if not 0 <= band <= 1:
                raise Invalid(f"schedule_band.{field_name}", "from 0 to 1", str(band))
        if self.min_child < 1:
            raise Invalid("min_child_quantity", "at least one lot", self.min_child)
        if self.max_child is not None and self.max_child < self.min_child:
            raise Invalid("max_child_quantity", "at least min_child_quantity", self.max_child)
        self._check_optional()

    def goes_to(self, venue: str) -> bool:
        """Whether a child of it may go to a venue."""
        return self.venues is None or self.venues.permits(venue)

    def blackout(self, now: Nanos) -> Nanos | None:
        """The end of the blackout that `now` falls in; None outside."""
        return next((to for since, to in self.blackouts if since <= now < to), None)

    def next_blackout(self, now: Nanos) -> Nanos:
        """When the next blackout begins; the end of the window where none does."""
        return next((since for since, _ in self.blackouts if since > now), self.end)

    def _check_optional(self) -> None:
        if self.i_would is not None and not self.side.within(self.i_would, self.limit):
            raise Invalid("i_would_price", "no worse than limit_price", self.i_would)
        if not 0 < self.i_would_share <= 1:
            raise Invalid("i_would_max_share", "above 0 and at most 1", str(self.i_would_share))
        if not 0 <= self.discretion <= MOST_DISCRETION:
            raise Invalid("price_discretion_ticks", f"from 0 to {MOST_DISCRETION}", self.discretion)
        if self.min_participation is not None and not 0 < self.min_participation <= self.cap:
            raise Invalid("min_participation", "above 0 and at most max_participation", str(self.min_participation))
        if self.display is not None and self.display < self.min_child:
            raise Invalid("display_quantity", "at least min_child_quantity", self.display)
        if self.dark_fraction is not None and not 0 < self.dark_fraction <= 1:
            raise Invalid("dark.max_fraction", "above 0 and at most 1", str(self.dark_fraction))
        if self.dark_fraction is not None and self.placement is Placement.MIDPOINT:
            raise Invalid("dark", "left out where placement is midpoint: all of it goes there", str(self.dark_fraction))
        if self.dark_least is not None and (self.dark_fraction is None or not 0 < self.dark_least <= self.lots):
            raise Invalid("dark.min_quantity", "at least 1, at most the quantity, beside max_fraction", self.dark_least)
        if self.at_close is AtClose.LIMIT and self.limit is None:
            raise Invalid("auction.close", "market where there is no limit_price", str(self.at_close))
        if self.at_close is AtClose.MARKET and self.limit is not None:
            raise Invalid("auction.close", "limit where there is a limit_price", str(self.at_close))
        if not 0 < self.auction_share <= 1:
            raise Invalid("auction.max_share", "above 0 and at most 1", str(self.auction_share))
        if self.adaptation is not None and self.basket is not None:
            raise Invalid("price_adaptation", "left out of a basket: its legs are planned together", str(self.adaptation.mode))
        edges = [time for blackout in self.blackouts for time in blackout]
        if any(a >= b for a, b in pairwise(edges)):
            raise Invalid("blackouts", "pairs of rising times, one after the other", len(self.blackouts))
        if any(since <= self.start and to >= self.end for since, to in self.blackouts):
            raise Invalid("blackouts", "shorter than the window", len(self.blackouts))
