"""What an estimate is of: the order as it was checked, the market as it is, and how both are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metaorder.core.decide import plan_points
from metaorder.core.execution import Execution
from metaorder.core.preview import Forecast, Points
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import FeeUnit, Instrument
from metaorder.domain.market import VolumeCurve
from metaorder.domain.order import ParentOrder
from metaorder.domain.state import MarketState
from metaorder.domain.units import Lots, Nanos, share_text, time_text
from metaorder.usecases.parameters import Known, MarketSoFar, Stated

BPS = 1e4
Doc = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An order that was checked, before it is worked: what the engine would see of it and of its market now."""

    execution: Execution
    market: MarketState
    so_far: MarketSoFar
    profile: Stated | None

    @property
    def order(self) -> ParentOrder:
        """The order's terms."""
        return self.execution.order


def reference_price(facts: Facts) -> tuple[float | None, str | None]:
    """The price that money is reckoned at [ticks], and where it comes from."""
    quote, instrument = facts.market.quote, facts.so_far.instrument
    if quote.bid is not None and quote.ask is not None and quote.two_sided:
        return (quote.bid + quote.ask) / 2, "mid"
    if facts.order.decision_price is not None:
        return facts.order.decision_price / instrument.points_per_tick, "decision_price"
    if facts.so_far.scenario is not None:
        return float(facts.so_far.scenario.start), "the scenario's first price"
    return None, None


def curve_of(known: Known, facts: Facts) -> VolumeCurve:
    """Where volume is expected to fall: the stated weights over the session, or the market's usual curve."""
    if known.value is None:
        return facts.so_far.curve
    day, weights = facts.so_far.day, known.value
    n = len(weights)
    edges = tuple(Nanos(day.open + (day.close - day.open) * i // n) for i in range(n + 1))
    try:
        return VolumeCurve(edges, tuple(weights), known.source or "stated")
    except Invalid as wrong:
        raise Invalid("model.curve", wrong.rule, wrong.value) from None


def forecast(adv: Known, curve: VolumeCurve, facts: Facts) -> Forecast | None:
    """Others' volume between two times, as it is expected; None where nothing is."""
    if adv.value is None:
        return None
    lots = round(float(adv.value) / facts.so_far.instrument.lot_size)
    whole = curve.between(curve.edges[0], curve.edges[-1])
    return lambda start, end: Lots(lots * curve.between(start, max(start, end)) // whole)


def schedule(points: Points, facts: Facts) -> list[Doc] | None:
    """The schedule as people see it: what is done by when."""
    lot = facts.so_far.instrument.lot_size
    return [{"time": time_text(time), "quantity": lots * lot} for time, lots in points] or None


def basis(facts: Facts, points: Points) -> str | None:
    """Where the schedule comes from: the engine's own plan, or the algorithm on the expected volume."""
    if not points:
        return None
    return "plan" if plan_points(facts.execution, facts.market) else "expected_volume"


def asked(facts: Facts) -> Doc:
    """What was asked, when."""
    order, so_far = facts.order, facts.so_far
    return {
        "market": order.market,
        "session": order.session,
        "symbol": order.symbol,
        "side": str(order.side),
        "quantity": order.lots * so_far.instrument.lot_size,
        "currency": order.currency,
        "algo": order.algo,
        "params": dict(order.params),
        "start_time": time_text(order.start),
        "end_time": time_text(order.end),
        "max_participation": share_text(order.cap),
        "as_of": time_text(so_far.now),
        "profile_version": order.profile_version,
    }


def fee_share(instrument: Instrument, price: float, crossing: float) -> float:
    """Fees as a fraction of the price, for lots of which so many take and the others make."""
    rate = crossing * float(instrument.taker_fee) + (1 - crossing) * float(instrument.maker_fee)
    return rate / BPS if instrument.fee_unit is FeeUnit.BPS else rate / (price * float(instrument.unit_value))


def shown(name: str, known: Known) -> Doc:
    """A parameter as people see it; a curve by its source alone."""
    value = known.value if name != "curve" or known.value is None else len(known.value)
    return {"value": value, "source": known.source, "error": known.error}
