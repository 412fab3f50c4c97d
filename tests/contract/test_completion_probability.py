"""How likely an order is said to be done is how often it is, over markets that trade more and less than was expected."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest

from contract.test_previewed import RATE, WINDOW_S, expected, facts
from metaorder.core.preview import preview
from metaorder.domain.calendar import TradingDay
from metaorder.domain.state import MarketState
from metaorder.domain.units import SECOND, Lots
from metaorder.models.completion import Completion
from metaorder.usecases.completing import will_complete
from metaorder.usecases.estimate_facts import Facts
from metaorder.usecases.parameters import Known, MarketSoFar
from support.core import CLOSE, INSTRUMENT, OPEN, PARENT, accepted, at, parent_order, touch
from support.fake_market import FakeMarket, Printed, Quoted

CAP = Fraction(1, 5)
ROOM = RATE * WINDOW_S // 4
SD = 0.25
MARKETS = 16
"""Markets, each as likely as another: the order is done from the k-th busiest down to the first, and in no quieter one."""

APART = 0.16
"""A sixteenth is as fine as this is counted; and an order's own way of catching up is not in the model."""


def market_of(terms: dict[str, object], busy: float = 1.0) -> FakeMarket:
    """A market that trades so much of what is forecast, the order in it."""
    ticks = [Printed(at(s), touch().bid, Lots(round(RATE * 4 * busy))) for s in range(2, WINDOW_S, 4)]  # type: ignore[arg-type]
    market = FakeMarket([Quoted(OPEN, touch()), *ticks], ahead=expected, facts=facts)
    market.run(OPEN)
    market.accept(parent_order(**terms))
    return market


def said(terms: dict[str, object]) -> Completion:
    """What an estimate says of it."""
    execution = accepted(**terms)
    market = FakeMarket([Quoted(OPEN, touch())], ahead=expected, facts=facts)
    market.run(OPEN)
    seen: MarketState = replace(market.observe(execution), others_since_plan=Lots(0), basis=facts(OPEN, touch())[0])
    day = TradingDay(date="2026-03-02", open=OPEN, close=CLOSE)
    so_far = MarketSoFar(
        now=OPEN,
        day=day,
        instrument=INSTRUMENT,
        curve=seen.curve,
        usual_volume=None,
        others=None,  # type: ignore[arg-type]
        volumes=np.zeros(0, dtype=np.int64),
        scenario=None,
    )
    nothing = Known(None, None, None, "not asked")
    adv = RATE * (CLOSE - OPEN) // SECOND * INSTRUMENT.lot_size
    known = {
        "adv": Known(adv, "stated", None, None),
        "volume_sd": Known(SD, "stated", None, None),
        "sigma_per_sqrt_day": nothing,
    }
    found = will_complete(
        Facts(execution=execution, market=seen, so_far=so_far, profile=None),
        known,
        seen.curve,
        preview(execution, seen, expected),
    )
    assert isinstance(found, Completion)
    return found


def came(terms: dict[str, object]) -> float:
    """The share of the markets in which it is done: the more a market trades, the sooner it is."""
    low, high = 0, MARKETS
    while low < high:
        middle = (low + high) // 2
        z = NormalDist().inv_cdf((middle + 0.5) / MARKETS)
        market = market_of(terms, 2.718281828 ** (SD * z - SD**2 / 2))
        market.run(at(WINDOW_S + 1))
        if market.engine.executions[PARENT].leaves <= terms["lots"] // 200:  # type: ignore[operator]
            high = middle
        else:
            low = middle + 1
    return 1 - low / MARKETS


@pytest.mark.parametrize(
    ("algo", "params"),
    [("twap", {}), ("vwap", {}), ("is", {"urgency": "0.8"}), ("myopic", {}), ("myopic", {"half_life_s": "600"})],
    ids=["twap", "vwap", "is", "myopic", "slow"],
)
@pytest.mark.parametrize("size", [Fraction(3, 5), Fraction(9, 10)], ids=["room", "tight"])
def test_what_is_said_is_what_comes(algo: str, params: dict[str, str], size: Fraction) -> None:
    terms: dict[str, object] = {"algo": algo, "lots": Lots(int(ROOM * size)), "end": at(WINDOW_S), "cap": CAP, "params": params}
    told, share = said(terms).probability, came(terms)
    assert told == pytest.approx(share, abs=APART)
