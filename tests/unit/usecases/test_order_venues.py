"""An order names venues of its market alone, and keeps one where it can be worked."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.domain.order import Placement
from metaorder.domain.venue_rule import VenueRule
from metaorder.usecases.order_venues import check_venues
from support.core import parent_order

LIT, DARK = ("XA", "XB"), ("POOL",)
HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("rule", "terms"),
    [
        (VenueRule(allow=("XA",)), {}),
        (VenueRule(deny=("XA", "POOL")), {}),
        (VenueRule(allow=("XA", "POOL")), {"dark_fraction": HALF}),
        (VenueRule(deny=("XB",)), {"placement": Placement.MIDPOINT}),
    ],
)
def test_a_rule_that_leaves_what_the_order_needs_is_taken(rule: VenueRule, terms: dict[str, Any]) -> None:
    check_venues(parent_order(venues=rule, **terms), LIT, DARK)


@pytest.mark.parametrize(
    ("rule", "terms", "field", "value"),
    [
        (VenueRule(allow=("XA", "XC")), {}, "venues.allow.1", "XC"),
        (VenueRule(deny=("XC",)), {}, "venues.deny.0", "XC"),
        (VenueRule(deny=("XA", "XB")), {}, "venues.deny", ["XA", "XB"]),
        (VenueRule(allow=("POOL",)), {}, "venues.allow", ["POOL"]),
        (VenueRule(allow=("XA",)), {"dark_fraction": HALF}, "dark", "1/2"),
        (VenueRule(deny=("POOL",)), {"placement": Placement.MIDPOINT}, "placement", "midpoint"),
    ],
)
def test_a_rule_that_does_not_is_refused_with_its_place_and_value(
    rule: VenueRule, terms: dict[str, Any], field: str, value: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        check_venues(parent_order(venues=rule, **terms), LIT, DARK)
    assert (refused.value.field, refused.value.value) == (field, value)


def test_where_there_is_no_pool_none_is_denied() -> None:
    """As without a rule: the order is worked at lit venues, and its children say so."""
    check_venues(parent_order(venues=VenueRule(allow=("XA",)), dark_fraction=HALF), LIT, ())
