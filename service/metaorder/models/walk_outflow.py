"""What leaves a queue while the price walks and trades come in lumps: quantiles of the outflow, without drawing."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv, ndtr, owens_t

from metaorder.models.inputs import Floats, finite, not_negative, positive

GOLDEN = 0.6180339887498949
"""Fraction of the golden ratio: its multiples fill [0, 1) evenly whatever their number."""

ANGLES = np.linspace(0.0, np.pi / 2, 257)
SHARES = np.sin(ANGLES) ** 2
_TANGENTS = np.tan(ANGLES[:-1])
LEAST_SPREAD = 1e-3
"""Of the squared coefficient of variation of what arrives: below it the mean is as good as certain."""


def share_above(level: float, at: Floats) -> Floats:
    """Quantiles of the share of [0, 1] that a standard Brownian motion from 0 spends above a level >= 0.

    P(share <= sin(a)^2) = 2 Phi(level) - 1 + 4 T(level, tan a), with Owen's T: the arcsine law at level 0, and beside it the
    chance of never getting there. at: probabilities, shape (J,). Read off a table of 256 angles.
    Raises Invalid: a level below 0. Source: Borodin and Salminen, Handbook of Brownian Motion, 1.1.4.4.
    """
    not_negative("level", level)
    below = np.append(2 * ndtr(level) - 1 + 4 * owens_t(level, _TANGENTS), 1.0)
    return np.asarray(np.interp(at, below, SHARES, left=0.0), dtype=np.float64)


def share_reached(at: Floats, *, move: float, spread: float, behind: float = 0.0) -> Floats:
    """Quantiles of the share of volume that trades at a resting price or through it, rising in `at`, shape (J,).

    The mid walks without drift; half of what trades does so at the bid and half at the ask. What trades on our side reaches a
    child at the touch while the mid has not moved away by half a tick; what trades on the other side once it has come by the
    whole spread.

    at: probabilities, rising, shape (J,). move: standard deviation of the mid over the horizon, >= 0 [ticks].
    spread, behind: of the market, and how far the child stands behind the touch, >= 0 [ticks]. Raises Invalid.
    """
    for name, value in (("move", move), ("spread", spread), ("behind", behind)):
        not_negative(name, value)
    found = np.zeros(len(at))
    for level in (0.5 - behind, -behind - spread):  # the mid below it, from where it stands
        if move == 0:
            found += 0.5 if level > 0 else 0.0
        elif level > 0:
            found += 0.5 * (1 - share_above(level / move, 1 - at))
        else:
            found += 0.5 * share_above(-level / move, at)
    return found


def arrived(mean: Floats, lump: float, seen: float, at: Floats) -> Floats:
    """Quantiles of what arrives when it comes in lumps, at a rate that is known from few of them, shape (J,).

    The number of lumps is Poisson, their sizes exponential, and the rate as uncertain as `seen` lumps leave it (a Gamma). Nothing
    arrives with probability (1 + n / seen)^-seen, n = 2 mean / lump; what does is a Gamma with the right first two moments.

    mean: of each scenario, >= 0, shape (J,). lump: mean square over mean of what came together, > 0. seen: > 0. at: probabilities
    in (0, 1), shape (J,). Raises Invalid.
    """
    positive("lump", lump)
    positive("seen", seen)
    found = np.zeros(len(mean))
    some = mean > 0
    middle, u = mean[some], at[some]
    nothing = (1 + 2 * middle / (lump * seen)) ** -seen
    comes = 1 - nothing
    first, second = middle / comes, (middle**2 * (1 + 1 / seen) + middle * lump) / comes
    shape = 1 / np.maximum(second / first**2 - 1, LEAST_SPREAD)
    rest = (u - nothing) / comes
    found[some] = np.where(rest > 0, first * gammaincinv(shape, np.clip(rest, 0.0, 1.0)) / shape, 0.0)
    return found


def walking(volume: float, reached: Floats, lump: float, seen: float) -> Floats:
    """Equally likely outflows of a queue, shape (J,) [lots]: `volume` that is expected to trade, of which shares reach it.

    reached: as `share_reached` gives it at (j + 1/2) / J. Each share is paired with a probability of `arrived` by the multiples
    of the golden ratio, so that the two are as good as independent. Raises Invalid.
    """
    finite("volume", volume)
    not_negative("volume", volume)
    at = np.mod((np.arange(len(reached)) + 0.5) * GOLDEN, 1.0)
    return arrived(volume * reached, lump, seen, at)
