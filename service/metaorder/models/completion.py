"""How likely an order is to be done: its plan on drawn volume under its cap, and on drawn prices under its limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, not_negative

PATHS = 2_000
CATCH_UP = 3.0


@dataclass(frozen=True, slots=True)
class Completion:
    """probability: of being filled in full. standard_error: of the drawing. cap, limit: shares of paths that each stopped."""

    probability: float
    standard_error: float
    cap: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An order before it is worked.

    plan: lots of each part, shape (n,); None = `rate` of what trades. lots: in all. cap, rate: shares with own volume within.
    days: of each part. volume: expected of others in each [lots]. volume_sd: of the logarithm of the window's volume.
    clock: parts that the rolling clock of the cap looks back on, this one included; None = it holds in each part by itself.
    room: how far the price may go against the order before its limit, may be negative [fraction]; None = no limit.
    """

    plan: Floats | None
    lots: float
    cap: float
    rate: float
    days: Floats
    volume: Floats
    volume_sd: float
    room: float | None
    sigma: float
    clock: int | None = None


def completion(question: Question, seed: int, paths: int = PATHS) -> Completion:
    """The share of drawn paths on which the order is done by its end.

    On each the volume is its forecast times a lognormal factor with mean 1, the mid a random walk without drift. The order may do
    p/(1-p) of others' volume so far and of that within the rolling clock, nothing while the mid is beyond the limit, whose volume
    earns no room, and within the clock at most three times what is planned in it, or on average in as long.
    Raises Invalid: a number breaks its rule.
    """
    q = question
    if not 0 < q.cap < 1 or not 0 < q.rate < 1:
        raise Invalid("cap", "between 0 and 1, both excluded", (q.cap, q.rate))
    sd = not_negative("volume_sd", q.volume_sd)
    draw = np.random.Generator(np.random.PCG64(seed))
    factor = np.exp(sd * draw.standard_normal((paths, 1)) - sd**2 / 2)
    allowed = q.cap / (1 - q.cap) * q.volume * factor
    within = np.ones((paths, len(q.volume)), dtype=np.bool_)
    if q.room is not None:
        steps = draw.standard_normal((paths, len(q.days))) * not_negative("sigma", q.sigma) * np.sqrt(q.days)
        middle = np.cumsum(steps, axis=1) - steps / 2
        within = middle <= q.room
    done = _worked(q, np.where(within, allowed, 0.0), np.where(within, q.rate / (1 - q.rate) * q.volume * factor, 0.0))
    free = _worked(q, allowed, q.rate / (1 - q.rate) * q.volume * factor)
    enough = q.lots * (1 - 1e-9)
    share = float((done >= enough).mean())
    by_cap = float((free < enough).mean())
    return Completion(share, float(np.sqrt(share * (1 - share) / paths)), by_cap, 1 - share - by_cap)


def _worked(question: Question, allowed: Floats, followed: Floats) -> Floats:
    """Lots done at the end of each path."""
    if question.plan is None:
        return np.asarray(np.minimum(np.minimum(allowed, followed).sum(axis=1), question.lots))
    clock = question.clock or 1
    earned = np.concatenate([np.zeros((len(allowed), 1)), np.cumsum(allowed, axis=1)], axis=1)
    done = np.zeros_like(earned)
    target, mean = 0.0, float(question.plan.mean())
    for j, lots in enumerate(question.plan):
        target += lots
        ago = max(0, j + 1 - clock)
        planned = max(float(question.plan[ago : j + 1].sum()), mean * (j + 1 - ago))
        pace = CATCH_UP * planned - (done[:, j] - done[:, ago])
        room = np.minimum(earned[:, j + 1] - done[:, j], earned[:, j + 1] - earned[:, ago] - (done[:, j] - done[:, ago]))
        room[allowed[:, j] <= 0] = 0.0
        done[:, j + 1] = done[:, j] + np.clip(np.minimum(np.minimum(room, pace), target - done[:, j]), 0.0, None)
    return done[:, -1]
