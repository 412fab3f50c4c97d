"""The pool: a share of what remains rests there, leaves the schedule its lots and the cap its room, and goes near the end."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from metaorder.core.decide import Gate, decide
from metaorder.core.events import ChildPendingCancel, ChildSubmitted
from metaorder.core.execution import Execution
from metaorder.core.pool import actions, until
from metaorder.domain.child import ChildType, TimeInForce
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Placement
from metaorder.domain.units import Lots, Ticks
from metaorder.routing.placement import Place, Pull
from support.core import INSTRUMENT, LATENCY, at, fill, fold, market_state, parent_order, started, submitted
from unit.core.test_decide import wanting
from unit.routing.test_placement import wish

QUARTER = {"dark_fraction": Fraction(1, 4), "dark_least": Lots(50)}
GATES = (Gate("FAKE", LATENCY, INSTRUMENT), Gate("POOL", LATENCY, INSTRUMENT, dark=True))
IN_POOL = {"venue": "POOL", "type": ChildType.MIDPOINT, "price": Ticks(10_200)}


def asked(execution: Execution, seconds: float = 0, bound: str | None = None, **changes: Any) -> list[Any]:
    wanted = wish(**{"pool": True, "worst": Ticks(10_200), "want": Lots(100), **changes})
    return actions(execution, market_state(now=at(seconds)), wanted, bound, [])


def test_a_share_of_what_remains_rests_at_the_worst_price_with_its_minimum_quantity() -> None:
    assert asked(started(**QUARTER)) == [
        Place(Ticks(10_200), Lots(250), TimeInForce.GTD, "resting in the dark pool", ChildType.MIDPOINT, Lots(50))
    ]


@pytest.mark.parametrize(
    ("changes", "lots"),
    [
        ({"left": Lots(300), "want": Lots(100)}, 200),
        ({"left": Lots(140), "want": Lots(100)}, 0),
        ({"pool": False}, 0),
        ({"pull_all": True}, 0),
        ({"sweep": True}, 0),
    ],
)
def test_what_the_schedule_wants_is_not_taken_from_it(changes: dict[str, Any], lots: int) -> None:
    assert sum(each.lots for each in asked(started(**QUARTER), **changes)) == lots


def test_the_pool_has_half_of_what_the_cap_leaves_beside_the_schedule() -> None:
    execution = started(**QUARTER, cap=Fraction(1, 2))
    market = replace(market_state(), others=Lots(300), others_window=Lots(300))
    (found,) = actions(execution, market, wish(pool=True, worst=Ticks(10_200), want=Lots(100)), None, [])
    assert isinstance(found, Place)
    assert found.lots == 100


@pytest.mark.parametrize(
    ("changes", "bound", "why"),
    [
        ({}, None, None),
        ({"room": Lots(90)}, "cap", "lit children need what the cap leaves"),
        ({"room": Lots(90)}, None, "lit children need the lots"),
        ({"room": Lots(90)}, "pace", None),
        ({"pull_all": True}, None, "ahead of the band"),
        ({"worst": Ticks(10_199)}, None, "the collar has moved"),
    ],
)
def test_what_rests_is_called_back_when_lit_children_need_it(changes: dict[str, Any], bound: str | None, why: str | None) -> None:
    execution = fold(submitted(lots=Lots(250), **IN_POOL), start=started(**QUARTER))
    assert asked(execution, bound=bound, **changes) == ([] if why is None else [Pull(1, why)])


def test_what_was_met_there_counts_against_its_share_of_the_order() -> None:
    execution = fold(submitted(lots=Lots(250), **IN_POOL), fill(lots=Lots(150)), start=started(**QUARTER))
    assert (execution.pool_filled, execution.pooled) == (150, 100)
    gone = replace(execution, open={})
    assert [each.lots for each in asked(gone)] == [100], "a quarter of the order, of which 150 are done"
    assert asked(replace(gone, pool_filled=Lots(210))) == [], "what is left of its share is less than its minimum quantity"
    smaller = replace(execution, order=replace(execution.order, lots=Lots(900)))
    assert asked(smaller) == [Pull(1, "more than its share of the order")], "an amendment makes the share smaller"


def test_it_is_over_before_the_last_stretch_and_nothing_goes_there_then() -> None:
    execution = started(**QUARTER)
    assert until(execution.order) == at(570)
    assert len(asked(execution, 569)) == 1
    assert asked(execution, 570) == []


def test_a_decision_sends_both_numbers_them_and_counts_the_pool_beside_the_schedule() -> None:
    decision = decide(wanting(target=120, terms=QUARTER), market_state(), GATES)
    lit, dark = (event for event in decision.events if isinstance(event, ChildSubmitted))
    assert (lit.number, lit.venue, lit.lots, lit.type) == (1, "FAKE", 120, ChildType.LIMIT)
    assert (dark.number, dark.venue, dark.lots, dark.type, dark.least) == (2, "POOL", 250, ChildType.MIDPOINT, 50)
    assert dark.good_till == at(570)
    assert (dark.reason["remaining"], dark.reason["dark_share"]) == (1_000, 250)
    execution = fold(lit, dark, start=started(**QUARTER))
    again = decide(wanting(execution, target=200), market_state(), GATES)
    assert [event.lots for event in again.events if isinstance(event, ChildSubmitted)] == [80]


def test_the_last_lots_are_called_back_from_the_pool_for_the_schedule() -> None:
    execution = fold(submitted(lots=Lots(250), **IN_POOL), start=started(**QUARTER))
    decision = decide(wanting(execution, target=1_000), market_state(), GATES)
    assert [event.lots for event in decision.events if isinstance(event, ChildSubmitted)] == [750]
    assert [event.number for event in decision.events if isinstance(event, ChildPendingCancel)] == [1]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"dark_fraction": Fraction(0)}, "dark.max_fraction"),
        ({"dark_fraction": Fraction(3, 2)}, "dark.max_fraction"),
        ({"dark_least": Lots(5)}, "dark.min_quantity"),
        ({**QUARTER, "dark_least": Lots(1_001)}, "dark.min_quantity"),
        ({**QUARTER, "placement": Placement.MIDPOINT}, "dark"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_name(terms: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        parent_order(**terms)
    assert wrong.value.field == field
