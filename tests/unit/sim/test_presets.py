"""Every preset is a market that trades as its parameters say."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.domain.units import SECOND
from metaorder.sim.presets import DEFAULT, PRESETS, preset
from metaorder.sim.scenario import Scenario
from metaorder.sim.twins import run

HOUR = 3_600


def test_the_presets_have_these_names() -> None:
    assert set(PRESETS) == {"liquid-small-tick", "liquid-large-tick", "thin", "volatile"}
    assert preset(DEFAULT) == PRESETS["liquid-small-tick"] != Scenario()


def test_a_preset_takes_parameters_of_ones_own() -> None:
    assert preset("thin", {"gap": 4}).gap == 4
    assert preset("thin", {"gap": 4}).start == PRESETS["thin"].start


def test_another_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(Invalid, match=r"scenario must be one of liquid-small-tick, .*, was 'liquid'"):
        preset("liquid")
    with pytest.raises(Invalid, match=r"parameters\.makers must be in \[1, 100\]"):
        preset("thin", {"makers": 0})


@pytest.mark.parametrize(
    ("name", "spread", "volatility"),
    [
        ("liquid-small-tick", (10, 20), (60, 170)),
        ("liquid-large-tick", (1, 1.2), (80, 250)),
        ("thin", (3, 10), (80, 320)),
        ("volatile", (15, 40), (180, 600)),
    ],
)
def test_a_preset_trades_on_both_sides_with_its_spread_and_volatility(
    name: str, spread: tuple[float, float], volatility: tuple[float, float]
) -> None:
    days = [run(PRESETS[name], seed, 23_400) for seed in (1, 2)]
    low, high = np.mean([[day.prints["lots"].sum() / PRESETS[name].adv] * 2 for day in days], axis=0)
    assert 0.85 < low <= high < 1.15, "volume is about the usual one"
    moves = np.concatenate([np.diff(np.log(day.mids[::300])) for day in days])
    assert volatility[0] < 1e4 * np.sqrt((moves**2).sum() / len(days)) < volatility[1]
    for day in days:
        quotes = day.quotes["live"]
        held = np.diff(day.quotes["ts"], append=23_400 * SECOND)
        two_sided = (quotes["bid_lots"] > 0) & (quotes["ask_lots"] > 0)
        assert held[two_sided].sum() / held.sum() > 0.999
        assert spread[0] <= np.average(quotes["ask"] - quotes["bid"], weights=held * two_sided) <= spread[1]
