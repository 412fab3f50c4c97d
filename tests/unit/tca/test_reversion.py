"""The half-life of impact: a planted one is found, and noise has none."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.tca.facts import Fills, Quotes
from metaorder.tca.markouts import markouts
from metaorder.tca.reversion import NO_DECAY, TOO_FEW, Reversion, reversion
from support.tca import SECOND, market


def fitted(sign: int, told: Fills, mids: Quotes) -> Reversion | str:
    end = int(told.ts[-1]) + 3_600 * SECOND
    return reversion(sign, told, markouts(sign, told, market(quotes=mids, clock=end, closes=end)).later)


def planted(sign: int, half_life_s: float, transient: int, noise: int, count: int = 100) -> tuple[Fills, Quotes]:
    """Fills an hour apart, each with an impact that fades by half every half_life_s on top of a permanent 100 points."""
    rng = np.random.default_rng(3)
    ts = np.arange(1, count + 1, dtype=np.int64) * 3_600 * SECOND
    after = np.array([1, 5, 10, 30, 60, 300, 1_800])
    mids = 1_000_000 + sign * (200 + 2 * transient * 2.0 ** (-after / half_life_s)) + noise * rng.standard_normal((count, 7))
    times = np.concatenate([ts[:, None] + after * SECOND], axis=1).ravel()
    one = np.ones(count, dtype=np.bool_)
    base = np.full(count, 500_000, dtype=np.int64)
    lots = np.full(count, 10, dtype=np.int64)
    told = Fills(ts, lots, base, ~one, 0 * ts, one, base, 2 * base, 2 * base)
    return told, Quotes(times, np.rint(mids).astype(np.int64).ravel())


@pytest.mark.parametrize("sign", [1, -1])
def test_a_planted_half_life_is_found(sign: int) -> None:
    told, mids = planted(sign, 20.0, 300, 20)
    found = fitted(sign, told, mids)
    assert isinstance(found, Reversion)
    assert found.half_life_s == pytest.approx(20, rel=0.15)
    assert (found.transient, found.permanent) == (pytest.approx(300 / 500_000, rel=0.1), pytest.approx(100 / 500_000, rel=0.1))


def test_noise_has_no_half_life_and_few_fills_have_none() -> None:
    told, mids = planted(1, 20.0, 0, 200)
    assert fitted(1, told, mids) == NO_DECAY
    few, mids = planted(1, 20.0, 300, 2, 29)
    assert fitted(1, few, mids) == TOO_FEW
