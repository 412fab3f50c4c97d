"""A profile as an order carries it: in lots and ticks of its instrument, its law of impact in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from metaorder.domain.instrument import Instrument
from metaorder.domain.profile import Profile
from metaorder.domain.units import MICRO, Lots, Microticks
from metaorder.models.athl2005 import ETA, GAMMA
from metaorder.usecases.parameters import BETA


def carried(stated: Mapping[str, Any], instrument: Instrument) -> Profile:
    """What a profile states that an order can be worked on. stated: as it is kept, under the names of the API."""
    adv, sigma, spread, curve = (stated.get(name) for name in ("adv", "sigma_per_sqrt_day", "median_spread", "curve"))
    return Profile(
        source=str(stated["source"]),
        adv=None if adv is None else Lots(max(1, int(adv) // instrument.lot_size)),
        sigma=None if sigma is None else repr(float(sigma)),
        spread=None if spread is None else Microticks(round(Decimal(spread) / instrument.tick_size * MICRO)),
        curve=None if curve is None else tuple(curve),
        impact=_impact(stated.get("impact"), adv),
    )


def _impact(law: Mapping[str, Any] | None, adv: int | None) -> tuple[str, str, str] | None:
    if law is None or law.get("law") == "square_root":
        return None  # the square-root law knows of no speed: a schedule cannot be weighed on it
    if law.get("law") == "almgren_2005":
        if adv is None:
            return None
        found: tuple[float, ...] = (GAMMA * (law["outstanding"] / adv) ** 0.25, ETA, BETA)
    else:
        found = tuple(float(law[name]) for name in ("permanent", "temporary", "exponent"))
    gamma, eta, beta = (repr(each) for each in found)
    return gamma, eta, beta
