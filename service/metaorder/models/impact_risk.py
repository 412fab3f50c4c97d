"""What to trade now where the price's risk counts beside own impact and a forecast: `impact_control` with aversion."""

from __future__ import annotations

import math
from dataclasses import dataclass

from metaorder.domain.errors import Invalid
from metaorder.models.impact_control import Control
from metaorder.models.inputs import finite, not_negative, positive

LEAST = 1e-9
"""An aversion that is none."""

MOST = 0.9999
"""The largest aversion: nearly all at once."""

STEPS = 24
"""Steps of a search for an aversion."""

GOLDEN = (math.sqrt(5) - 1) / 2
APART = 1e-5
"""How far a forecast's fade is kept from the rate of the path, as a share of it: at the rate itself one divides by 0."""

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Averse:
    """A path under risk aversion: what is left and the faded flow are sums of e^{-kt}, e^{-k(T-t)} and e^{-ft}.

    left, flow: their weights. last: the block at the end [lots]. end: the flow after it.
    """

    lots: float
    horizon: float
    start: float
    rate: float
    fade: float
    beta: float
    strength: float
    alpha: float
    left: Three
    flow: Three
    end: float

    def remaining(self, t: float) -> float:
        """Lots still to trade at t in (0, T), the first block done and the last not."""
        return _at(self.left, t, self)

    def passed(self, t: float) -> float:
        """The part of what is traded between the two blocks that is done by t; evenly in time where that is nothing."""
        begun, rest = self.remaining(0.0), self.remaining(self.horizon)
        return (begun - self.remaining(t)) / (begun - rest) if begun > rest else t / self.horizon

    def squared(self) -> float:
        """The integral of what is left, squared: the variance of the cost is so much of the price's [lots^2 time]."""
        return _square(self.left, self)

    def lateness(self) -> float:
        """The integral of what is left: lots times how long each waited [lots time]."""
        k, f, t = self.rate, self.fade, self.horizon
        first, second, third = self.left
        return (first + second) * -math.expm1(-k * t) / k + third * (-math.expm1(-f * t) / f if f else t)

    def cost(self) -> float:
        """What own impact costs on the path, over what is there already: the integral of I dQ [price times lots]."""
        return self.strength * ((self.end**2 - self.start**2) / 2 + self.beta * _square(self.flow, self))

    def control(self) -> Control:
        """What is best now."""
        held = _at(self.flow, 0.0, self)
        slope = (
            -self.rate * self.left[0] + self.rate * self.left[1] * math.exp(-self.rate * self.horizon) - self.fade * self.left[2]
        )
        faded = self.alpha * math.exp(-self.fade * self.horizon)
        return Control(
            block=held - self.start,
            rate=-slope,
            last=self.end - _at(self.flow, self.horizon, self),
            impact=self.strength * self.start,
            wanted=self.strength * held,
            multiplier=self.strength * self.end - faded,
        )


def averse(
    lots: float,
    horizon: float,
    flow: float,
    *,
    beta: float,
    aversion: float,
    strength: float = 1.0,
    alpha: float = 0.0,
    fade: float = 0.0,
) -> Averse:
    """The path that is least in  E[int (I - alpha) dQ] + phi int x^2 dt,  x the lots that are left, x(T) = 0.

        I = lambda J,  dJ = -beta J dt + dQ;   alpha(t) = alpha e^{-fade t};   u = phi / (lambda beta + phi)
        w = int J - (Q + J_0) / beta:   w'' = u beta^2 w - G e^{-fade t},  w(0) = -(Q + J_0) / beta
        2 w'(T) = (1 + u) J_T - (1 - u) alpha'(T) / (lambda beta),   J_T = -beta w(T);   x = -(w' + beta w)

    phi is a price of risk times the price's variance; at u = 0 this is `control` with c = 1, at 1 all is traded at once. Without
    a forecast the path hangs on u alone, and on neither lambda nor volatility.

    lots: Q, in the order's direction. horizon: T > 0 [time]. flow: J_0, own trades faded [lots]. beta: > 0 [1/time].
    aversion: u, above 0 and at most MOST. strength: lambda > 0 [price/lot]. alpha, fade: as `control`.
    Raises Invalid: a number breaks its rule.
    Source: Obizhaeva and Wang (2013) with the risk term of Almgren and Chriss (2000); derived here.
    """
    beta, lam, t = positive("beta", beta), positive("strength", strength), positive("horizon", horizon)
    fade, a, u = not_negative("fade", fade), finite("alpha", alpha), positive("aversion", aversion)
    lots, start = finite("lots", lots), finite("flow", flow)
    if u > MOST:
        raise Invalid("aversion", f"at most {MOST}", u)
    k = beta * math.sqrt(u)
    f = fade if abs(fade - k) > APART * k else k * (1 + APART)
    total, far, faded = lots + start, math.exp(-k * t), math.exp(-f * t)
    p = -a * f * (f + beta) * (1 - u) / (2 * lam * beta * (f * f - k * k)) if a else 0.0
    c = -total / beta - p
    known = (1 - u) * a * f * faded / (lam * beta) + p * faded * (2 * f - (1 + u) * beta) + far * c * (2 * k - (1 + u) * beta)
    second = known / (2 * k * (1 + far * far) + (1 + u) * beta * -math.expm1(-2 * k * t))
    first = c - second * far
    return Averse(
        lots=lots,
        horizon=t,
        start=start,
        rate=k,
        fade=f,
        beta=beta,
        strength=lam,
        alpha=a,
        left=(-first * (beta - k), -second * (beta + k), -p * (beta - f)),
        flow=(-k * first, k * second, -f * p),
        end=-beta * (first * far + second + p * faded),
    )


def within_risk(
    lots: float,
    horizon: float,
    flow: float,
    most: float,
    *,
    beta: float,
    strength: float = 1.0,
    alpha: float = 0.0,
    fade: float = 0.0,
) -> float | None:
    """The least aversion at which the integral of what is left, squared, is no more than `most`; 0 where none is needed.

    None: no aversion is enough. most: [lots^2 time]. Other arguments as `averse`. Raises Invalid, as it does.
    """
    terms = {"beta": beta, "strength": strength, "alpha": alpha, "fade": fade}
    not_negative("most", most)
    low, high = 0.0, math.sqrt(MOST)  # of its root, on which small ones are told apart
    if averse(lots, horizon, flow, aversion=MOST, **terms).squared() > most:
        return None
    if averse(lots, horizon, flow, aversion=LEAST, **terms).squared() <= most:
        return 0.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if averse(lots, horizon, flow, aversion=max(middle * middle, LEAST), **terms).squared() > most:
            low = middle
        else:
            high = middle
    return min(MOST, high * high)


def weighed(lots: float, horizon: float, *, beta: float, cost: float, risk: float, completion: float) -> float:
    """The aversion that is least in  cost C(u)/C(0) + risk S(u)/S(0) + completion L(u)/L(0),  without a forecast.

    C: what own impact costs. S: the standard deviation of the cost, so the root of `squared`. L: how late lots are. Each is held
    against that of the path without aversion, so that the weights have no unit and none of the three needs a price.

    cost, risk, completion: weights >= 0, not all 0. Other arguments as `averse`. Raises Invalid: a number breaks its rule.
    """
    for name, weight in (("cost", cost), ("risk", risk), ("completion", completion)):
        not_negative(name, weight)
    if not cost + risk + completion > 0:
        raise Invalid("cost", "above 0, where risk and completion are 0", cost)
    if not risk + completion:
        return 0.0
    plain = averse(lots, horizon, 0.0, beta=beta, aversion=LEAST)
    scale = (plain.cost(), math.sqrt(plain.squared()), plain.lateness())

    def total(root: float) -> float:
        path = averse(lots, horizon, 0.0, beta=beta, aversion=max(LEAST, root * root))
        return (
            cost * path.cost() / scale[0] + risk * math.sqrt(path.squared()) / scale[1] + completion * path.lateness() / scale[2]
        )

    low, high = 0.0, math.sqrt(MOST)
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = total(left), total(right)
    for _ in range(STEPS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = total(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = total(right)
    best = min((low, (low + high) / 2, high), key=total)
    return best * best


def _at(weights: Three, t: float, path: Averse) -> float:
    first, second, third = weights
    return (
        first * math.exp(-path.rate * t) + second * math.exp(-path.rate * (path.horizon - t)) + third * math.exp(-path.fade * t)
    )


def _square(weights: Three, path: Averse) -> float:
    """The integral over (0, T) of the square of a sum of the three exponentials."""
    first, second, third = weights
    k, f, t = path.rate, path.fade, path.horizon
    far, faded = math.exp(-k * t), math.exp(-f * t)
    both = (first * first + second * second) * -math.expm1(-2 * k * t) / (2 * k) + 2 * first * second * t * far
    if not third:
        return both
    own = third * third * (-math.expm1(-2 * f * t) / (2 * f) if f else t)
    crossed = first * -math.expm1(-(k + f) * t) / (k + f) + second * (faded - far) / (k - f)
    return both + own + 2 * third * crossed
