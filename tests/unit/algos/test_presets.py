"""Presets: each is a set of terms that an order would take, from patient to pressing."""

from __future__ import annotations

from fractions import Fraction

from metaorder.algos.presets import PRESETS
from support.core import parent_order


def test_every_preset_makes_an_order_that_holds() -> None:
    for preset in PRESETS.values():
        parent_order(
            urgency=Fraction(preset.urgency),
            behind=Fraction(preset.behind),
            ahead=Fraction(preset.ahead),
            discretion=preset.price_discretion_ticks,
        )


def test_from_passive_to_aggressive_nothing_becomes_more_patient() -> None:
    passive, neutral, aggressive = (PRESETS[name] for name in ("passive", "neutral", "aggressive"))
    for one, other in ((passive, neutral), (neutral, aggressive)):
        assert Fraction(one.urgency) < Fraction(other.urgency)
        assert Fraction(one.behind) > Fraction(other.behind)
        assert one.price_discretion_ticks <= other.price_discretion_ticks
