"""The rule names venues once, one way, and permits exactly what it says."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.domain.venue_rule import VenueRule


def test_what_is_allowed_is_permitted_and_nothing_else() -> None:
    rule = VenueRule(allow=("XA", "XB"))
    assert [rule.permits(venue) for venue in ("XA", "XB", "XC")] == [True, True, False]
    assert (rule.name, rule.named) == ("allow", ("XA", "XB"))


def test_what_is_denied_is_not_permitted_and_all_else_is() -> None:
    rule = VenueRule(deny=("XB",))
    assert [rule.permits(venue) for venue in ("XA", "XB", "XC")] == [True, False, True]
    assert (rule.name, rule.named) == ("deny", ("XB",))


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({}, "venues"),
        ({"allow": ("XA",), "deny": ("XB",)}, "venues"),
        ({"allow": ()}, "venues.allow"),
        ({"deny": ()}, "venues.deny"),
        ({"deny": ("XA", "XB", "XA")}, "venues.deny.2"),
    ],
)
def test_a_rule_that_says_nothing_or_too_much_is_refused_where_it_does(terms: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        VenueRule(**terms)
    assert refused.value.field == field
