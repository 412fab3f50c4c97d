"""Myopic: hold the impact of one's own trades where a forecast says it pays, and still do the quantity by the end."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from metaorder.algos.aversion import NONE, Wanted, by_weights, wanted, within_limit
from metaorder.algos.chain import instead, noted
from metaorder.algos.latest import can_be_done, may_be_left
from metaorder.algos.parameter import parameter, positive, seconds
from metaorder.algos.scales import text
from metaorder.algos.schedule import LOOK_EVERY, part
from metaorder.algos.traditional import Traditional
from metaorder.domain.errors import Invalid
from metaorder.domain.state import FLOW_S, RECENT_S, Intent, Reason, SplitTerms, State
from metaorder.domain.units import MICRO, SECOND, Lots, Nanos
from metaorder.models.impact_control import Control, control, steady
from metaorder.models.impact_risk import MOST, averse

BPS = 10_000
FINE = 10**9
MODELS = ("none", "momentum", "imbalance", "curve")
AHEAD_S = 5
"""Lots of so many seconds of the rate are wanted at once."""

LONGEST_HALF_LIFE_S = 600
"""Own fills are remembered for 72 minutes: by then an impact of this half-life has faded to 1/147."""

BLOCK_PART = 20
"""The blocks at both ends are spread over 1/BLOCK_PART of the window each, and over more where the cap asks for it."""

BLOCK_LEAST_S = 30
"""And over so much at least, or a third of a window that is shorter than three of them: no block is one child."""

UNEXPECTED = "no volume is expected: the blocks are spread over time alone"
SPENT = "no volume is left on the curve: the blocks are spread over time alone"
PRUDENT = Fraction(4, 5)
"""The last block is begun as if the cap were this much of itself: a market may trade a little less than usual."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Impact as it is reckoned with now. beta: [1/second]. strength: [ticks per lot^c]; None = unknown. source: of it."""

    beta: float
    strength: float | None
    source: str
    regime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Myopic:
    """Own trades push the price by I = lambda sgn(J) |J|^c, where J is the sum of own fills, each fading with a half-life.

    With a forecast alpha of the unperturbed price the best impact to hold is I* = (alpha - alpha'/beta) / (1 + c), and the
    quantity is kept by a constant that is added to alpha. So there is a block at the start, a rate in between and a block at the
    end; without a forecast they are those of Obizhaeva and Wang. The blocks are spread under the participation cap: what the
    expected volume has no room for at the end is begun earlier, at four fifths of the cap. All is solved anew at each look from
    the own fills, so that what the market did not give is spread over what is left of the window.

    Forecasts: `none`; `momentum`, `alpha` times the move of the unperturbed mid (the mid less own impact) over the last minute;
    `imbalance`, `alpha` bps at an order-flow imbalance that is all one way; `curve`, `alpha_curve` bps still to come at equal
    parts of the window, + = up. Momentum and imbalance fade with `alpha_half_life_s`.

    `regime_above` lists ratios of the last five minutes' volatility to the day's, rising; at or above the k-th lambda and beta
    are those times the k-th of `regime_strength` and `regime_decay`. `adaptive_beta` lets impact fade in volume time: beta times
    the last five minutes' volume over what is usual.

    Risk: `risk_limit_bps` bounds the standard deviation of what the price's moves cost the whole order, `drawdown_limit_bps` what
    they have cost at the worst moment, with 95 %; what has been run of it counts at each look, and the forecast has what is left.
    Weights of cost, risk and completion choose a path between cheapest and soonest, each measured by that of the cheapest path.
    Both trade sooner, never more; `concavity` is 1 then.

    lambda is `impact_ticks` for a lot if stated, else the day's volatility for a day's volume. With neither a forecast cannot be
    weighed against own impact: the order is worked as `traditional`, and that as `twap` where it lacks the market's volume;
    `chain` in the reason holds each step. Without a forecast lambda has no say, and nothing is missing.

    With `split_s` the router splits what is wanted between market and queues; without a forecast a lot is late, and crosses, once
    the plan had it done `split_s` ago.
    """

    source: ClassVar[str] = (
        "Webster, Handbook of Price Impact Modeling (2023), chapter 3; Hey et al., arXiv:2306.00599; risk: Almgren and Chriss"
    )
    reads: ClassVar[tuple[str, ...]] = (
        "own fills",
        "volatility, usual volume and volume expected until the end when the plan was drawn, or the profile's",
        "the mid less own impact, order-flow imbalance, recent volatility and volume, as the forecast and the regimes ask",
    )
    without: ClassVar[tuple[str, ...]] = (
        "a forecast without an impact to weigh it against: worked as traditional, which may be worked as twap",
        "no statistic of the forecast: without it, the blocks and rate of Obizhaeva and Wang",
        "no recent volatility for the regimes: the base one; no recent volume: impact fades by the clock",
        "no volatility or arrival mid for a limit on risk: without it",
        "no expected volume: the blocks spread over time alone, and the cap may leave what it holds back undone",
    )

    half_life_s: Decimal = parameter(Decimal(300), "Time in which half of own impact fades, at most 600", "seconds")
    concavity: Decimal = parameter(Decimal(1), "Power c of the faded flow in impact, from 0.2 to 1", "power")
    impact_ticks: Decimal | None = parameter(
        None, "Impact lambda of a lot; null = the day's volatility for a day's volume", "ticks per lot^c"
    )
    strength: Decimal = parameter(Decimal(1), "Impact of a day's volume at once, where impact_ticks is null", "daily sigmas")
    alpha_model: str = parameter("none", "Forecast: none, momentum, imbalance or curve", "name", among=MODELS)
    alpha: Decimal = parameter(Decimal(1), "Momentum: share of the last minute's move to come; imbalance: bps at most", "factor")
    alpha_half_life_s: Decimal = parameter(Decimal(60), "Time in which half of the forecast has come", "seconds")
    alpha_curve: tuple[Decimal, ...] | None = parameter(
        None, "Move still to come at the start of equal parts of the window, + = up", "bps"
    )
    regime_above: tuple[Decimal, ...] = parameter((), "Volatility of the last five minutes over the day's, rising", "ratio")
    regime_strength: tuple[Decimal, ...] = parameter((), "What lambda is multiplied by from there on", "factor")
    regime_decay: tuple[Decimal, ...] = parameter((), "What beta is multiplied by from there on", "factor")
    adaptive_beta: bool = parameter(False, "Whether impact fades in volume time", "yes or no")
    risk_limit_bps: Decimal | None = parameter(
        None, "Standard deviation of what the price's moves cost the order, at most; null = no limit", "bps of the arrival mid"
    )
    drawdown_limit_bps: Decimal | None = parameter(
        None,
        "What the price's moves have cost at the worst moment, with 95 %, at most; null = no limit",
        "bps of the arrival mid",
    )
    weight_cost: Decimal = parameter(Decimal(1), "Weight of what own impact costs", "of that of the cheapest path")
    weight_risk: Decimal = parameter(Decimal(0), "Weight of the standard deviation of the cost", "of that of the cheapest path")
    weight_completion: Decimal = parameter(Decimal(0), "Weight of how late lots are", "of that of the cheapest path")
    split_s: int | None = parameter(
        None, "The router splits what is wanted for so long between market and queues; null = placement places it", "seconds"
    )

    def __post_init__(self) -> None:
        for name in ("half_life_s", "impact_ticks", "strength", "alpha_half_life_s"):
            positive(name, getattr(self, name))
        if self.half_life_s > LONGEST_HALF_LIFE_S:
            raise Invalid("half_life_s", f"at most {LONGEST_HALF_LIFE_S}: older fills are forgotten", str(self.half_life_s))
        seconds("split_s", self.split_s)
        if not Decimal("0.2") <= self.concavity <= 1:
            raise Invalid("concavity", "from 0.2 to 1", str(self.concavity))
        if self.alpha_model not in MODELS:
            raise Invalid("alpha_model", f"one of {', '.join(MODELS)}", self.alpha_model)
        if abs(self.alpha) > BPS:
            raise Invalid("alpha", f"from -{BPS} to {BPS}", str(self.alpha))
        if self.alpha_model == "curve" and not self.alpha_curve:
            raise Invalid("alpha_curve", "given where alpha_model is curve", None)
        if self.alpha_curve is not None and (len(self.alpha_curve) > BPS or any(abs(each) > BPS for each in self.alpha_curve)):
            raise Invalid("alpha_curve", f"at most {BPS} numbers from -{BPS} to {BPS}", len(self.alpha_curve))
        self._check_regimes()
        self._wanted()

    def on_event(self, state: State) -> Intent:
        """Trade towards the impact that it pays to hold; evenly in the last stretch."""
        market, plan = state.market, state.plan
        scale = self._scale(state)
        if self._lost(scale):
            plain = self._plainer().on_event(state)
            return instead(plain, algo="myopic", missing="volatility and usual volume", other="traditional")
        left_s = max(1, plan.window - plan.elapsed) / SECOND
        flow = state.fills.faded(scale.beta, market.now)
        alpha, fade, missing = self._forecast(state, scale, left_s, flow)
        asked, left = self._wanted(), state.lots - state.filled
        terms = {"beta": scale.beta, "strength": 1.0 if scale.strength is None else scale.strength, "alpha": alpha, "fade": fade}
        weighed = by_weights(asked, state, self._beta())
        shuns = within_limit(asked, state, market.now, left, left_s, flow, weighed, **terms)
        if shuns.level:
            found = averse(left, left_s, flow, aversion=min(MOST, shuns.level), **terms).control()
        else:
            found = control(left, left_s, flow, exponent=float(self.concavity), **terms)
        planned = self._schedule(state, weighed, asked)
        wanted, due = self._lots(state, found, left_s, planned)
        back = Nanos(max(market.now - state.pace_horizon, plan.origin))
        soon = Nanos(min(market.now + (AHEAD_S if self.split_s is None else self.split_s) * SECOND, state.end))
        pace = planned(soon) - planned(back)
        return Intent(
            target=wanted,
            due=due,
            pace=Lots(max(0, pace)),
            wake=Nanos(min(market.now + LOOK_EVERY, state.end)),
            reason=noted({**_reason(found, scale, flow, alpha), **shuns.reason}, missing, shuns.missing, *self._unknown(state)),
            split=None if self.split_s is None else SplitTerms(until=Nanos(min(market.now + self.split_s * SECOND, state.end))),
        )

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` without a forecast, as if each look found what the one before it left; those of the fallback."""
        if self._lost(self._scale(state)):
            return self._plainer().planned(state, time)
        asked = self._wanted()
        return self._schedule(state, by_weights(asked, state, self._beta()), asked)(time)

    def _schedule(self, state: State, weighed: float, asked: Wanted) -> Callable[[Nanos], Lots]:
        """Lots done by a time without a forecast, from where the plan began."""
        plan, beta = state.plan, self._beta()
        window, lots, flow = plan.window / SECOND, plan.lots, state.fills.faded(beta, plan.origin)
        stretch = _stretch(window)
        if lots <= 0:
            return lambda time: state.lots if plan.worked(time) >= plan.window else plan.done
        shuns = within_limit(asked, state, plan.origin, lots, window, flow, weighed, beta=beta) if asked.any else NONE
        held, last = steady(lots, window, flow, beta=beta, exponent=float(self.concavity))
        first, path = max(0.0, held - flow), None
        if shuns.level:
            path = averse(lots, window, flow, beta=beta, aversion=min(MOST, shuns.level))
            first, last = max(0.0, path.control().block), path.control().last

        def done(time: Nanos) -> Lots:
            at = plan.worked(time) / SECOND
            if at >= window:
                return state.lots
            share = first * min(1.0, at / stretch) + last * max(0.0, 1 - (window - at) / stretch)
            middle = lots - first - last
            between = middle * at / window if path is None else middle * path.passed(at)
            free = part(plan, min(FINE, max(0, math.floor((share + between) / lots * FINE))), FINE)
            room = can_be_done(state, time, state.cap)
            return max(free if room is None else min(free, room), _least(state, time))

        return done

    def _wanted(self) -> Wanted:
        weights = {name: getattr(self, name) for name in ("weight_cost", "weight_risk", "weight_completion")}
        return wanted(self.risk_limit_bps, self.drawdown_limit_bps, weights, self.concavity)

    def _beta(self) -> float:
        return math.log(2) / float(self.half_life_s)

    def _lost(self, scale: Scale) -> bool:
        """Whether there is a forecast and no impact to weigh it against."""
        return self.alpha_model != "none" and scale.strength is None

    def _plainer(self) -> Traditional:
        return Traditional() if self.split_s is None else Traditional(order_freq_s=self.split_s)

    def _lots(self, state: State, found: Control, left_s: float, planned: Callable[[Nanos], Lots]) -> tuple[Lots, Lots]:
        """What should be out or done now, and what should be done, rounded up: never less than nothing more.

        A parcel that is split is given its time: without a forecast, what should be done is what the plan had done `split_s` ago.
        """
        left, paced = state.lots - state.filled, None
        if self.split_s is not None and self.alpha_model == "none":
            paced = planned(Nanos(max(state.plan.origin, state.market.now - self.split_s * SECOND)))
        stretch = _stretch(state.plan.window / SECOND)
        ahead = AHEAD_S if self.split_s is None else self.split_s
        if left_s <= stretch:  # the last block, evenly: what was left when it began, of which some is done
            begun = state.market.now - (stretch - left_s) * SECOND
            done = state.fills.after(begun)
            wanted = (left + done) * min(1.0, (stretch - left_s + ahead) / stretch) - done
            due = Lots(min(state.lots, max(state.filled, planned(state.market.now) if paced is None else paced)))
        else:  # a block below 0 is what fills are ahead: it counts against the rate, or each look would trade it again
            wanted = found.block + max(0.0, found.rate) * min(ahead, left_s)
            late = found.block if paced is None else paced - state.filled
            due = Lots(state.filled + min(left, math.floor(max(0.0, late))))
        now, back_s = state.market.now, self.split_s or 0
        soon = _least(state, Nanos(min(state.end, now + ahead * SECOND)))
        due = max(due, _least(state, Nanos(max(state.plan.origin, now - back_s * SECOND))))
        target = max(Lots(state.filled + min(left, math.ceil(max(0.0, wanted)))), soon)
        return target, Lots(min(due, target))

    def _scale(self, state: State) -> Scale:
        basis, flow = state.plan.basis, state.market.flow
        beta, strength, source = self._beta(), None, "none"
        if self.impact_ticks is not None:
            strength, source = float(self.impact_ticks), "stated"
        elif basis.sigma and basis.adv:
            edges = state.market.curve.edges
            daily = basis.sigma / MICRO * math.sqrt((edges[-1] - edges[0]) / SECOND)
            strength, source = float(self.strength) * daily / basis.adv ** float(self.concavity), "volatility and usual volume"
        regime = "base"
        if self.regime_above and flow.sigma is not None and state.market.basis.sigma:
            ratio = flow.sigma / state.market.basis.sigma
            for place, above in enumerate(self.regime_above):
                if ratio >= above:
                    regime = f"volatility {ratio:.2f} of the day's"
                    times, faster = float(self.regime_strength[place]), float(self.regime_decay[place])
            if regime != "base":
                strength, beta = None if strength is None else strength * times, beta * faster
        if self.adaptive_beta:
            beta *= _activity(state) or 1.0
        return Scale(beta, strength, source, regime)

    def _unknown(self, state: State) -> list[str]:
        """What blocks, regimes and the fading of impact go without."""
        calm = not self.regime_above or (state.market.flow.sigma is not None and state.market.basis.sigma)
        paced = not self.adaptive_beta or _activity(state) is not None
        blind = may_be_left(state, state.plan.origin, state.cap) is None
        said = [] if not blind else [SPENT if state.plan.basis.ahead else UNEXPECTED]
        said = said if calm else [*said, "no recent volatility is known: the base regime"]
        return said if paced else [*said, "no recent volume is known: impact fades by the clock"]

    def _forecast(self, state: State, scale: Scale, left_s: float, held: float) -> tuple[float, float, str | None]:
        """The move of the price to come in the order's direction [ticks], how fast it fades [1/second], and what is missing."""
        mid2, fade = state.market.quote.mid2, math.log(2) / float(self.alpha_half_life_s)
        if self.alpha_model == "none":
            return 0.0, fade, None
        if mid2 is None:
            return 0.0, fade, "no mid is known: the forecast is left out"
        sign, flow = state.side.sign, state.market.flow
        if self.alpha_model == "curve":
            return self._curve(state, mid2, left_s)
        if self.alpha_model == "imbalance":
            if flow.imbalance is None or not flow.gross:
                return 0.0, fade, "no order-flow imbalance is known: the forecast is left out"
            return sign * float(self.alpha) / BPS * mid2 / 2 * flow.imbalance / flow.gross, fade, None
        if flow.mid2 is None:
            return 0.0, fade, "no mid of a minute ago is known: the forecast is left out"
        ago = Nanos(state.market.now - FLOW_S * SECOND)
        own = self._impact(scale, held) - self._impact(scale, state.fills.faded(scale.beta, ago))
        return float(self.alpha) * (sign * (mid2 - flow.mid2) / 2 - own), fade, None

    def _impact(self, scale: Scale, flow: float) -> float:
        """Own impact of a faded flow, in the order's direction [ticks]."""
        assert scale.strength is not None
        return scale.strength * math.pow(flow, float(self.concavity))

    def _curve(self, state: State, mid2: int, left_s: float) -> tuple[float, float, str | None]:
        """The stated forecast now and where it is a part later, as one that fades towards what is left of it at the end."""
        assert self.alpha_curve is not None
        values = [float(each) for each in self.alpha_curve]
        at = (state.market.now - state.start) * len(values) / (state.end - state.start)
        place = min(int(at), len(values) - 1)
        ticks = state.side.sign * mid2 / 2 / BPS
        now, end = values[place], values[-1]
        after = values[min(place + 1, len(values) - 1)]
        length = (state.end - state.start) / SECOND / len(values)
        over, then = now - end, after - end
        fade = min(max(0.0, math.log(over / then) / length), 1.0) if over * then > 0 else 1 / min(length, left_s) if over else 0.0
        return over * ticks, fade, None

    def _check_regimes(self) -> None:
        above = self.regime_above
        if any(a >= b for a, b in itertools.pairwise(above)):
            raise Invalid("regime_above", "rising", [str(each) for each in above])
        for name in ("regime_strength", "regime_decay"):
            values = getattr(self, name)
            if len(values) != len(above):
                raise Invalid(name, f"as many numbers as regime_above, {len(above)}", len(values))
            for each in values:
                if not Decimal("0.01") <= each <= 100:
                    raise Invalid(name, "numbers from 0.01 to 100", str(each))


def _activity(state: State) -> float | None:
    """The last five minutes' volume over what is expected of them, from a quarter to four; None where it is unknown."""
    flow, curve, now = state.market.flow, state.market.curve, state.market.now
    if flow.volume is None or not flow.today or flow.open is None:
        return None
    so_far = curve.between(flow.open, now)
    lately = curve.between(Nanos(max(flow.open, now - RECENT_S * SECOND)), now)
    if not so_far or not lately:
        return None
    return min(4.0, max(0.25, flow.volume * so_far / (flow.today * lately)))


def _reason(found: Control, scale: Scale, flow: float, alpha: float) -> Reason:
    return {
        "alpha": text(alpha),
        "impact": None if scale.strength is None else text(found.impact),
        "wanted_impact": None if scale.strength is None else text(found.wanted),
        "flow": text(flow),
        "block": text(found.block),
        "rate": text(found.rate),
        "last_block": text(found.last),
        "lambda": text(scale.strength),
        "lambda_from": scale.source,
        "beta": text(scale.beta),
        "regime": scale.regime,
    }


def _least(state: State, time: Nanos) -> Lots:
    """Lots done by a time at least, or the cap would leave too little room for the rest; 0 where no volume is expected."""
    left = may_be_left(state, time, state.cap * PRUDENT)
    return Lots(0 if left is None else state.lots - left)


def _stretch(window_s: float) -> float:
    """How long the block at an end of a window is traded [seconds]."""
    return max(window_s / BLOCK_PART, min(BLOCK_LEAST_S, window_s / 3))
