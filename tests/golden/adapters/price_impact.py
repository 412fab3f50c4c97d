"""The vectors of price impact: Kyle's auction, lambda from data, and impact laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from metaorder.domain.errors import NotIdentified
from metaorder.models import impact_laws
from metaorder.models.inputs import finite, numbers
from metaorder.models.kyle1985 import equilibrium
from metaorder.models.kyle_regression import buckets, kyle_lambda
from metaorder.models.lambda_decay import biased_lambda, decayed_flow, decayed_lambda
from metaorder.models.least_squares import Fit


def kyle1985_equilibrium(inputs: dict[str, Any]) -> dict[str, Any]:
    found = equilibrium(inputs["Sigma0"], inputs["sigma_u"])
    return {
        "lam": found.lam,
        "beta": found.beta,
        "expected_profit": found.expected_profit,
        "posterior_var": found.posterior_var,
    }


def identified(flow: Any, moves: Any, *, intercept: bool = True) -> Fit | None:
    try:
        return kyle_lambda(flow, moves, intercept=intercept)
    except NotIdentified:
        return None


def kyle_regression(inputs: dict[str, Any]) -> dict[str, Any]:
    fit = identified(inputs["dQ"], inputs["dp"])
    through = identified(inputs["dQ"], inputs["dp"], intercept=False)
    trades = (inputs["t"], inputs["signed_volume"], inputs["mid"])
    scale = {"sigma": inputs["sigma"], "adv": inputs["adv"]}
    by_horizon: dict[str, Any] = {}
    numbers("horizons", inputs["horizons"])
    for horizon in inputs["horizons"]:
        flow, moves = buckets(*trades, horizon=horizon, **scale)
        own = identified(flow, moves)
        by_horizon[str(horizon)] = {
            "lam": own.slope if own else None,
            "r2": own.r2 if own else None,
            "n": len(flow),
        }
    return {
        "intercept": fit.intercept if fit else None,
        "lam": fit.slope if fit else None,
        "r2": fit.r2 if fit else None,
        "se_lam": fit.slope_error if fit and np.isfinite(fit.slope_error) else None,
        "t_lam": fit.t if fit else None,
        "lam_no_intercept": through.slope if through else None,
        "r2_no_intercept": through.r2 if through else None,
        "multi_horizon": by_horizon,
    }


def lambda_decay_bias(inputs: dict[str, Any]) -> dict[str, Any]:
    trades = (inputs["t"], inputs["signed_volume"])
    scale = {"beta": inputs["beta"], "sigma": inputs["sigma"], "adv": inputs["adv"]}
    return {
        "slope": biased_lambda(inputs["lam"], inputs["beta"], inputs["horizons"]).tolist(),
        "J": decayed_flow(*trades, **scale).tolist(),
        "lam_hat": decayed_lambda(*trades, inputs["price"], **scale).slope,
    }


def impact_models(inputs: dict[str, Any]) -> dict[str, Any]:
    law = {name: inputs[name] for name in ("sigma", "delta")} | {"volume": inputs["V"]}
    peak = float(impact_laws.power_impact(finite("Q", inputs["Q"]), y=inputs["Y"], **law))
    trades = (inputs["trades_t"], inputs["trades_q"], inputs["t_eval"])
    return {
        "peak_impact": peak,
        "avg_cost": float(impact_laws.average_cost(peak, delta=inputs["delta"])),
        "prop_exp": impact_laws.transient_impact(*trades, c=inputs["C"], kernel="exponential", rho=inputs["rho"], **law),
        "prop_power": impact_laws.transient_impact(
            *trades, c=inputs["C"], kernel="power", tau0=inputs["tau0"], beta=inputs["beta"], **law
        ),
        "exp_half_life": impact_laws.half_life(inputs["rho"]),
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "kyle1985_equilibrium": kyle1985_equilibrium,
    "kyle_regression": kyle_regression,
    "lambda_decay_bias": lambda_decay_bias,
    "impact_models": impact_models,
}
