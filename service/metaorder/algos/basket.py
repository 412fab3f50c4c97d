"""Basket: orders that are planned jointly, so that legs that hedge each other may wait and cash stays in balance."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from metaorder.algos.parameter import not_negative, parameter, seconds
from metaorder.algos.scales import Scales, day_s, kappa_t, of_basis, text
from metaorder.algos.schedule import part
from metaorder.algos.shortfall import FINE, Course, periods_of, work
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side, Waiting
from metaorder.domain.state import Basket, Intent, Leg, Reason, State
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.models.ac_basket import balanced, check_correlation

MOST_CROSS = Decimal("0.9")
MOST_LEGS = 100
ALONE = "no other leg is worked: it is planned alone"


@dataclass(frozen=True, slots=True)
class Priced:
    """A leg as the model wants it: signed lots, + to sell; all else in currency: a lot, its risk and its impact."""

    lots: int
    value: float
    sigma: float
    eta: float
    gamma: float


@dataclass(frozen=True, slots=True)
class Joint:
    """The plan of a basket: what is left of each leg, and the price of imbalance that it took; lambda [1/currency]."""

    left: tuple[tuple[float, ...], ...]
    risk_aversion: float
    imbalance: float
    band_price: float
    common: bool


@dataclass(frozen=True, slots=True)
class Cash:
    """How far a basket's cash is out of balance [currency]: + where purchases are ahead, working orders left out.

    room: what the leg's own side may still send before it is ahead by the band, all of its working orders counted as done;
    None = no band. ahead: whether its own side is ahead, so counted.
    """

    imbalance: float
    room: float | None
    ahead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLeg:
    """Almgren and Chriss (2000) for several assets: the least expected cost + lambda x variance of the whole basket.

    All legs of a basket (`POST /v1/baskets`) are planned at once, whenever one of them starts, resumes or is amended: from the
    volatility and volume that their markets showed then, the `correlation` that is stated and the `cross_impact` of trading one
    on the price of another. Legs that hedge each other are traded more slowly than each alone would be, legs that add up
    sooner; no leg is traded back. Urgency says kappa T = 3 u / (1 - u) of the legs without their correlation, from which the
    lambda of the basket follows.

    `cash_band` bounds how far purchases and sales may run apart: D = 2 B S / (B + S) (b / B - s / S), which is bought - sold
    where the basket sells as much as it buys. The plan stays within it, and so does every child that is sent: a side that is
    ahead by the band waits for the other, working orders counted as done. A side that is not ahead may always send one smallest
    child. The band yields to `must_complete` at the very end.

    Without stated correlation legs are planned as independent; without volatility or volume of one of them all follow one path
    at the order's urgency; a leg that is alone, or whose others are over or suspended, is planned alone. `fallback` says so.

    Source: Almgren and Chriss, Optimal execution of portfolio transactions, J. Risk 3 (2000), Appendix A.
    """

    source: ClassVar[str] = "Almgren and Chriss, Optimal execution of portfolio transactions, J. Risk 3 (2000), Appendix A"
    reads: ClassVar[tuple[str, ...]] = (
        "fills, working lots and prices of all legs",
        "volatility, spread and usual volume of each leg when the plan was drawn, or its profile's, with its impact law",
    )
    without: ClassVar[tuple[str, ...]] = (
        "no correlation: independent legs",
        "no volatility or usual volume of a leg: one path for all legs at the order's urgency",
        "no other leg at work: planned alone",
    )

    urgency: Decimal | None = parameter(None, "From 0, a straight line, to 1, as fast as the cap allows", "share")
    risk_aversion: Decimal | None = parameter(None, "Price of risk lambda: cost + lambda x variance is least", "1/currency")
    correlation: tuple[tuple[Decimal, ...], ...] | None = parameter(
        None, "Of the returns of the legs, row by row in their order; null = independent", "correlation"
    )
    correlation_source: str | None = parameter(None, "Who says so, as the reasons name it; null = it is stated", "text")
    cross_impact: Decimal = parameter(
        Decimal(0), "Share of the correlation by which trading one leg moves another, from 0 to 0.9", "share"
    )
    cash_band: Decimal | None = parameter(
        None, "How far purchases and sales may run apart, either way; null = as far as they like", "currency"
    )
    interval_s: int = parameter(60, "Length of a period of the schedule", "seconds", ge=1)

    def __post_init__(self) -> None:
        if self.urgency is not None and self.risk_aversion is not None:
            raise Invalid("risk_aversion", "left out where urgency is given: they say the same", str(self.risk_aversion))
        not_negative("urgency", self.urgency, most=1)
        not_negative("risk_aversion", self.risk_aversion)
        not_negative("cash_band", self.cash_band)
        if not 0 <= self.cross_impact <= MOST_CROSS:
            raise Invalid("cross_impact", f"from 0 to {MOST_CROSS}", str(self.cross_impact))
        seconds("interval_s", self.interval_s)
        if self.correlation_source is not None and (self.correlation is None or not 1 <= len(self.correlation_source) <= 200):
            raise Invalid("correlation_source", "1 to 200 characters, of a correlation", self.correlation_source)
        if self.correlation is not None:
            if not 1 <= len(self.correlation) <= MOST_LEGS:
                raise Invalid("correlation", f"1 to {MOST_LEGS} rows", len(self.correlation))
            check_correlation([[float(each) for each in row] for row in self.correlation])

    def on_event(self, state: State) -> Intent:
        """Be where the joint schedule will be at the end of the period that has begun, as far as cash allows."""
        course, reason = self.course(state)
        intent = work(state, course, reason)
        return intent if state.basket is None else self._within(state, state.basket, intent)

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` on the joint schedule."""
        course, _ = self.course(state)
        return part(state.plan, course.done(state.plan.worked(time), state.plan.window), FINE)

    def course(self, state: State) -> tuple[Course, Reason]:
        """The schedule of this leg, and the numbers behind it."""
        periods = periods_of(state.plan.window, self.interval_s)
        u = float(state.urgency if self.urgency is None else self.urgency)
        basket = state.basket
        reason: dict[str, int | str | bool | None] = {
            "basket": None if basket is None else basket.name,
            "leg": 1 if basket is None else basket.place + 1,
            "legs": 1 if basket is None else len(basket.legs),
            "urgency_from": "risk_aversion" if self.risk_aversion is not None else "urgency" if self.urgency else "the order",
            "periods": periods,
        }
        joint, why = self._joint(state, u, periods)
        if joint is None:
            return Course(kappa_t(u), periods, None), {**reason, "kappa_t": text(kappa_t(u)), "fallback": why}
        place = 0 if basket is None else sum(leg.planned > 0 for leg in basket.legs[: basket.place])
        reason |= {
            "lambda": text(joint.risk_aversion),
            "correlation": "independent" if self.correlation is None else self.correlation_source or "stated",
            "cross_impact": str(self.cross_impact),
            "planned_imbalance": text(joint.imbalance),
            "band_price": text(joint.band_price),
        }
        if joint.common:
            why = "nothing but one path for all legs stays within the cash band"
        return Course(kappa_t(u), periods, joint.left[place]), reason | ({"fallback": why} if why else {})

    def _joint(self, state: State, u: float, periods: int) -> tuple[Joint | None, str | None]:
        """The plan of the basket, or None; and what it does without."""
        day, basket = day_s(state), state.basket
        if basket is None:
            legs: tuple[Leg, ...] = (_alone(state),)
        else:
            legs = tuple(leg for leg in basket.legs if leg.planned)
            if not basket.legs[basket.place].planned:
                return None, ALONE
        if self.risk_aversion is None and u >= 1:
            return None, None
        window_s = state.plan.window / SECOND
        priced = [_priced(leg, of_basis(leg.basis, day, rate=leg.planned / window_s)) for leg in legs]
        for leg, each in zip(legs, priced, strict=True):
            if each is None:
                return None, f"no volatility, spread or usual volume of {leg.symbol} is known: one path for all legs"
        correlation, why = self._correlation(basket)
        if len(legs) == 1:
            why = ALONE
        tau = state.plan.window / SECOND / periods
        lam = None if self.risk_aversion is None else float(self.risk_aversion)
        band = None if self.cash_band is None else float(self.cash_band)
        found = plan(
            tuple(each for each in priced if each is not None), correlation, float(self.cross_impact), u, lam, band, periods, tau
        )
        return found, why if found is not None else "no joint schedule exists in these markets: one path for all legs"

    def _correlation(self, basket: Basket | None) -> tuple[tuple[tuple[float, ...], ...] | None, str | None]:
        """The correlation of the legs that are planned, and why it is not what was stated."""
        if self.correlation is None:
            return None, "no correlation is stated: the legs are planned as independent"
        count = 1 if basket is None else len(basket.legs)
        if len(self.correlation) != count:
            return None, f"the correlation is of {len(self.correlation)} legs, there are {count}: planned as independent"
        kept = [i for i in range(count) if basket is None or basket.legs[i].planned]
        return tuple(tuple(float(self.correlation[i][j]) for j in kept) for i in kept), None

    def _within(self, state: State, basket: Basket, intent: Intent) -> Intent:
        """The intent, held back where it would take the leg's side further ahead than the cash band."""
        if self.cash_band is None:
            return intent
        me, out = basket.legs[basket.place], state.filled + state.working
        cash = cash_of(basket, float(self.cash_band))
        reason = {**intent.reason, "cash_band": str(self.cash_band), "cash_bound": None}
        if cash is None:
            if len({leg.side for leg in basket.legs if leg.lots}) < 2:
                return replace(intent, reason=reason)
            waits = {**reason, "cash_bound": "a leg has no price yet"}
            return replace(intent, target=Lots(min(intent.target, out)), due=Lots(0), reason=waits, held=Waiting.BASKET)
        reason["cash_imbalance"] = f"{cash.imbalance:.2f}"
        assert cash.room is not None, "there is a band"
        assert me.price is not None, "every leg has a price"
        lots = max(0, math.floor(cash.room / me.price))
        least = 0 if cash.ahead else state.min_child
        most = Lots(out + max(lots, least))
        if intent.target <= most:
            return replace(intent, reason=reason)
        bound = {**reason, "cash_bound": f"{'purchases' if me.side is Side.BUY else 'sales'} would run ahead"}
        return replace(intent, target=most, due=Lots(min(intent.due, most)), reason=bound, held=Waiting.BASKET)


def cash_of(basket: Basket, band: float | None) -> Cash | None:
    """How far a basket's cash is out of balance; None where it only buys or only sells, or a leg's price is not known."""
    if any(leg.price is None and leg.lots for leg in basket.legs):
        return None
    side = basket.legs[basket.place].side
    ours = [leg for leg in basket.legs if leg.side is side]
    others = [leg for leg in basket.legs if leg.side is not side]
    own_value, other_value = _worth(ours), _worth(others)
    if not own_value or not other_value:
        return None
    scale = 2 * own_value * other_value / (own_value + other_value)
    own, other = (sum(leg.spent for leg in legs) / worth for legs, worth in ((ours, own_value), (others, other_value)))
    out = sum(leg.working * (leg.price or 0.0) for leg in ours) / own_value
    ahead = own + out - other
    room = None if band is None else (band / scale - ahead) * own_value
    return Cash(scale * (own - other) * side.sign, room, ahead > 0)


def _worth(legs: list[Leg]) -> float:
    """What all of some legs comes to, what is done at what it cost [currency]."""
    return sum(leg.spent + (leg.lots - leg.filled) * (leg.price or 0.0) for leg in legs)


def _alone(state: State) -> Leg:
    """An order without a basket as a leg."""
    basis, value = state.plan.basis, state.market.tick_value
    return Leg(
        symbol="this market",
        side=state.side,
        lots=state.lots,
        filled=state.filled,
        working=state.working,
        planned=state.plan.lots,
        price=None if basis.mid2 is None else basis.mid2 / 2 * float(value),
        spent=state.notional * float(value),
        basis=basis,
        tick_value=value,
    )


def _priced(leg: Leg, known: Scales) -> Priced | None:
    if leg.price is None or leg.price <= 0 or known.sigma is None or not known.eta or leg.planned <= 0:
        return None
    tick = float(leg.tick_value)
    return Priced(-leg.side.sign * leg.planned, leg.price, known.sigma * tick, known.eta * tick, known.gamma * tick)


@lru_cache(maxsize=256)
def plan(
    legs: tuple[Priced, ...],
    correlation: tuple[tuple[float, ...], ...] | None,
    cross: float,
    u: float,
    risk_aversion: float | None,
    band: float | None,
    periods: int,
    tau: float,
) -> Joint | None:
    """The joint schedule of legs in currency and seconds; None where impact leaves none. u: urgency."""
    n = range(len(legs))
    rho = correlation if correlation is not None else tuple(tuple(float(i == j) for j in n) for i in n)

    def spread_out(each: list[float], share: float) -> list[list[float]]:
        return [[each[i] * each[j] * (1.0 if i == j else share * rho[i][j]) for j in n] for i in n]

    half = kappa_t(u) / periods / 2 if risk_aversion is None else 0.0
    risk = sum((leg.sigma * leg.lots) ** 2 for leg in legs)
    tilde = sum((leg.eta - leg.gamma * tau / 2) * leg.lots**2 for leg in legs)
    if half >= 350 or tilde <= 0 or (risk_aversion is None and not risk):
        return None
    lam = risk_aversion if risk_aversion is not None else (2 * math.sinh(half) / tau) ** 2 * tilde / risk
    kappa = 2 * math.asinh(tau / 2 * math.sqrt(lam * risk / tilde)) / tau
    try:
        found = balanced(
            [float(leg.lots) for leg in legs],
            periods * tau,
            periods,
            covariance=spread_out([leg.sigma for leg in legs], 1.0),
            temporary=spread_out([math.sqrt(leg.eta) for leg in legs], cross),
            permanent=spread_out([math.sqrt(leg.gamma) for leg in legs], cross),
            risk_aversion=lam,
            values=[leg.value for leg in legs],
            band=band,
            common_kappa=kappa,
        )
    except Invalid:
        return None
    left = tuple(tuple(float(each) for each in column) for column in found.left.T)
    return Joint(left, lam, found.imbalance, found.price, found.common)
