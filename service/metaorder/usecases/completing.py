"""Whether an order will be done by its end: before it is sent, and while it works; one code for both."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from metaorder.core.closing import would_keep
from metaorder.core.decide import plan_points
from metaorder.core.preview import Points
from metaorder.domain.market import VolumeCurve
from metaorder.domain.units import SECOND
from metaorder.models.completion import Completion, Question, completion
from metaorder.risk.participation import rolling_window
from metaorder.usecases.estimate_facts import Facts, reference_price
from metaorder.usecases.parameters import Known

SEED = 20_260_302
"""Of the drawing: the same question gets the same answer."""

FOLLOWS = "the schedule follows the market's volume, and none is expected of this market"


def follows(facts: Facts) -> bool:
    """Whether the order has no plan of its own, but goes with the market's volume."""
    return not plan_points(facts.execution, facts.market)


def will_complete(facts: Facts, known: Mapping[str, Known], curve: VolumeCurve, points: Points) -> Completion | str:
    """How likely what is left of the order is to be done by its end; or why that cannot be said.

    points: what is done by when, from now or the order's start on; an order's own plan is asked for as it is, not as the
    expected volume would have it, and without what is kept for the closing auction. The dispersion of volume counts as none
    where it is not known: who shows the probability says so instead.
    """
    order, execution, adv = facts.order, facts.execution, known["adv"]
    if not points or adv.value is None:
        return FOLLOWS if adv.value is not None else f"adv is not known: {adv.why}"
    price, sigma = reference_price(facts)[0], known["sigma_per_sqrt_day"].value
    if order.limit is not None and (price is None or sigma is None):
        return "the limit price cannot be weighed: price or volatility is not known"
    lots_a_day = float(adv.value) / facts.so_far.instrument.lot_size
    points = plan_points(execution, facts.market) or points
    times = [time for time, _ in points]
    whole = curve.between(curve.edges[0], curve.edges[-1])
    done = np.array([lots for _, lots in points], dtype=np.float64)
    plan = np.diff(done)
    plan[:1] += done[0] - execution.filled
    goes_along = follows(facts)
    spread = known["volume_sd"].value
    return completion(
        Question(
            plan=None if goes_along else plan,
            lots=float(execution.leaves - would_keep(execution, facts.market)),
            cap=float(order.cap),
            rate=float(order.params["target"]) if goes_along and "target" in order.params else float(order.cap),
            days=np.diff(np.array(times, dtype=np.float64)) / SECOND / facts.so_far.day_s,
            volume=np.array([lots_a_day * curve.between(a, b) / whole for a, b in pairwise(times)], dtype=np.float64),
            volume_sd=0.0 if spread is None else float(spread),
            clock=max(1, rolling_window(order) // max(1, times[1] - times[0])),
            room=None if order.limit is None or price is None else (order.limit - price) / price * order.side.sign,
            sigma=float(sigma or 0.0),
        ),
        SEED,
    )
