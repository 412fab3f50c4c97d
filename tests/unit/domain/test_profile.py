"""What an order carries of an instrument's profile: a volume and a curve that a schedule can be drawn on."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.domain.profile import Profile


@pytest.mark.parametrize(("field", "value"), [("adv", 0), ("curve", ()), ("curve", (0, 0))])
def test_what_no_schedule_can_be_drawn_on_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        Profile(source="desk", **{field: value})
    assert caught.value.field == field


def test_whatever_is_not_stated_is_not_known() -> None:
    assert Profile(source="desk") == Profile(source="desk", adv=None, sigma=None, spread=None, curve=None, impact=None)
