"""Placement: never past the limit, never above the room, never a child too small, and never two ways at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.child import Child, ChildStatus, ChildType, TimeInForce
from metaorder.domain.order import Placement, Side
from metaorder.domain.units import Lots, Ticks
from metaorder.routing.placement import MOST_OPEN, Action, Place, Pull, Wish, place
from support.core import child, touch
from support.examples import examples


def wish(**changes: Any) -> Wish:
    """A buyer who wants 100 lots, has room for them and is inside the band."""
    plain = Wish(
        side=Side.BUY,
        want=Lots(100),
        behind_by=Lots(0),
        pull_all=False,
        sweep=False,
        room=Lots(1_000),
        left=Lots(1_000),
        min_child=Lots(1),
        max_child=None,
        quote=touch(100, 102, bid_size=50, ask_size=40),
        limit=None,
        worst=Ticks(104),
    )
    return replace(plain, **changes)


SELLER = {"side": Side.SELL, "worst": Ticks(98)}


def placed(price: int, lots: int, tif: TimeInForce, why: str) -> list[Action]:
    return [Place(Ticks(price), Lots(lots), tif, why)]


def test_inside_the_band_it_joins_the_near_touch() -> None:
    assert place(wish(), []) == placed(100, 100, TimeInForce.GTD, "joining the touch")
    assert place(wish(**SELLER), []) == placed(102, 100, TimeInForce.GTD, "joining the touch")


def test_outside_the_limit_it_rests_at_the_limit() -> None:
    assert place(wish(limit=Ticks(99)), []) == placed(99, 100, TimeInForce.GTD, "resting at the limit")
    assert place(wish(**SELLER, limit=Ticks(103)), []) == placed(103, 100, TimeInForce.GTD, "resting at the limit")


def test_behind_the_band_it_takes_what_the_far_touch_shows() -> None:
    assert place(wish(behind_by=Lots(30)), []) == placed(102, 30, TimeInForce.IOC, "behind the band")
    assert place(wish(behind_by=Lots(70)), []) == placed(102, 40, TimeInForce.IOC, "behind the band")
    assert place(wish(**SELLER, behind_by=Lots(70)), []) == placed(100, 50, TimeInForce.IOC, "behind the band")


def test_at_the_end_it_sweeps_to_the_worst_price_for_all_that_is_wanted() -> None:
    assert place(wish(behind_by=Lots(70), sweep=True), []) == placed(104, 70, TimeInForce.IOC, "sweeping at the end")
    assert (
        place(wish(**SELLER, behind_by=Lots(70), sweep=True), [])[0] == placed(98, 70, TimeInForce.IOC, "sweeping at the end")[0]
    )


def test_behind_the_band_it_does_not_cross_past_the_worst_price() -> None:
    assert place(wish(behind_by=Lots(70), worst=Ticks(101), limit=Ticks(101)), []) == placed(
        100, 100, TimeInForce.GTD, "joining the touch"
    )


def test_what_rests_is_called_back_before_it_crosses() -> None:
    resting = child(3, price=Ticks(100), status=ChildStatus.NEW)
    assert place(wish(behind_by=Lots(70)), [resting]) == [Pull(3, "behind the band: crossing instead")]


def test_it_crosses_with_one_child_at_a_time() -> None:
    crossing = child(3, price=Ticks(102), time_in_force=TimeInForce.IOC)
    leaving = child(4, price=Ticks(100), status=ChildStatus.PENDING_CANCEL)
    assert place(wish(behind_by=Lots(70)), [crossing]) == []
    assert place(wish(behind_by=Lots(70)), [leaving]) == []


def test_ahead_of_the_band_all_that_rests_is_called_back_once() -> None:
    children = [child(1), child(2, status=ChildStatus.PENDING_CANCEL), child(3, status=ChildStatus.NEW)]
    assert place(wish(pull_all=True), children) == [Pull(1, "ahead of the band"), Pull(3, "ahead of the band")]


def test_a_child_that_others_outbid_is_called_back_and_one_at_the_touch_is_not() -> None:
    children = [child(1, price=Ticks(99)), child(2, price=Ticks(100)), child(3, price=Ticks(101))]
    assert place(wish(), children) == [Pull(1, "the touch has moved")]
    assert place(wish(**SELLER), [child(1, price=Ticks(103)), child(2, price=Ticks(102))]) == [Pull(1, "the touch has moved")]


def test_a_child_at_the_limit_stays_however_far_the_touch_goes() -> None:
    assert place(wish(limit=Ticks(98), want=Lots(0)), [child(1, price=Ticks(98))]) == []


def test_without_a_near_touch_nothing_joins() -> None:
    assert place(wish(quote=touch(None, 102)), [child(1, price=Ticks(99))]) == []


def test_so_many_children_are_open_at_once_and_no_more() -> None:
    children = [child(n, price=Ticks(100)) for n in range(1, MOST_OPEN + 1)]
    assert place(wish(), children[:-1]) != []
    assert place(wish(), children) == []


@pytest.mark.parametrize(
    ("want", "room", "left", "min_child", "max_child", "lots"),
    [
        (100, 1_000, 1_000, 1, None, 100),
        (100, 60, 1_000, 1, None, 60),
        (100, 1_000, 60, 1, None, 60),
        (9, 1_000, 1_000, 10, None, 0),
        (10, 1_000, 1_000, 10, None, 10),
        (95, 1_000, 100, 10, None, 100),
        (90, 1_000, 100, 10, None, 90),
        (95, 97, 100, 10, None, 97),
        (5, 1_000, 5, 10, None, 5),
        (5, 4, 5, 10, None, 0),
        (100, 1_000, 1_000, 10, 40, 40),
        (100, 9, 1_000, 10, None, 0),
        (0, 1_000, 5, 10, None, 0),
        (3, 1_000, 12, 10, 11, 11),
    ],
)
def test_a_child_has_the_smallest_size_at_least_or_is_all_that_is_left(
    want: int, room: int, left: int, min_child: int, max_child: int | None, lots: int
) -> None:
    asked = wish(
        want=Lots(want), room=Lots(room), left=Lots(left), min_child=Lots(min_child), max_child=max_child and Lots(max_child)
    )
    assert place(asked, []) == (placed(100, lots, TimeInForce.GTD, "joining the touch") if lots else [])


def test_a_touch_that_shows_less_than_the_smallest_child_is_met_with_the_smallest_child() -> None:
    assert place(wish(behind_by=Lots(70), min_child=Lots(60)), []) == placed(102, 60, TimeInForce.IOC, "behind the band")
    assert place(wish(behind_by=Lots(3), min_child=Lots(60)), []) == placed(102, 60, TimeInForce.IOC, "behind the band")


WIDE = {"quote": touch(101, 121, bid_size=50), "worst": Ticks(130), "want": Lots(0)}


def outbid(ahead: int | None = 0, price: int = 100, **changes: Any) -> list[Action]:
    """A child at 100, behind others who now bid 101 in a spread of 20 ticks."""
    return place(wish(**{**WIDE, "mean": 300.0, **changes}), [child(1, price=Ticks(price), status=ChildStatus.NEW, ahead=ahead)])


MOVED = [Pull(1, "the touch has moved")]


def test_a_child_that_is_outbid_by_little_keeps_a_place_that_is_worth_more_than_the_ticks() -> None:
    assert outbid(ahead=0) == []
    assert outbid(ahead=10) == [], "exp(-10/300) = .967 against 20/21 = .952"
    assert outbid(ahead=20) == MOVED, "exp(-20/300) = .936"
    assert outbid(ahead=10, mean=100.0) == MOVED, "the queue is slow"
    assert outbid(ahead=10, adverse=20.0) == MOVED, "waiting is dear: 40/41"


@pytest.mark.parametrize(
    "changes",
    [
        {"mean": None},
        {"mean": 0.0},
        {"ahead": None},
        {"style": Placement.JOIN},
        {"style": Placement.PEG},
        {"quote": touch(106, 121, bid_size=1)},
        {"quote": touch(101, 102, bid_size=1)},
        {"quote": touch(102, 121, bid_size=50)},
    ],
)
def test_a_child_that_is_outbid_follows_where_its_place_is_not_known_or_not_worth_it(changes: dict[str, Any]) -> None:
    assert outbid(**changes) == MOVED


def test_a_child_that_is_kept_still_gives_way_to_band_and_end() -> None:
    assert outbid(behind_by=Lots(10)) == [Pull(1, "behind the band: crossing instead")]
    assert outbid(pull_all=True) == [Pull(1, "ahead of the band")]


def styled(style: Placement, out: list[Child] | None = None, **changes: Any) -> list[Action]:
    return place(wish(style=style, **changes), out or [])


def test_improving_stands_a_tick_inside_the_spread_where_a_tick_fits() -> None:
    assert styled(Placement.IMPROVE) == placed(101, 100, TimeInForce.GTD, "improving the touch by a tick")
    assert styled(Placement.IMPROVE, **SELLER) == placed(101, 100, TimeInForce.GTD, "improving the touch by a tick")
    assert styled(Placement.IMPROVE, quote=touch(100, 101)) == placed(100, 100, TimeInForce.GTD, "joining the touch")
    assert styled(Placement.IMPROVE, limit=Ticks(100)) == placed(100, 100, TimeInForce.GTD, "joining the touch")
    assert styled(Placement.IMPROVE, limit=Ticks(99)) == placed(99, 100, TimeInForce.GTD, "resting at the limit")


@pytest.mark.parametrize(("ours", "near"), [(101, 100), (101, 101), (103, 103)])
def test_an_order_improves_upon_others_and_never_upon_itself(ours: int, near: int) -> None:
    out = [child(1, price=Ticks(ours), status=ChildStatus.NEW)]
    (found,) = styled(Placement.IMPROVE, out, quote=touch(near, 110), worst=Ticks(112))
    assert found == placed(ours, 100, TimeInForce.GTD, "beside the child that improves the touch")[0]


@pytest.mark.parametrize(
    ("style", "price", "near", "why"),
    [
        (Placement.PEG, 100, 100, None),
        (Placement.PEG, 100, 101, "the touch has moved"),
        (Placement.PEG, 100, 99, "the touch has fallen away"),
        (Placement.IMPROVE, 101, 100, None),
        (Placement.IMPROVE, 101, 101, None),
        (Placement.IMPROVE, 101, 102, "the touch has moved"),
        (Placement.IMPROVE, 101, 99, "the touch has fallen away"),
        (Placement.JOIN, 100, 99, None),
        (Placement.AUTO, 100, 99, None),
        (Placement.AUTO, 100, 101, "the touch has moved"),
    ],
)
def test_a_resting_child_follows_the_touch_as_its_style_says(style: Placement, price: int, near: int, why: str | None) -> None:
    out = [child(1, price=Ticks(price), status=ChildStatus.NEW)]
    found = styled(style, out, want=Lots(0), quote=touch(near, 110), worst=Ticks(112))
    assert found == ([] if why is None else [Pull(1, why)])


def test_a_touch_that_fell_by_no_more_than_the_discretion_leaves_a_peg_where_it_is() -> None:
    out = [child(1, price=Ticks(100), status=ChildStatus.NEW)]
    near = {"quote": touch(98, 110), "want": Lots(0)}
    assert styled(Placement.PEG, out, discretion=2, **near) == []
    assert styled(Placement.PEG, out, discretion=1, **near) == [Pull(1, "the touch has fallen away")]


def test_a_peg_stays_at_the_limit_when_the_touch_goes_past_it() -> None:
    out = [child(1, price=Ticks(100), status=ChildStatus.NEW)]
    assert styled(Placement.PEG, out, want=Lots(0), limit=Ticks(100), quote=touch(104, 110)) == []
    assert styled(Placement.PEG, limit=Ticks(100), quote=touch(104, 110)) == placed(
        100, 100, TimeInForce.GTD, "resting at the limit"
    )


def test_crossing_takes_what_the_far_touch_shows_and_sweeping_all_up_to_the_worst_price() -> None:
    assert styled(Placement.CROSS) == placed(102, 40, TimeInForce.IOC, "crossing, as asked")
    assert styled(Placement.SWEEP) == placed(104, 100, TimeInForce.IOC, "sweeping, as asked")
    for style in (Placement.CROSS, Placement.SWEEP):
        assert styled(style, want=Lots(0)) == []
        assert styled(style, worst=Ticks(101)) == [], "never past limit or collar"
        assert styled(style, [child(1, price=Ticks(102), time_in_force=TimeInForce.IOC)]) == []


def test_the_midpoint_is_asked_for_where_a_venue_offers_it_and_the_touch_is_joined_elsewhere() -> None:
    assert styled(Placement.MIDPOINT, pool=True, min_child=Lots(7)) == [
        Place(Ticks(104), Lots(100), TimeInForce.GTD, "at the midpoint", ChildType.MIDPOINT, Lots(7))
    ]
    assert styled(Placement.MIDPOINT) == placed(100, 100, TimeInForce.GTD, "no venue offers the midpoint: joining the touch")


def test_behind_the_band_every_style_crosses() -> None:
    for style in Placement:
        assert styled(style, behind_by=Lots(30), pool=True) == placed(102, 30, TimeInForce.IOC, "behind the band")


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    side = draw(st.sampled_from(Side))
    bid = draw(st.integers(90, 110))
    ask = bid + draw(st.integers(1, 5))
    limit = draw(st.none() | st.integers(85, 115))
    collar = (ask + draw(st.integers(-3, 6))) if side is Side.BUY else (bid - draw(st.integers(-3, 6)))
    worst = collar if limit is None else (min(collar, limit) if side is Side.BUY else max(collar, limit))
    left = draw(st.integers(0, 200))
    smallest = draw(st.integers(1, 40))
    return wish(
        side=side,
        want=Lots(draw(st.integers(0, left))),
        behind_by=Lots(draw(st.integers(0, left))),
        pull_all=draw(st.booleans()),
        sweep=draw(st.booleans()),
        room=Lots(draw(st.integers(0, left))),
        left=Lots(left),
        min_child=Lots(smallest),
        max_child=draw(st.none() | st.integers(smallest, 80)),
        quote=touch(bid, ask, bid_size=draw(st.integers(1, 90)), ask_size=draw(st.integers(1, 90))),
        limit=None if limit is None else Ticks(limit),
        worst=Ticks(worst),
        style=draw(st.sampled_from(Placement)),
        pool=draw(st.booleans()),
        discretion=draw(st.sampled_from([0, 0, 2])),
    )


@st.composite
def children(draw: st.DrawFn) -> list[Child]:
    statuses = st.sampled_from([status for status in ChildStatus if not status.terminal])
    kinds = st.tuples(st.integers(85, 115), statuses, st.sampled_from(TimeInForce))
    drawn = draw(st.lists(kinds, max_size=9))
    return [child(n, price=Ticks(p), status=s, time_in_force=t) for n, (p, s, t) in enumerate(drawn, 1)]


@settings(max_examples=examples(400))
@given(wishes(), children())
def test_whatever_is_wished_a_child_keeps_to_limit_room_and_sizes(asked: Wish, out: list[Child]) -> None:
    actions = place(asked, out)
    sent = [action for action in actions if isinstance(action, Place)]
    pulled = [action.number for action in actions if isinstance(action, Pull)]
    assert len(sent) <= 1
    assert not (sent and pulled), "what is called back may still fill: nothing new beside it"
    for each in sent:
        assert asked.side.within(each.price, asked.limit)
        assert 0 < each.lots <= min(asked.room, asked.left)
        assert each.lots >= min(asked.min_child, asked.left)
        assert asked.max_child is None or each.lots <= asked.max_child
        assert each.time_in_force is TimeInForce.GTD or asked.side.within(each.price, asked.worst)
        assert not asked.pull_all
        assert len(out) < MOST_OPEN
    assert len(set(pulled)) == len(pulled)
    rests = {c.number: c.status for c in out if c.time_in_force is TimeInForce.GTD}
    assert all(rests[number] is not ChildStatus.PENDING_CANCEL for number in pulled)


@settings(max_examples=examples(200))
@given(wishes())
def test_a_resting_child_never_crosses_the_spread(asked: Wish) -> None:
    for action in place(asked, []):
        assert isinstance(action, Place)
        if action.type is ChildType.MIDPOINT:
            continue
        far = asked.quote.far(asked.side)
        assert far is not None
        crosses = (action.price - far) * asked.side.sign >= 0
        assert crosses == (action.time_in_force is TimeInForce.IOC)
