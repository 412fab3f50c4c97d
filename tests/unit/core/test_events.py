"""Events: each kind has one name on the wire, and none is left without."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from metaorder.core.events import EVENT_NAMES, EVENT_TYPES, Event
from support.core import fill


def test_every_kind_of_event_has_a_name_of_its_own() -> None:
    assert set(EVENT_TYPES.values()) == set(get_args(Event))
    assert len(EVENT_NAMES) == len(EVENT_TYPES)
    assert all(EVENT_NAMES[kind] == name for name, kind in EVENT_TYPES.items())


def test_a_fact_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        fill().lots = 5  # type: ignore[misc]


def test_what_concerns_a_child_says_which() -> None:
    numbered = {name for name, kind in EVENT_TYPES.items() if "number" in {each.name for each in fields(kind)}}
    assert numbered == {name for name in EVENT_TYPES if name.startswith("child.")} | {"fill", "risk.blocked", "risk.discrepancy"}
