"""Placement: how a child stands in the market; behind the band, or at the end if the order must complete, it crosses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from metaorder.domain.child import Child, ChildType, TimeInForce
from metaorder.domain.market import Quote
from metaorder.domain.order import Placement, Side
from metaorder.domain.units import Lots, Ticks
from metaorder.routing.sizes import drawn

MOST_OPEN = 8
"""The most children of one parent that are open at once."""

KEPT_PART = 4
"""A child may be left behind a touch that is better by 1/KEPT_PART of the spread, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be placed, and what bounds it.

    want: lots that should be out beside what is working.
    behind_by: lots by which fills are behind the band; 0 = inside it.
    pull_all: the order is ahead of its band: nothing should rest.
    sweep: take what there is up to `worst`, not the touch alone.
    room: lots that quantity, cap and pace allow beside all that is out.
    worst: the worst price that a child may carry.
    left: lots neither filled nor out.
    why: the order takes the far touch. discretion: ticks past its price that a child which would rest may take.
    display: the most that rests at once [lots]; None = all.
    style: how children stand. pool: a venue offers the midpoint.
    mean: lots expected to leave the queues within the horizon; None = nobody knows. adverse: what waiting so long costs a
    child that does not fill [ticks].
    band_behind, band_ahead: lots that fills may be behind the schedule before the order crosses, and what is out ahead of it
    before what rests is called back.
    draw: in [0, 1): the child's size is drawn around what others show; None = all that is wanted.
    """

    side: Side
    want: Lots
    behind_by: Lots
    pull_all: bool
    sweep: bool
    room: Lots
    left: Lots
    min_child: Lots
    max_child: Lots | None
    quote: Quote
    limit: Ticks | None
    worst: Ticks
    why: str = "behind the band"
    discretion: int = 0
    display: Lots | None = None
    style: Placement = Placement.AUTO
    pool: bool = False
    draw: float | None = None
    mean: float | None = None
    adverse: float = 0.0
    band_behind: Lots = Lots(0)
    band_ahead: Lots = Lots(0)


@dataclass(frozen=True, slots=True)
class Place:
    """Send a child. least: the fewest lots that it takes from one counterparty at the midpoint."""

    price: Ticks
    lots: Lots
    time_in_force: TimeInForce
    why: str
    type: ChildType = ChildType.LIMIT
    least: Lots = Lots(0)


@dataclass(frozen=True, slots=True)
class Pull:
    """Cancel a child."""

    number: int
    why: str


Action = Place | Pull


def place(wish: Wish, open_children: Sequence[Child]) -> list[Action]:
    """The children to send and to cancel, given those that are open."""
    resting = [child for child in open_children if child.time_in_force is TimeInForce.GTD]
    if wish.pull_all:
        return _pull(resting, "ahead of the band")
    if wish.behind_by > 0 and _can_cross(wish):
        return _cross(wish, open_children, resting)
    if wish.style in (Placement.CROSS, Placement.SWEEP):
        return _take(wish, open_children)
    return stale(wish, open_children) or _rest(wish, open_children)


def stale(wish: Wish, open_children: Sequence[Child]) -> list[Action]:
    """Calls back what others have outbid, and what a touch that fell away has left too good, where the style follows it."""
    resting = [child for child in open_children if child.time_in_force is TimeInForce.GTD and child.type is ChildType.LIMIT]
    outbid = [child for child in resting if _stale(wish, child) and not _worth_its_place(wish, child)]
    alone = [child for child in resting if child not in outbid and _alone(wish, child)]
    return _pull(outbid, "the touch has moved") + _pull(alone, "the touch has fallen away")


def _can_cross(wish: Wish) -> bool:
    far = wish.quote.far(wish.side)
    return far is not None and wish.side.within(far, wish.worst)


def _cross(wish: Wish, open_children: Sequence[Child], resting: Sequence[Child]) -> list[Action]:
    """Take the far touch. What rests is called back first, so that the two can never fill more than is wanted together."""
    if resting:
        return _pull(resting, "behind the band: crossing instead")
    if open_children:
        return []  # one aggressive child at a time: its answer is on its way
    far = wish.quote.far(wish.side)
    assert far is not None, "crossing was possible"
    need = max(wish.behind_by, wish.min_child)
    if not wish.sweep:  # a child smaller than the smallest is never sent: what the touch lacks of it expires
        need = min(need, max(wish.quote.far_size(wish.side), wish.min_child))
    lots = _sized(wish, need)
    if lots == 0:
        return []
    why = "sweeping at the end" if wish.sweep else wish.why
    return [Place(wish.worst if wish.sweep else far, lots, TimeInForce.IOC, why)]


def _take(wish: Wish, open_children: Sequence[Child]) -> list[Action]:
    """What is wanted, at once: of what the far touch shows, or of all that stands up to the worst price."""
    if open_children or not _can_cross(wish):
        return []  # one aggressive child at a time
    far, sweeps = wish.quote.far(wish.side), wish.style is Placement.SWEEP
    assert far is not None, "crossing was possible"
    lots = _sized(wish, wish.want if sweeps else min(wish.want, max(wish.quote.far_size(wish.side), wish.min_child)))
    if lots == 0:
        return []
    why = "sweeping, as asked" if sweeps else "crossing, as asked"
    return [Place(wish.worst if sweeps else far, lots, TimeInForce.IOC, why)]


def resting_price(wish: Wish, style: Placement) -> tuple[Ticks, str] | None:
    """Where a child of a style rests, never past the limit, and in which words; None where nobody stands on the near side.

    Inside the spread by a tick only where a tick fits between others' touches: our own orders are no part of either.
    """
    near, far, side = wish.quote.near(wish.side), wish.quote.far(wish.side), wish.side
    if near is None:
        return None
    price, why = near, "joining the touch"
    if style is Placement.PEG:
        why = "pegged to the touch"
    elif style is Placement.IMPROVE and far is not None and (far - near) * side.sign > 1:
        price, why = Ticks(near + side.sign), "improving the touch by a tick"
    if side.within(price, wish.limit):
        return price, why
    assert wish.limit is not None, "a price that is outside the limit has a limit"
    return (near, "joining the touch") if near == wish.limit else (wish.limit, "resting at the limit")


def _rest(wish: Wish, open_children: Sequence[Child]) -> list[Action]:
    stands = resting_price(wish, wish.style)
    if stands is None or len(open_children) >= MOST_OPEN:
        return []
    price, why = stands
    front = _front(wish, open_children)
    if front is not None:
        price, why = front, "beside the child that improves the touch"
    if wish.discretion and any(child.time_in_force is TimeInForce.IOC for child in open_children):
        return []  # its answer is on its way
    far = wish.quote.far(wish.side)
    if far is not None and _can_cross(wish) and 0 <= (far - price) * wish.side.sign <= wish.discretion != 0:
        lots = _sized(wish, min(wish.want, max(wish.quote.far_size(wish.side), wish.min_child)))
        return [Place(far, lots, TimeInForce.IOC, "within discretion")] if lots else []
    want = wish.want
    if wish.display is not None:
        resting = sum(child.open for child in open_children if child.time_in_force is TimeInForce.GTD)
        want = Lots(max(0, min(want, wish.display - resting)))
    if wish.draw is not None and wish.style is not Placement.MIDPOINT:
        want = Lots(min(want, max(drawn(wish.quote.near_size(wish.side), wish.draw), wish.min_child)))
    lots = _sized(wish, want)
    if wish.display is not None and lots > want:  # what would be left is too small to show, and too large to hide here
        lots = want if want >= wish.min_child else Lots(0)
    if lots == 0:
        return []
    if wish.style is Placement.MIDPOINT:
        if wish.pool:
            return [Place(wish.worst, lots, TimeInForce.GTD, "at the midpoint", ChildType.MIDPOINT, wish.min_child)]
        why = f"no venue offers the midpoint: {why}"
    return [Place(price, lots, TimeInForce.GTD, why)]


def _sized(wish: Wish, lots: int) -> Lots:
    """The size of a child for `lots`: 0, or at least the smallest child, or all that is left.

    A remainder that would be smaller than a child goes with this one, where there is room.
    """
    lots = min(lots, wish.room, wish.left)
    if lots > 0 and wish.left - lots < wish.min_child:
        lots = min(wish.left, wish.room)
    if wish.max_child is not None:
        lots = min(lots, wish.max_child)
    return Lots(lots if lots >= min(wish.min_child, wish.left) else 0)


def _stale(wish: Wish, child: Child) -> bool:
    """Whether others now bid (offer) better than the child does, within the limit."""
    near = wish.quote.near(wish.side)
    if near is None:
        return False
    best = near if wish.side.within(near, wish.limit) else wish.limit
    assert best is not None, "a price that is outside the limit has a limit"
    return (best - child.price) * wish.side.sign > 0


def _front(wish: Wish, open_children: Sequence[Child]) -> Ticks | None:
    """Where a child of ours stands before the others or beside them: an order improves upon others, never upon itself."""
    near, sign = wish.quote.near(wish.side), wish.side.sign
    if wish.style is not Placement.IMPROVE or near is None:
        return None
    ours = [child.price for child in open_children if child.time_in_force is TimeInForce.GTD and child.type is ChildType.LIMIT]
    first = [price for price in ours if (price - near) * sign >= 0 and wish.side.within(price, wish.limit)]
    return max(first, key=lambda price: price * sign, default=None)


def _worth_its_place(wish: Wish, child: Child) -> bool:
    """Whether a child that others outbid is better left where it is than sent to the back of the queue at their price.

    Behind them it fills less often, but `k` ticks cheaper. With its own place kept, `a` lots stood before it, and it is left if

        exp(-((k - 1) near + a) / mean)  >=  (spread + adverse) / (spread + adverse + k)

    whose left side is its chance over that of a child that joins, as far as the touch tells what stands between the two. A touch
    that went by more than 1/KEPT_PART of the spread has not been improved upon, it has moved: there the child follows.
    """
    near, far = wish.quote.near(wish.side), wish.quote.far(wish.side)
    if wish.style is not Placement.AUTO or not wish.mean or child.ahead is None or near is None or far is None:
        return False
    if not wish.side.within(near, wish.limit):
        return False
    steps, lost = (near - child.price) * wish.side.sign, abs(far - near) + wish.adverse
    if KEPT_PART * steps > abs(far - near):
        return False
    stands = (steps - 1) * wish.quote.near_size(wish.side) + child.ahead
    return exp(-stands / wish.mean) >= lost / (lost + steps)


def _alone(wish: Wish, child: Child) -> bool:
    """Whether the others' touch has fallen away from a child that follows it, by more than the discretion."""
    near = wish.quote.near(wish.side)
    if near is None or wish.style not in (Placement.PEG, Placement.IMPROVE):
        return False
    inside = 1 if wish.style is Placement.IMPROVE else 0
    return (child.price - near) * wish.side.sign > inside + wish.discretion


def _pull(children: Sequence[Child], why: str) -> list[Action]:
    return [Pull(child.number, why) for child in children if not child.status.leaving]
