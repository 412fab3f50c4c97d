"""A whole calibration: every estimate that its kind asks for, in order, with progress told on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from metaorder.calibration import almgren_chriss, net_pnl, regimes, square_root
from metaorder.calibration.covariance import BAR_S, Matrix, covariance
from metaorder.calibration.decay import DecayFit, beta, fit_decay
from metaorder.calibration.estimate import Estimate, Reason, Subject, preferred
from metaorder.calibration.flow import Flow, cells
from metaorder.calibration.horizons import PREFERRED, AtHorizon, by_horizon, name_of, slope
from metaorder.calibration.kernel import Kernel, kernel, response_beta
from metaorder.calibration.spread import half_spreads
from metaorder.calibration.volatility import volatilities
from metaorder.calibration.volume import binned, volume_curve
from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats

ORDERS = "square-root"
"""The kind that is estimated from metaorders, and not from a tape."""

COVARIANCE = "covariance"
"""The kind that is estimated from days of several symbols."""

KINDS = ("impact", "volatility", "volume", "all", ORDERS, COVARIANCE)
GRID_S = 1.0
"""Intervals in which decay and kernel are looked for."""

KYLE_S = 300.0
REGIME_S = 10.0

Progress = Callable[[str, float], None]
"""Told what is next, and which share is done."""


@dataclass
class Calibration:
    """What came of it. estimates: every one, in order, refused ones too. chosen: name of the estimate to use for a parameter, and
    whether it was preferred or is a fallback; absent where there is none. The rest is for pictures; None where it was not asked
    for.
    """

    kind: str
    estimates: list[Estimate] = field(default_factory=list)
    chosen: dict[str, tuple[str, str]] = field(default_factory=dict)
    horizons: list[AtHorizon] = field(default_factory=list)
    regimes: list[regimes.Regime] = field(default_factory=list)
    pnl: list[net_pnl.NetPnl] = field(default_factory=list)
    best_pnl: net_pnl.NetPnl | Reason | None = None
    kernel: Kernel | None = None
    decay: DecayFit | None = None
    matrix: Matrix | None = None


def calibrate(
    kind: str,
    flows: Sequence[Flow],
    volumes: Floats | None,
    progress: Progress,
    *,
    metaorders: tuple[Floats, Floats] | None = None,
    symbols: Sequence[str] = (),
    bar_s: float = BAR_S,
) -> Calibration:
    """Every estimate of a kind: impact, volatility, volume, all, square-root or covariance.

    flows: days of one symbol in order; none is enough for `volume` where volumes are given. volumes: of whole days, shape
    (days, bins); None to count the flows' own. progress: is told what is next. metaorders: of square-root alone, sizes Q/V and
    impacts I/sigma, shape (orders,) each. symbols: of covariance alone, one for each day of flows; bar_s: length of its bars [s].
    Raises Invalid: no such kind, or nothing to estimate from.
    """
    if kind not in KINDS:
        raise Invalid("kind", f"one of {', '.join(KINDS)}", kind)
    if kind == ORDERS:
        return _of_orders(metaorders, progress)
    if kind == COVARIANCE:
        return _of_symbols(flows, symbols, bar_s, progress)
    if not flows and (kind != "volume" or volumes is None):
        raise Invalid("sources", "at least one day of trades and quotes", 0)
    made = Calibration(kind)
    if kind in {"volatility", "all"}:
        progress("volatility", 0.02)
        made.estimates += volatilities(flows)
        _choose(
            made, "volatility", ["volatility_close_to_close_300s", "volatility_rogers_satchell", "volatility_close_to_close_60s"]
        )
    if kind != "volume":
        progress("spread", 0.06)
        made.estimates += half_spreads(flows)
    if kind in {"impact", "all"}:
        _impact(made, flows, progress)
    if kind in {"volume", "all"}:
        progress("volume curve", 0.97)
        made.estimates += volume_curve(binned(flows) if volumes is None else volumes)
    progress("done", 1.0)
    return made


def _of_orders(metaorders: tuple[Floats, Floats] | None, progress: Progress) -> Calibration:
    if metaorders is None:
        raise Invalid("sources", "a table of metaorders", None)
    made = Calibration(ORDERS)
    progress("square root", 0.1)
    made.estimates += square_root.square_root(*metaorders)
    _choose(made, "square_root_Y", ["square_root_Y"])
    progress("done", 1.0)
    return made


def _of_symbols(flows: Sequence[Flow], symbols: Sequence[str], bar_s: float, progress: Progress) -> Calibration:
    made = Calibration(COVARIANCE)
    progress("correlation", 0.1)
    made.estimates, made.matrix = covariance(list(zip(symbols, flows, strict=True)), bar_s=bar_s)
    progress("done", 1.0)
    return made


def _impact(made: Calibration, flows: Sequence[Flow], progress: Progress) -> None:
    grid = cells(flows, GRID_S)
    progress("decay", 0.10)
    fit = fit_decay(flows, grid, permanent=False)
    decay = beta(fit, grid)
    progress("decay beside a permanent part", 0.25)
    fit_both = fit_decay(flows, grid, permanent=True)
    decay_both = beta(fit_both, grid, name="beta_with_permanent")
    progress("lambda by horizon", 0.42)
    made.horizons = by_horizon(flows, decay, fit)
    made.decay = fit
    progress("kernel", 0.60)
    found = kernel(grid)
    made.estimates += [decay, decay_both]
    if isinstance(found, Kernel):
        made.kernel = found
        made.estimates += [response_beta(found), _lasting(found)]
    else:
        made.estimates.append(found)
    progress("regimes", 0.72)
    by_ten = cells(flows, REGIME_S)
    made.regimes = regimes.by_volatility(flows, by_ten)
    made.estimates += [each.lambda_ for each in made.regimes]
    made.estimates.append(regimes.volume_exponent(flows, by_ten))
    made.estimates += [each for row in made.horizons for each in (row.plain, row.corrected)]
    made.estimates.append(slope(cells(flows, KYLE_S), "kyle_lambda"))
    progress("net P&L", 0.82)
    made.pnl = net_pnl.by_horizon(flows, decay)
    made.best_pnl = net_pnl.best(made.pnl)
    made.estimates += [each for row in made.pnl for each in (row.net, row.after_spread)]
    progress("inputs of schedules", 0.94)
    _choose(made, "lambda", [*(f"{name_of(h)}_corrected" for h in PREFERRED), *(name_of(h) for h in PREFERRED)])
    _choose(made, "beta", ["beta", "beta_with_permanent", "beta_response"])
    sigma = volatilities(flows)[1]
    price = float(np.mean([flow.mid.mean() for flow in flows if flow.mid.size] or [np.nan]))
    quoted = next(each for each in made.estimates if each.name == "half_spread_quoted")
    made.estimates += almgren_chriss.inputs(decay_both, fit_both, quoted, sigma, price)
    made.estimates.append(_in_sigma_adv(made, flows, sigma, price))
    made.estimates += square_root.unlabelled()


def _choose(made: Calibration, parameter: str, order: Sequence[str]) -> None:
    """Which of the estimates of a parameter to use."""
    which = set(order) | ({row.plain.name for row in made.horizons} if parameter == "lambda" else set())
    found, how = preferred([each for each in made.estimates if each.name in which], order)
    if found is not None:
        made.chosen[parameter] = (found.name, how)


def _lasting(found: Kernel) -> Estimate:
    """What is left of an impact at the kernel's end."""
    last = float(found.after[-1])
    subject = Subject(
        name=f"kernel_{last:g}s", unit="price per unit", model="propagator", method="distributed lags by OLS, HAC errors"
    )
    value, error = float(found.value[-1]), float(found.errors[-1])
    if abs(value) < 2 * error:
        return subject.refused("not_significant", f"{value:.3g} with a standard error of {error:.2g}", n=found.n, r2=found.r2)
    return subject.found(value, error, n=found.n, r2=found.r2)


def _in_sigma_adv(made: Calibration, flows: Sequence[Flow], sigma: Estimate, price: float) -> Estimate:
    """Lambda in units of volatility times price over a day's volume, as the models of impact state take it with sigma and ADV."""
    subject = Subject(
        name="lambda_sigma_adv", unit="1", model="obizhaeva_wang", method="the chosen lambda over sigma price/volume"
    )
    if "lambda" not in made.chosen:
        return subject.refused("not_significant", "lambda was refused at every horizon")
    used = next(each for each in made.estimates if each.name == made.chosen["lambda"][0])
    if sigma.value is None:
        return subject.because(sigma)
    volume = float(np.mean([flow.volume.sum() for flow in flows]))
    scale = volume / (sigma.value * price)
    assert used.value is not None, "what was chosen has a value"
    assert used.standard_error is not None, "and an error"
    relative = np.hypot(used.standard_error / used.value, (sigma.standard_error or 0.0) / sigma.value)
    note = f"a day's volume is the mean of {len(flows)} day(s), {volume:,.6g}: no error of its own is counted"
    return subject.found(used.value * scale, used.value * scale * float(relative), n=used.n, note=note)
