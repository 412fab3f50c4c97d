"""Traditional: a fixed check each so many seconds; a parcel if conditions are favourable, split by the router, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from metaorder.algos.chain import instead, noted
from metaorder.algos.parameter import not_negative, parameter, positive, seconds
from metaorder.algos.schedule import LOOK_EVERY, part
from metaorder.algos.twap import Twap
from metaorder.domain.errors import Invalid
from metaorder.domain.state import RECENT_S, Intent, SplitTerms, State
from metaorder.domain.units import MICRO, SECOND, Lots, Nanos

RESERVE = SECOND
"""What rests is called back so long before its time is over, so that the next check knows what it left."""

OUTFLOWS = ("exponential", "poisson", "empirical", "walk")
WAYS = ("split", "market", "venue", "score")
FEWEST, MOST = 10, 10_000
"""Scenarios of a split."""

LEAST_LOOKUP_S, MOST_LOOKUP_S = 60, 7_200
"""Less than a minute of returns says nothing of volatility."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traditional:
    """At each check a parcel of S units, worked for T minutes: part taken, part rested at the venues, as Cont and Kukanov say.

    A check is passed over where conditions are unfavourable: the spread above `max_spread` times its mean today, or the trailing
    volatility above `max_volatility` times the day's. What a parcel leaves when its time is over stays with the order;
    with `size` null a parcel is what is left, over the checks that are left. `must_complete` keeps
    to a straight line.

    Where nobody knows the market's volume, queues cannot be reckoned with: parcels of the order's own size are worked as `twap`,
    and `chain` in the reason says so. A stated `size` is never exceeded for it: such a parcel is left to placement.

    Penalties, fees and rebates are in currency per unit; a null penalty is the market's own. Fees and rebates are those of each
    venue's own schedule; `taker_fee` and `rebate` are for the venues that state none. Outflows of queues and the volatility
    are estimated from the trailing `lookup_s` seconds of the market; own fills correct what is expected (docs/routing.md).
    """

    reads: ClassVar[tuple[str, ...]] = (
        "fills and working lots",
        "touch and what each venue shows, with its fees",
        "mean spread and volatility of the day, and volatility of the trailing lookup_s seconds",
        "volume of the trailing lookup_s seconds",
    )
    without: ClassVar[tuple[str, ...]] = (
        "no mean spread or volatility: the check is not passed over for it",
        "no volume to reckon the queues with: worked as twap, a slice a check; parcels of a stated size are placed whole",
        "no venue with two sides: placement places the parcel",
    )
    source: ClassVar[str] = "Cont and Kukanov, Optimal order placement in limit order markets, Quant. Finance 17 (2017)"

    order_freq_s: int = parameter(120, "Time between two checks", "seconds")
    size: int | None = parameter(None, "S: lots of a parcel; null = what is left over the checks that are left", "lots")
    horizon_s: int | None = parameter(None, "T: time that a parcel is worked for; null = until the next check", "seconds")
    lookup_s: int = parameter(RECENT_S, "Trailing time that outflows and volatility are estimated from", "seconds")
    taker_fee: Decimal | None = parameter(
        None, "f: fee for taking at venues that state none of their own; a venue's own wins", "currency per unit"
    )
    rebate: Decimal | None = parameter(
        None,
        "r_k: rebate for resting at venues that state neither a fee nor a rebate for it; a venue's own wins",
        "currency per unit",
    )
    impact: Decimal = parameter(Decimal(0), "theta: impact of a lot shown or taken", "currency per unit")
    lambda_u: Decimal | None = parameter(
        None, "Penalty for a lot too few; null = what it costs to take it later", "currency per unit"
    )
    lambda_o: Decimal = parameter(
        Decimal("0.05"),
        "Penalty for a lot too many; without effect, since no more than the parcel is ever out",
        "currency per unit",
    )
    scenarios: int = parameter(200, "N: outflows that a split is reckoned on", "count")
    outflow: str = parameter(
        "exponential",
        "How the outflow of a queue is distributed: exponential, poisson, empirical or walk",
        "name",
        among=OUTFLOWS,
    )
    way: str = parameter("split", "split; to hold against it: market, venue (the best alone) or score", "name", among=WAYS)
    max_spread: Decimal = parameter(Decimal(2), "A check is passed over above this many mean spreads", "ratio")
    max_volatility: Decimal = parameter(Decimal(3), "A check is passed over above this many times the day's volatility", "ratio")

    def __post_init__(self) -> None:
        seconds("order_freq_s", self.order_freq_s)
        seconds("horizon_s", self.horizon_s)
        if not LEAST_LOOKUP_S <= self.lookup_s <= MOST_LOOKUP_S:
            raise Invalid("lookup_s", f"from {LEAST_LOOKUP_S} to {MOST_LOOKUP_S}", self.lookup_s)
        if self.size is not None and self.size < 1:
            raise Invalid("size", "at least 1", self.size)
        for name in ("lambda_u", "lambda_o", "impact"):
            not_negative(name, getattr(self, name))
        for name in ("max_spread", "max_volatility"):
            positive(name, getattr(self, name))
        if not FEWEST <= self.scenarios <= MOST:
            raise Invalid("scenarios", f"from {FEWEST} to {MOST}", self.scenarios)
        if self.outflow not in OUTFLOWS:
            raise Invalid("outflow", f"one of {', '.join(OUTFLOWS)}", self.outflow)
        if self.way not in WAYS:
            raise Invalid("way", f"one of {', '.join(WAYS)}", self.way)

    def on_event(self, state: State) -> Intent:
        """A parcel at a check, what is left of it between two, nothing where conditions are unfavourable."""
        market, plan = state.market, state.plan
        against = _unfavourable(state, float(self.max_spread), float(self.max_volatility))
        if market.pace is None and self.size is None and against is None:
            plain = Twap(interval_s=self.order_freq_s).on_event(state)
            return instead(plain, algo="traditional", missing="the market's volume", other="twap")
        step = self.order_freq_s * SECOND
        check = plan.elapsed // step
        begun = Nanos(market.now - plan.elapsed % step)
        checks = -(-plan.window // step)
        done = state.fills.after(begun)
        before = state.filled - done
        left = state.lots - before
        even = -(-left // max(1, checks - check))
        size = even if self.size is None else max(self.size, even if state.must_complete else 0)
        parcel = min(left, max(state.min_child, size))
        opens = market.now - begun < SECOND
        working = done > 0 or state.working > 0 or (opens and against is None)
        target = before + parcel if working else state.filled + state.working
        line = self.planned(state, begun)
        if state.must_complete:
            target = max(target, line)
        horizon = self.order_freq_s if self.horizon_s is None else self.horizon_s
        until = Nanos(min(begun + max(1, horizon * SECOND - RESERVE), state.end))
        reason = noted({"check": check, "checks": checks, "parcel": parcel, "skipped": against}, *_unknown(state))
        split = SplitTerms(
            until=until,
            outflow=self.outflow,
            scenarios=self.scenarios,
            under=None if self.lambda_u is None else float(self.lambda_u),
            over=float(self.lambda_o),
            impact=float(self.impact),
            taker_fee=None if self.taker_fee is None else float(self.taker_fee),
            rebate=None if self.rebate is None else float(self.rebate),
            way=self.way,
        )
        return Intent(
            target=Lots(min(state.lots, max(target, 0))),
            due=max(state.filled, min(line, Lots(target))) if state.must_complete else state.filled,
            pace=Lots(parcel * max(1, -(-state.pace_horizon // step))),
            wake=Nanos(min(market.now + LOOK_EVERY, begun + step, state.end)),
            reason=reason,
            split=split if market.now < until else None,
        )

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` if no check is passed over: a straight line."""
        return part(state.plan, state.plan.worked(time), state.plan.window)


def _unknown(state: State) -> list[str]:
    """What no check can be passed over for, since nobody knows it."""
    basis, flow = state.market.basis, state.market.flow
    said = [] if basis.spread else ["no mean spread is known: no check is passed over for it"]
    wild = basis.sigma and flow.sigma is not None
    return said if wild else [*said, "no volatility is known: no check is passed over for it"]


def _unfavourable(state: State, spreads: float, volatility: float) -> str | None:
    """Why a check is passed over; None where nothing speaks against it."""
    market = state.market
    quote, basis, flow = market.quote, market.basis, market.flow
    if basis.spread and quote.bid is not None and quote.ask is not None:
        wide = (quote.ask - quote.bid) * MICRO / basis.spread
        if wide > spreads:
            return f"spread {wide:.2f} of its mean"
    if basis.sigma and flow.sigma is not None and flow.sigma / basis.sigma > volatility:
        return f"volatility {flow.sigma / basis.sigma:.2f} of the day's"
    return None
