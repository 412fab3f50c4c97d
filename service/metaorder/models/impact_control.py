"""What to trade now when a quantity must be done by a time, against the impact that one's own trades have left."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import finite, not_negative, positive

NODES = 8
"""Intervals of Simpson's rule over the horizon."""

LEAST_POWER = 0.1
"""Of concave impact: a power of 1 / 0.1 of an impact is still a number."""

MOST_STEPS = 60
CLOSE = 1e-9
"""Of the quantity: how near to it the multiplier must come."""


@dataclass(frozen=True, slots=True)
class Control:
    """What is best from here on.

    block: lots to trade at once; negative = trade back. rate: lots a unit of time after it. last: the block at the end.
    impact: I, now; wanted: I*, to hold just after the block. multiplier: what the quantity adds to the forecast.
    """

    block: float
    rate: float
    last: float
    impact: float
    wanted: float
    multiplier: float


def control(
    lots: float,
    horizon: float,
    flow: float,
    *,
    beta: float,
    strength: float,
    exponent: float = 1.0,
    alpha: float = 0.0,
    fade: float = 0.0,
) -> Control:
    """The trades of `myopic` and `myopic_concave` that sum to `lots`, from the impact that is there already.

        I = lambda sgn(J) |J|^c,  dJ = -beta J dt + dQ;   alpha(t) = alpha e^{-fade t} + m
        I*(t) = (alpha(t) - alpha'(t) / beta) / (1 + c) on (0, T),  I_T = alpha(T);   lots = J_T - J_0 + beta int J* dt

    A forecast that is the same at all times changes nothing: the quantity is given, and m takes it up.

    lots: in the order's direction. horizon: T > 0 [time]. flow: J_0, own trades faded [lots]. beta: > 0 [1/time].
    strength: lambda > 0 [price/lot^c]. exponent: c from LEAST_POWER to 1. alpha: expected move of the unperturbed price in the
    order's direction, beyond what is left of it at the end of time [price]. fade: >= 0 [1/time].
    Raises Invalid: a number breaks its rule.
    Source: Hey et al., arXiv:2306.00599, eq. (2.4); the multiplier is derived here, and for c = 1 is `myopic.execute`'s.
    """
    beta, lam, t_end, c = positive("beta", beta), positive("strength", strength), positive("horizon", horizon), _power(exponent)
    lots, start, a, fade = finite("lots", lots), finite("flow", flow), finite("alpha", alpha), not_negative("fade", fade)
    slope = a * (1 + fade / beta)

    def flow_of(impact: float) -> float:
        return math.copysign((abs(impact) / lam) ** (1 / c), impact)

    def level(t: float, m: float) -> float:
        return (slope * math.exp(-fade * t) + m) / (1 + c)

    m: float = _multiplier(lots + start, t_end, a, fade, slope, beta, lam, c)
    wanted = level(0.0, m)
    held = flow_of(wanted)
    steep = (abs(wanted) / lam) ** (1 / c - 1) / (lam * c) * (-fade * slope / (1 + c)) if slope else 0.0
    final = flow_of(a * math.exp(-fade * t_end) + m)
    return Control(
        block=held - start,
        rate=steep + beta * held,
        last=final - flow_of(level(t_end, m)),
        impact=math.copysign(lam * abs(start) ** c, start),
        wanted=wanted,
        multiplier=m,
    )


def steady(lots: float, horizon: float, flow: float, *, beta: float, exponent: float = 1.0) -> tuple[float, float]:
    """J* and the last block without a forecast, in which lambda has no say: J* = (lots + J_0) / ((1+c)^{1/c} + beta T).

    Arguments, and what is raised, as `control`.
    """
    c = _power(exponent)
    grown = math.pow(1 + c, 1 / c)
    held = (finite("lots", lots) + finite("flow", flow)) / (grown + positive("beta", beta) * positive("horizon", horizon))
    return held, held * (grown - 1)


def _power(exponent: float) -> float:
    if not LEAST_POWER <= finite("exponent", exponent) <= 1:
        raise Invalid("exponent", f"from {LEAST_POWER} to 1", exponent)
    return exponent


def _multiplier(total: float, t_end: float, a: float, fade: float, slope: float, beta: float, lam: float, c: float) -> float:
    """The m at which J_T + beta int J* dt is `total`: in closed form for c = 1 or no forecast, else by a secant."""
    if not a:
        held = total / (math.pow(1 + c, 1 / c) + beta * t_end)
        return math.copysign(lam * math.pow(abs(held), c) * (1 + c), held)
    if c == 1:
        faded = -math.expm1(-fade * t_end) / fade if fade else t_end
        free = (a * math.exp(-fade * t_end) + beta * slope * faded / 2) / lam
        return (total - free) * 2 * lam / (2 + beta * t_end)

    steps = [t_end * k / NODES for k in range(NODES + 1)]
    weights = [(1 if k in {0, NODES} else 4 if k % 2 else 2) * t_end / NODES / 3 for k in range(NODES + 1)]
    bases = [slope * math.exp(-fade * t) / (1 + c) for t in steps]
    last = a * math.exp(-fade * t_end)

    def flow_of(impact: float) -> float:
        return math.copysign((abs(impact) / lam) ** (1 / c), impact)

    def traded(m: float) -> float:
        held = math.fsum(w * flow_of(base + m / (1 + c)) for w, base in zip(weights, bases, strict=True))
        return flow_of(last + m) + beta * held

    reach = lam * math.pow(abs(total), c) * (1 + c) + 2 * abs(slope) + abs(a)
    return _root(lambda m: traded(m) - total, -reach, reach, CLOSE * (abs(total) + 1))


def _root(excess: Callable[[float], float], low: float, high: float, near: float) -> float:
    """Where a rising function crosses 0: by the secant within a bracket, and by halving where one end stays (Illinois)."""
    below, above, side = excess(low), excess(high), 0
    middle = low
    for _ in range(MOST_STEPS):
        middle = (low * above - high * below) / (above - below) if above > below else (low + high) / 2
        value = excess(middle)
        if abs(value) <= near:
            break
        if value < 0:
            low, below = middle, value
            above, side = (above / 2, -1) if side == -1 else (above, -1)
        else:
            high, above = middle, value
            below, side = (below / 2, 1) if side == 1 else (below, 1)
    return middle
