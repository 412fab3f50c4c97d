"""The vectors of Hawkes processes, of one kind of event and of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from metaorder.domain.errors import NotIdentified
from metaorder.models.hawkes import Hawkes
from metaorder.models.hawkes_fit import HawkesFit, fit
from metaorder.models.hawkes_multivariate import Multivariate


def hawkes_exp(inputs: dict[str, Any]) -> dict[str, Any]:
    model, events, horizon = Hawkes(inputs["mu"], inputs["alpha"], inputs["beta"]), inputs["events"], inputs["T"]
    try:
        found: HawkesFit | None = fit(events, horizon)
    except NotIdentified:
        found = None
    return {
        "branching_ratio": model.branching,
        "stationary_mean": model.mean,
        "loglik": model.loglik(events, horizon),
        "intensity_at_events": model.intensity(events).tolist(),
        "compensator_total": model.compensated(events, horizon),
        "compensator_increments": model.compensator(events).tolist(),
        "expected_count_from_empty": model.expected_count(horizon),
        "asymptotic_count_variance_rate": model.variance_rate,
        "mle": {"mu": found.model.mu, "alpha": found.model.alpha, "beta": found.model.beta} if found else None,
        "mle_degenerate": found is None or found.standard_errors is None,
        "mle_loglik": found.loglik if found else None,
    }


def hawkes_multivariate(inputs: dict[str, Any]) -> dict[str, Any]:
    model = Multivariate.of(inputs["mu"], inputs["alpha"], inputs["beta"])
    return {
        "spectral_radius": model.spectral_radius,
        "stationary": model.stationary,
        "stationary_mean": None if model.mean is None else model.mean.tolist(),
        "loglik": model.loglik(inputs["events"], inputs["T"]),
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "hawkes_exp": hawkes_exp,
    "hawkes_multivariate": hawkes_multivariate,
}
