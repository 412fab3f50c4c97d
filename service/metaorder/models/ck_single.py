"""One venue, take or rest: how many shares to take now and how many to rest, after Cont and Kukanov."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms
from metaorder.models.outflow import Outflow

Regime = Literal["all_limit", "mixed", "all_market"]


@dataclass(frozen=True, slots=True)
class Split:
    """The cheapest split that makes up the order.

    regime: rest all, take all, or both. under_low, under_high: the penalty for a share too few at and under which all rests,
    and at and over which all is taken [$/share]; inf where no penalty is that high. market, limit: shares to take and to rest.
    cost: expected [$]. fill: of the limit order, expected [shares]. shortfall: expected [shares].
    """

    regime: Regime
    under_low: float
    under_high: float
    market: float
    limit: float
    cost: float
    fill: float
    shortfall: float


def split(terms: Terms, outflow: Outflow) -> Split:
    """Rest as long as a fill is likely enough, take the rest now.

        lu_low  = (2h + f + r)/F(Q + S) - (h + r + theta),   lu_high = (2h + f + r)/F(Q) - (h + r + theta)
        L* = F^{-1}((2h + f + r)/(lu + h + r + theta)) - Q,  M* = S - L*,  between the two

    Among M + L >= S, where more than S never pays. To leave some of the order out, M + L < S, can cost less when the penalty
    for that is so small that a doubtful fill is not worth its impact; whoever wants that sets a smaller order.

    terms: of one venue; over > h + r, else more than the order would be rested. outflow: F, of the queue over the horizon.
    Raises Invalid: more or fewer venues than one, or a penalty or fee for which the formula is not the minimum.
    Source: Cont and Kukanov (2017), the proposition on one exchange.
    """
    if len(terms.rebates) != 1:
        raise Invalid("rebates", "of one venue", len(terms.rebates))
    earned, shares, queue = terms.half_spread + terms.rebates[0], terms.shares, terms.ahead[0]
    if not terms.over > earned:
        raise Invalid("over", f"above what a fill earns, {earned}", terms.over)
    dearer = terms.half_spread + terms.taker_fee + earned  # 2h + f + r: to take instead of being filled
    if not dearer > 0:
        raise Invalid("taker_fee", "so that taking costs more than resting earns: 2h + f + r above 0", terms.taker_fee)
    kept = earned + terms.impact
    low, high = (_over(dearer, outflow.cdf(edge)) - kept for edge in (queue + shares, queue))
    regime: Regime = "mixed"
    if terms.under <= low:
        regime, limit = "all_limit", shares
    elif terms.under >= high:
        regime, limit = "all_market", 0.0
    else:
        limit = min(max(outflow.quantile(dearer / (terms.under + kept)) - queue, 0.0), shares)
    market = shares - limit
    fill = outflow.above(queue, queue + limit)
    short = max(limit - fill, 0.0)
    cost = (terms.half_spread + terms.taker_fee) * market - earned * fill
    cost += terms.impact * (shares + short) + terms.under * short
    return Split(regime, low, high, market, limit, cost, fill, short)


def _over(number: float, probability: float) -> float:
    return number / probability if probability > 0 else math.inf
