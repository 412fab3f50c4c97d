"""Adaptive: a base schedule, traded ahead of it or behind it as volume, spread, flow, volatility and the own result say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from metaorder.algos.chain import noted
from metaorder.algos.parameter import parameter
from metaorder.algos.scales import text
from metaorder.algos.shortfall import Shortfall
from metaorder.algos.twap import Twap
from metaorder.algos.vwap import Vwap
from metaorder.domain.errors import Invalid
from metaorder.domain.state import RECENT_S, Intent, Reason, State
from metaorder.domain.units import MICRO, SECOND, Lots, Nanos

Base = Twap | Vwap | Shortfall
BASES: dict[str, Base] = {"twap": Twap(), "vwap": Vwap(), "is": Shortfall()}
SIGNALS = ("volume", "spread", "imbalance", "volatility", "result")
TAPER = 4
"""The band closes over the last 1/TAPER of the window: the order ends where its schedule ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptive:
    """Up to `ahead` of the base schedule or `behind` it, in shares of the quantity, in proportion to a sum of five signals.

    volume: the last five minutes' against what the curve and today's volume expect of them; more = ahead.
    spread: the touch's against its mean today; wider = behind.
    imbalance: the last minute's order-flow imbalance over its gross flow; a price that runs away from the order = ahead.
    volatility: of the last five minutes against the day's; higher = ahead.
    result: the order's own average price against its arrival mid, in mean spreads; a cost so far = ahead, a gain = behind.

    Each signal is cut to [-1, 1] and weighed; a negative weight turns it round, 0 switches it off. All statistics leave the
    order's own quotes and prints out, so that it does not chase itself. A signal that the market does not give is left out, and
    `fallback` in the reason names it. The band closes towards the end of the window.
    """

    source: ClassVar[str] = "bands around a schedule; order-flow imbalance after Cont, Kukanov and Stoikov (2014)"
    reads: ClassVar[tuple[str, ...]] = (
        "what the base schedule reads",
        "volume, spread, order-flow imbalance and volatility, ours left out",
        "own fills against the arrival mid",
    )
    without: ClassVar[tuple[str, ...]] = (
        "a signal that the market does not give: the others",
        "no signal at all: the base schedule",
    )

    base: str = parameter(
        "vwap", "The schedule that it moves about: twap, vwap or is, with their defaults", "name", among=tuple(BASES)
    )
    ahead: Decimal = parameter(Decimal("0.05"), "How far ahead of the base it may be", "share of the quantity")
    behind: Decimal = parameter(Decimal("0.05"), "How far behind the base it may be", "share of the quantity")
    volume: Decimal = parameter(Decimal("0.5"), "Weight of volume", "share of the band")
    spread: Decimal = parameter(Decimal("0.5"), "Weight of the spread", "share of the band")
    imbalance: Decimal = parameter(Decimal("0.5"), "Weight of the order-flow imbalance", "share of the band")
    volatility: Decimal = parameter(Decimal("0.25"), "Weight of volatility", "share of the band")
    result: Decimal = parameter(Decimal(0), "Weight of the order's own result", "share of the band")

    def __post_init__(self) -> None:
        if self.base not in BASES:
            raise Invalid("base", f"one of {', '.join(BASES)}", self.base)
        for name in ("ahead", "behind"):
            if not 0 <= getattr(self, name) <= Decimal("0.5"):
                raise Invalid(name, "from 0 to 0.5", str(getattr(self, name)))
        for name in SIGNALS:
            if abs(getattr(self, name)) > 1:
                raise Invalid(name, "from -1 to 1", str(getattr(self, name)))

    def on_event(self, state: State) -> Intent:
        """The base schedule's intent, moved within the band."""
        intent = BASES[self.base].on_event(state)
        found = {name: _cut(signal(state)) for name, signal in SIGNS.items() if getattr(self, name)}
        missing = [name for name, signal in found.items() if signal is None]
        tilt = sum(float(getattr(self, name)) * signal for name, signal in found.items() if signal is not None)
        tilt = max(-1.0, min(1.0, tilt))
        shift = self._shift(state, tilt)
        reason: Reason = {
            **intent.reason,
            "base": self.base,
            "base_target": intent.target,
            "tilt": text(tilt),
            "shift": shift,
            **{name: text(signal) for name, signal in found.items()},
        }
        if missing:
            reason = noted(reason, f"the market does not give {', '.join(missing)}: left out")
        low, high = state.plan.done, state.lots
        return replace(
            intent,
            target=Lots(max(low, min(high, intent.target + shift))),
            due=Lots(max(low, min(high, intent.due + shift))),
            pace=Lots(intent.pace + max(0, shift)),
            reason=reason,
        )

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` on the base schedule."""
        return BASES[self.base].planned(state, time)

    def _shift(self, state: State, tilt: float) -> int:
        """How far from the base schedule [lots], rounded towards it."""
        band, parts = (self.ahead if tilt > 0 else self.behind).as_integer_ratio()
        window = state.plan.window
        closing = min(window, TAPER * max(0, window - state.plan.elapsed))
        micros = round(tilt * MICRO)
        shift = abs(state.plan.lots * band * closing * micros) // (parts * window * MICRO)
        return shift if state.plan.lots * micros > 0 else -shift


def _cut(value: float | None) -> float | None:
    return None if value is None else max(-1.0, min(1.0, value))


def _volume(state: State) -> float | None:
    flow, curve, now = state.market.flow, state.market.curve, state.market.now
    if flow.volume is None or flow.today is None or flow.open is None:
        return None
    so_far = curve.between(flow.open, now)
    lately = curve.between(Nanos(max(flow.open, now - RECENT_S * SECOND)), now)
    expected = flow.today * lately / so_far if so_far else 0
    return flow.volume / expected - 1 if expected else None


def _spread(state: State) -> float | None:
    quote, mean = state.market.quote, state.market.basis.spread
    if quote.bid is None or quote.ask is None or not mean:
        return None
    return 1 - (quote.ask - quote.bid) * MICRO / mean


def _imbalance(state: State) -> float | None:
    flow = state.market.flow
    return state.side.sign * flow.imbalance / flow.gross if flow.imbalance is not None and flow.gross else None


def _volatility(state: State) -> float | None:
    lately, day = state.market.flow.sigma, state.market.basis.sigma
    return lately / day - 1 if lately is not None and day else None


def _result(state: State) -> float | None:
    mean = state.market.basis.spread
    if state.arrival2 is None or not mean or not state.filled:
        return None
    cost = (state.notional / state.filled - state.arrival2 / 2) * state.side.sign
    return cost * MICRO / mean


SIGNS: dict[str, Callable[[State], float | None]] = {
    "volume": _volume,
    "spread": _spread,
    "imbalance": _imbalance,
    "volatility": _volatility,
    "result": _result,
}
"""Each signal, + = trade ahead, before it is cut to [-1, 1]; None where the market does not give it."""
