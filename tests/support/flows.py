"""Days whose impact is known: flow that moves the mid and fades, with noise of its own, from a seed."""

from __future__ import annotations

import numpy as np

from metaorder.calibration.flow import Flow
from metaorder.models.decayed_sum import decayed_sum, kept_between
from metaorder.models.inputs import Floats

LAMBDA, BETA, PERMANENT = 1e-4, 0.05, 4e-5


def flow(
    seed: int,
    *,
    session_s: float = 3_600.0,
    rate: float = 1.0,
    lambda_: float = LAMBDA,
    beta: float = BETA,
    permanent: float = 0.0,
    noise: float = 0.01,
    persistence: float = 0.3,
    scale: Floats | None = None,
    half_spread: float = 0.01,
) -> Flow:
    """A day of Obizhaeva and Wang's market: mid = 100 + random walk + lambda J + permanent Q.

    rate: trades a second; persistence: how many signs repeat the last. noise: of the walk [price per square root of a second].
    scale: what lambda is times at each trade's second, shape (session,); None for 1. A trade moves the quote of its own instant.
    """
    dice = np.random.default_rng(seed)
    n = int(dice.poisson(rate * session_s))
    t = np.sort(dice.uniform(0, session_s, n))
    fresh, repeats = dice.choice([-1.0, 1.0], n), dice.uniform(size=n) < persistence
    last = np.maximum.accumulate(np.where(repeats & (np.arange(n) > 0), 0, np.arange(n)))
    volume = 100 * dice.lognormal(0, 0.5, n)
    signed = fresh[last] * volume
    weight = 1.0 if scale is None else scale[np.floor(t).astype(int)]
    decayed = decayed_sum(kept_between(t, beta), signed * weight)
    quote_t = np.sort(np.concatenate([[0.0], t, np.arange(0.25, session_s, 0.5)]))
    walk = np.concatenate([[0.0], np.cumsum(dice.normal(size=quote_t.size - 1) * np.sqrt(np.diff(quote_t)) * noise)])
    at = np.searchsorted(t, quote_t, side="right") - 1
    seen = np.maximum(at, 0)
    left, stays = np.zeros(quote_t.size), np.zeros(quote_t.size)
    if n:
        left = np.where(at >= 0, decayed[seen] * np.exp(-beta * (quote_t - t[seen])), 0.0)
        stays = np.where(at >= 0, np.cumsum(signed)[seen], 0.0)
    mid = 100 + walk + lambda_ * left + permanent * stays
    made = Flow("day", session_s, t, signed, volume, t * 0, quote_t, mid, np.full(quote_t.size, half_spread))
    price = made.mid_before(t) + np.sign(signed) * half_spread
    return Flow("day", session_s, t, signed, volume, np.where(np.isfinite(price), price, 100.0), quote_t, mid, made.half_spread)


def metaorders(n: int, *, y: float, seed: int = 1) -> str:
    """A table of metaorders by the square-root law, as a file has it, on 28 days."""
    dice = np.random.default_rng(seed)
    sizes = np.exp(dice.uniform(-7, -2, n))
    impacts = np.sqrt(sizes) * (y + 0.3 * dice.normal(size=n))
    rows = [
        f"2026-03-{1 + i % 28:02d},{size * 1e7!r},10000000,0.02,{move * 200!r}"
        for i, (size, move) in enumerate(zip(sizes.tolist(), impacts.tolist(), strict=True))
    ]
    return "\n".join(["date,quantity,adv,sigma_per_sqrt_day,impact_bps", *rows]) + "\n"
