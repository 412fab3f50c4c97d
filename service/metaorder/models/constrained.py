"""The best schedule within limits: caps, floors, blackouts, smallest sizes, a volume curve to follow, a forecast by period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid
from metaorder.models import ac_drift
from metaorder.models.ac_discrete import Programme
from metaorder.models.inputs import Floats, Numbers, every, finite, flags, most, not_negative, vector

Flags = npt.NDArray[np.bool_]
TOLERANCES = (1e-10, 1e-9, 1e-8)
"""Of the solver, in shares of the order and of the objective: what it is asked for, one after the other where it gives up. The
last is still a solution."""
ALIKE = 1e-12
"""How much periods may differ, of the largest, and still be of one kind."""
AT_BOUND = 1e-6
"""How near to a cap, as a share of the order, a trade counts as held back by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What an order and each of its n periods cost; shapes are (n,) where a period is meant.

    shares: X; negative to buy back [shares]. lengths: of the periods, > 0 [days]. sigma: volatility, >= 0
    [$/share/sqrt(day)]. eta: temporary impact, > 0 [($/share)/(share/day)]. eps: half spread and fees, >= 0 [$/share].
    gamma: permanent impact, >= 0 [$/share^2]. drift: expected change of the unperturbed price; None for none [$/share/day].
    risk_aversion: lambda >= 0 [1/$].
    Raises Invalid: a number or a shape breaks its rule, or eta - gamma tau / 2 <= 0 in some period.
    """

    shares: float
    lengths: Numbers
    sigma: Numbers
    eta: Numbers
    eps: float = 0.0
    gamma: float = 0.0
    drift: Numbers | None = None
    risk_aversion: float = 0.0

    def __post_init__(self) -> None:
        finite("shares", self.shares)
        tau = vector("lengths", self.lengths, least=1)
        every("lengths", tau > 0, "above 0", tau)
        sigma, eta = (vector(name, getattr(self, name), length=tau.size) for name in ("sigma", "eta"))
        every("sigma", sigma >= 0, "0 or more", sigma)
        not_negative("eps", self.eps)
        every("eta", eta > not_negative("gamma", self.gamma) * tau / 2, "above gamma tau / 2", eta)
        if self.drift is not None:
            vector("drift", self.drift, length=tau.size)
        not_negative("risk_aversion", self.risk_aversion)

    @property
    def impact(self) -> Floats:
        """What n^2 of each period costs, eta / tau - gamma / 2 [$/share^2]."""
        each: Floats = np.asarray(self.eta, dtype=np.float64) / np.asarray(self.lengths) - self.gamma / 2
        return each

    @property
    def holding(self) -> Floats:
        """The variance that a share held through each period adds, sigma^2 tau [$^2/share^2]."""
        each: Floats = np.square(np.asarray(self.sigma, dtype=np.float64)) * np.asarray(self.lengths)
        return each

    @property
    def gain(self) -> Floats:
        """What a share held through each period is expected to gain, drift tau [$/share]."""
        none = np.zeros(len(self.lengths))
        return none if self.drift is None else np.asarray(self.drift, dtype=np.float64) * np.asarray(self.lengths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a schedule may do in each period. Sizes are of either side, >= 0; shapes are (n,) where a period is meant.

    caps: most shares, infinite for none; from a participation p and the volume V of others they are p / (1 - p) V.
    floors: least shares. blackout: periods without a trade. minimum: a period has no trade or at least this [shares].
    curve: share of the order done by the end of each period, in [0, 1]. tracking: what a share off the curve costs, squared
    [$/share^2]. band: most shares off the curve.
    """

    caps: Numbers | None = None
    floors: Numbers | None = None
    blackout: npt.ArrayLike | None = None
    minimum: float = 0.0
    curve: Numbers | None = None
    tracking: float = 0.0
    band: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule within limits.

    holdings: at the start and after each period, shape (n + 1,). trades: shape (n,) [shares]. cost: E [$]. variance: V [$^2].
    utility: E + lambda V + what being off the curve costs [$]. bound: no schedule within the limits has a lower utility [$].
    cap_prices: what a share more of each cap would save, shape (n,) [$/share]. capped: where a cap holds back.
    """

    holdings: Floats
    trades: Floats
    cost: float
    variance: float
    utility: float
    bound: float
    cap_prices: Floats
    capped: Flags


def solve(costs: Costs, limits: Limits | None = None) -> Plan:
    """The schedule with the least utility that keeps to its limits and never trades back.

        min sum (eta/tau - gamma/2) n_b^2 + lambda sum sigma^2 tau x_b^2 - sum drift tau x_b + w sum (done_b - X c_b)^2
        floors <= n <= caps,  sum n = X,  |done_b - X c_b| <= band

    Where nothing binds and all periods are alike this is `ac_drift`, which is tried first. With a smallest size the problem is
    not convex: the periods that trade are those in which the schedule without it comes past another half of that size, and
    between those it is optimal; `bound` says how far from the best it can be at most.

    Raises Invalid: a number or a shape breaks its rule, or no schedule that keeps to the limits is found.
    Raises ArithmeticError: the solver gave up.
    Source: Almgren and Chriss (2000) for the objective; the programme is quadratic and is solved by Clarabel.
    """
    limits = limits or Limits()
    low, high = _bounds(costs, limits)
    wanted = _curve(costs, limits)
    size = abs(costs.shares)
    if not size:
        return _plan(costs, limits, wanted, np.zeros(len(low)), np.zeros(len(low)), high, None)
    part = _closed_form(costs, limits, low, high)
    if part is not None:
        return _plan(costs, limits, wanted, part, np.zeros(len(low)), high, None)
    return programme(costs, limits)


def programme(costs: Costs, limits: Limits) -> Plan:
    """The same as `solve`, by the solver even where the closed form would do. shares: not 0."""
    low, high = _bounds(costs, limits)
    wanted = _curve(costs, limits)
    part, prices = _minimise(costs, limits, wanted, low, high)
    free = _plan(costs, limits, wanted, part, prices, high, None)
    if not limits.minimum:
        return free
    size = abs(costs.shares)
    chosen = _chosen(part * size, low, high, limits.minimum, size)
    low = np.where(chosen, np.maximum(low, limits.minimum), 0.0)
    part, prices = _minimise(costs, limits, wanted, low, np.where(chosen, high, 0.0))
    return _plan(costs, limits, wanted, part, prices, high, free.bound)


def _closed_form(costs: Costs, limits: Limits, low: Floats, high: Floats) -> Floats | None:
    """The unbound optimum as shares of the order; None where periods differ, a curve is followed, or it breaks a limit."""
    tau, sigma, eta, drift = each = [
        np.asarray(values, dtype=np.float64)
        for values in (costs.lengths, costs.sigma, costs.eta, np.zeros(len(low)) if costs.drift is None else costs.drift)
    ]
    if limits.curve is not None or any(np.ptp(values) > ALIKE * np.abs(values).max() for values in each):
        return None
    order = Programme(
        shares=costs.shares,
        horizon=float(tau.sum()),
        periods=len(low),
        sigma=float(sigma[0]),
        eps=costs.eps,
        gamma=costs.gamma,
        eta=float(eta[0]),
    )
    part = ac_drift.optimal(order, costs.risk_aversion, float(drift[0])).schedule.trades / costs.shares
    least = np.maximum(low, limits.minimum) / abs(costs.shares)
    return part if ((part >= least) & (part <= high / abs(costs.shares))).all() else None


def _bounds(costs: Costs, limits: Limits) -> tuple[Floats, Floats]:
    """The least and the most shares of each period."""
    n, size = len(costs.lengths), abs(costs.shares)
    low = np.zeros(n) if limits.floors is None else vector("floors", limits.floors, length=n)
    every("floors", low >= 0, "0 or more", low)
    high = np.full(n, np.inf) if limits.caps is None else most("caps", limits.caps, length=n)
    if limits.blackout is not None:
        high = np.where(flags("blackout", limits.blackout, length=n), 0.0, high)
    if not_negative("minimum", limits.minimum) > size > 0:
        raise Invalid("minimum", f"at most the order of {size}", limits.minimum)
    high = np.where(high < limits.minimum, 0.0, high)
    every("floors", low <= high, "at most the cap, 0 in a blackout or where the cap is below the minimum", low)
    if high.sum() < size * (1 - 1e-12):
        raise Invalid("caps", f"enough for the order of {size} together", float(high.sum()))
    if low.sum() > size * (1 + 1e-12):
        raise Invalid("floors", f"within the order of {size} together", float(low.sum()))
    return low, high


def _curve(costs: Costs, limits: Limits) -> Floats | None:
    """The share that should be done by the end of each period; None when no curve is followed."""
    weight = not_negative("tracking", limits.tracking)
    if limits.band is not None:
        not_negative("band", limits.band)
    if limits.curve is None:
        if weight or limits.band is not None:
            raise Invalid("curve", "given when it is to be followed", None)
        return None
    wanted = vector("curve", limits.curve, length=len(costs.lengths))
    return every("curve", (wanted >= 0) & (wanted <= 1), "in [0, 1]", wanted)


def _minimise(costs: Costs, limits: Limits, wanted: Floats | None, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The trades as shares of the order, and what a share of the order more of each cap would save [$]."""
    size, sign = abs(costs.shares), np.sign(costs.shares)
    n = len(low)
    impact, risk = costs.impact * size**2, costs.risk_aversion * costs.holding * size**2
    gain, weight = costs.gain * size * sign, limits.tracking * size**2
    scale = min(impact.sum() / n**2 + risk.sum() / 3, impact[0]) + np.abs(gain).sum() / 2 + weight
    trade, left = cp.Variable(n), cp.Variable(n)
    fixed, capped = low == high, np.isfinite(high) & (high < size)
    bounded, ceiling = np.flatnonzero(~fixed), np.flatnonzero(capped & ~fixed)
    objective = cp.sum_squares(cp.multiply(np.sqrt(impact / scale), trade)) - (gain / scale) @ left
    if risk.any():
        objective += cp.sum_squares(cp.multiply(np.sqrt(risk / scale), left))
    rules: list[Any] = [trade[0] + left[0] == 1, trade[1:] + left[1:] == left[:-1], left[n - 1] == 0]
    rules.append(trade[bounded] >= low[bounded] / size)
    if fixed.any():
        rules.append(trade[np.flatnonzero(fixed)] == low[fixed] / size)
    if wanted is not None:
        off = left - (1 - wanted)
        objective += weight / scale * cp.sum_squares(off)
        if limits.band is not None:
            rules += [off <= limits.band / size, off >= -limits.band / size]
    top = trade[ceiling] <= high[ceiling] / size
    task = cp.Problem(cp.Minimize(objective), [*rules, top] if ceiling.size else rules)
    _run(task, limits)
    prices = np.zeros(n)
    if ceiling.size:
        prices[ceiling] = np.maximum(top.dual_value, 0.0) * scale
    return _exact(np.asarray(trade.value, dtype=np.float64), low / size, high / size), prices


def _run(task: Any, limits: Limits) -> None:
    """Let Clarabel solve it, or say why not."""
    for tolerance in TOLERANCES:
        asked = {f"tol_{name}": tolerance for name in ("gap_abs", "gap_rel", "feas")}
        accepted = {f"reduced_{name}": TOLERANCES[-1] for name in asked}
        try:
            task.solve(solver=cp.CLARABEL, **asked, **accepted)
            break
        except cp.SolverError as error:
            if tolerance == TOLERANCES[-1]:
                raise ArithmeticError(f"the schedule was not found: {error}") from error
    if task.status in {cp.INFEASIBLE, cp.INFEASIBLE_INACCURATE}:
        raise Invalid("band", "wide enough for the other limits", limits.band)
    if task.status not in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE}:
        raise ArithmeticError(f"the schedule was not found: {task.status}")


def _exact(part: Floats, low: Floats, high: Floats) -> Floats:
    """What the solver found, moved into its bounds to the last digit and made to sum to 1."""
    part = np.clip(part, low, high)
    for _ in range(3):
        rest = 1 - part.sum()
        room = high - part if rest > 0 else part - low
        room = np.minimum(room, 1.0)
        if not rest or not room.any():
            break
        part = np.clip(part + rest * room / room.sum(), low, high)
    return part


def _chosen(trades: Floats, low: Floats, high: Floats, minimum: float, size: float) -> Flags:
    """The periods that trade under a smallest size: few enough to fill each, enough for the caps."""
    steps = np.floor(np.cumsum(trades) / minimum + 0.5)
    chosen = (np.diff(steps, prepend=0.0) > 0) & (high > 0) | (low > 0)
    most = int(size / minimum * (1 + 1e-12))
    order = np.argsort(-trades, kind="stable")
    if chosen.sum() > most:  # the smallest go first
        kept = [place for place in order if chosen[place]][:most]
        chosen = np.isin(np.arange(len(trades)), kept) | (low > 0)
    for place in order:
        if high[chosen].sum() >= size:
            break
        chosen[place] |= high[place] > 0
    if np.maximum(low, minimum)[chosen].sum() > size * (1 + 1e-12):
        raise Invalid("minimum", "small enough for the caps and floors: so many periods are needed", minimum)
    return chosen


def _plan(
    costs: Costs, limits: Limits, wanted: Floats | None, part: Floats, prices: Floats, high: Floats, bound: float | None
) -> Plan:
    size, sign = abs(costs.shares), float(np.sign(costs.shares))
    trades = part * size
    done = np.cumsum(trades)
    left = np.append(size - done[:-1], 0.0)
    cost = costs.gamma * size**2 / 2 + costs.eps * size + costs.impact @ trades**2 - sign * (costs.gain @ left)
    variance = float(costs.holding @ left**2)
    off = 0.0 if wanted is None else float(np.square(size * wanted - (size - left)).sum())
    utility = float(cost) + costs.risk_aversion * variance + limits.tracking * off
    return Plan(
        holdings=sign * np.concatenate([[size], left]),
        trades=sign * trades,
        cost=float(cost),
        variance=variance,
        utility=utility,
        bound=utility if bound is None else bound,
        cap_prices=prices / size if size else prices,
        capped=(high < size) & (high > 0) & (trades >= high - AT_BOUND * size) if size else np.zeros(len(high), dtype=np.bool_),
    )
