"""A profile as an order carries it: units become lots and ticks, a published law its numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from metaorder.usecases.carried import carried
from support.core import INSTRUMENT

TENS = replace(INSTRUMENT, lot_size=10, tick_size=Decimal("0.05"))


def test_units_become_lots_and_currency_ticks() -> None:
    found = carried(
        {"source": "desk", "adv": 12_345, "median_spread": "0.10", "sigma_per_sqrt_day": 0.011, "curve": [1, 2]}, TENS
    )
    assert (found.adv, found.spread, found.sigma, found.curve, found.impact) == (1_234, 2_000_000, "0.011", (1, 2), None)


def test_what_is_not_stated_is_not_carried() -> None:
    found = carried({"source": "desk"}, TENS)
    assert (found.source, found.adv, found.sigma, found.spread, found.curve, found.impact) == (
        "desk",
        None,
        None,
        None,
        None,
        None,
    )


def test_a_law_is_carried_in_numbers() -> None:
    power = {"law": "power", "permanent": 0.3, "temporary": 0.15, "exponent": 1}
    assert carried({"source": "desk", "impact": power}, TENS).impact == ("0.3", "0.15", "1.0")
    published = {"law": "almgren_2005", "outstanding": 16_000_000}
    found = carried({"source": "desk", "impact": published, "adv": 1_000_000}, TENS).impact
    assert found is not None
    assert float(found[0]) == pytest.approx(0.314 * 2)
    assert carried({"source": "desk", "impact": published}, TENS).impact is None, "it needs a day's volume"
    root = {"law": "square_root", "coefficient": 0.8, "exponent": 0.5}
    assert carried({"source": "desk", "impact": root, "adv": 1_000_000}, TENS).impact is None, "it knows of no speed"
