"""What Almgren and Chriss ask for, from what the tape says: half-spread, permanent and temporary impact, volatility."""

from __future__ import annotations

import numpy as np

from metaorder.calibration.decay import DecayFit
from metaorder.calibration.estimate import Estimate, Subject

MIN_T = 2.0


def inputs(decay: Estimate, fit: DecayFit | None, half_spread: Estimate, volatility: Estimate, price: float) -> list[Estimate]:
    """epsilon, gamma, eta and sigma in the units of the model, time in seconds.

        gamma: the permanent part of the impact;   eta = lambda/beta: what a steady rate of one unit a second pays for what fades

    The second is own derivation: in dI = -beta I dt + lambda dQ a steady rate v is met by I = lambda v/beta. Both read the
    response to anonymous flow as that to one's own; nothing in an anonymous tape can say whether it is. decay, fit: of the model
    with a permanent part. volatility: fraction per square root of the session, which is written as it is; price: to make it
    money.
    """
    method = "profile likelihood, HAC errors; anonymous flow"
    gamma = Subject(name="gamma", unit="price per unit", model="almgren_chriss", method=method)
    eta = Subject(name="eta", unit="price per (unit/s)", model="almgren_chriss", method=method + ", delta method")
    return [
        _renamed(half_spread, Subject(name="epsilon", unit="price", model="almgren_chriss", method=half_spread.method), 1.0),
        _gamma(gamma, decay, fit),
        _eta(eta, decay, fit),
        _renamed(
            volatility,
            Subject(name="sigma", unit="price per sqrt(session)", model="almgren_chriss", method=volatility.method),
            price,
        ),
    ]


def _renamed(found: Estimate, subject: Subject, factor: float) -> Estimate:
    if found.value is None:
        return subject.because(found)
    error = None if found.standard_error is None else found.standard_error * factor
    return subject.found(found.value * factor, error, n=found.n, r2=found.r2)


def _gamma(subject: Subject, decay: Estimate, fit: DecayFit | None) -> Estimate:
    if fit is None or fit.permanent is None or decay.value is None:
        return subject.because(decay)
    error = float(np.sqrt(fit.covariance[1, 1]))
    if not fit.permanent > MIN_T * error:
        detail = f"the permanent part is {fit.permanent:.3g} with a standard error of {error:.2g}"
        return subject.refused("not_significant", detail, n=fit.n, r2=fit.r2)
    return subject.found(fit.permanent, error, n=fit.n, r2=fit.r2)


def _eta(subject: Subject, decay: Estimate, fit: DecayFit | None) -> Estimate:
    if fit is None or decay.value is None:
        return subject.because(decay)
    value = fit.transient / fit.beta
    slope = np.zeros(len(fit.covariance))
    slope[0], slope[-1] = 1 / fit.beta, -value  # by transient and by ln beta
    error = float(np.sqrt(slope @ fit.covariance @ slope))
    if not value > MIN_T * error:
        return subject.refused("not_significant", f"eta = {value:.3g} with a standard error of {error:.2g}", n=fit.n, r2=fit.r2)
    return subject.found(value, error, n=fit.n, r2=fit.r2)
