"""The choices of a replay: what makes no market is refused by its name."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.sim.rules import QueueRule, ReplayRules


def test_the_defaults_are_the_central_case() -> None:
    rules = ReplayRules()
    assert (rules.claim_hidden, rules.queue, rules.spread, rules.volume_share) == (True, QueueRule.CENTRAL, 1, Fraction(1, 10))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"spread": 0}, "spread_ticks"),
        ({"volume_share": Fraction(0)}, "volume_share"),
        ({"volume_share": Fraction(2)}, "volume_share"),
    ],
)
def test_rules_that_make_no_market_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        ReplayRules(**changes)
    assert caught.value.field == field
