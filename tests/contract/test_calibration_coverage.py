"""Every estimator of a calibration: its intervals hold the truth about as often as they say, on days whose truth is known."""

from __future__ import annotations

import re

import pytest

from support.coverage import CASES, coverage, named

QUICK, PLENTY = 16, 120
DEAR = {"horizons": 60, "propagator": 60}
"""Cases that take long, and how many days are plenty for them."""

GAUNTLET_ALONE = {"propagator", "volatility", "impact"}
"""Cases of which even a few days take seconds: the gauntlet holds them, over many."""

NO_TRUTH = {
    "net_pnl_#": "money out of sample, of what was learned from the same days: no parameter of the market",
    "net_pnl_#_after_spread": "as net_pnl",
    "lambda_sigma_adv": "the chosen lambda times a day's own volume, which has no error of its own, as its note says",
    "shrinkage": "chosen, not measured",
}
"""Estimates whose interval is of nothing that could be known, or that have none, and why."""


@pytest.mark.parametrize("case", [case for case in CASES if case not in GAUNTLET_ALONE])
def test_intervals_hold_the_truth_nearly_always(case: str) -> None:
    for name, (held, n, ratio) in coverage(case, QUICK).items():
        assert n >= QUICK - 3, f"{name} is refused on {QUICK - n} days"
        assert held >= 0.75, f"{name}: {held:.0%} of {n}"
        assert ratio == pytest.approx(1, abs=0.25), name


def test_what_the_gauntlet_holds_alone_is_known() -> None:
    assert set(CASES) > GAUNTLET_ALONE


@pytest.mark.gauntlet
@pytest.mark.parametrize("case", CASES)
def test_intervals_hold_the_truth_95_times_of_100(case: str) -> None:
    for name, (held, n, ratio) in coverage(case, DEAR.get(case, PLENTY), first=1_000).items():
        assert n >= 0.95 * DEAR.get(case, PLENTY), name
        assert held >= 0.87, f"{name}: {held:.1%} of {n}"
        assert ratio == pytest.approx(1, abs=0.10), name


def test_every_estimate_that_has_an_interval_is_held_against_a_truth() -> None:
    """By families: lambda at one horizon stands for all."""
    known = {_family(name) for case in CASES for name in coverage(case, 1)}
    given = {_family(name) for name in named("all")} - {"kernel"}
    assert given - known - set(NO_TRUTH) == set()
    assert set(NO_TRUTH) & known == set()


def _family(name: str) -> str:
    return re.sub(r"volume_share_\d+", "volume_share_#", re.sub(r"\d+(\.\d+)?s", "#", name))
