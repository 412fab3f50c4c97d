"""The vectors of Almgren and Chriss' models, of Almgren (2003) and of Almgren, Thum, Hauptmann and Li (2005)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from golden.words import one_of
from metaorder.models import (
    ac_continuous,
    ac_discrete,
    ac_drift,
    ac_frontier,
    ac_lvar,
    ac_multi,
    ac_power,
    ac_robust,
    ac_urgency,
    almgren2003,
    athl2005,
)
from metaorder.models.ac_discrete import Programme


def programme(inputs: Mapping[str, Any], **given: float) -> Programme:
    market = {name: given.get(name, inputs.get(name)) for name in ("sigma", "eps", "gamma", "eta")}
    return Programme(shares=inputs["X"], horizon=inputs["T"], periods=inputs["N"], **market)


def known(value: float) -> float | None:
    """What a vector file writes as null: a number that is infinite or is none."""
    return value if math.isfinite(value) else None


def discrete(inputs: dict[str, Any]) -> dict[str, Any]:
    order = programme(inputs)
    found = ac_discrete.optimal(order, inputs["lam"])
    return {
        "tau": order.tau,
        "eta_tilde": order.eta_tilde,
        "kappa_tilde": found.kappa_tilde,
        "kappa": found.kappa,
        "theta": known(found.theta),
        "x": found.holdings.tolist(),
        "n": found.trades.tolist(),
        "E": found.cost,
        "V": found.variance,
        "U": found.utility,
    }


def continuous(inputs: dict[str, Any]) -> dict[str, Any]:
    market = {name: inputs[name] for name in ("sigma", "eps", "gamma", "eta")}
    found = ac_continuous.optimal(inputs["X"], inputs["T"], inputs["t"], risk_aversion=inputs["lam"], **market)
    return {
        "kappa": found.kappa,
        "x": found.holdings.tolist(),
        "v": found.rates.tolist(),
        "E": found.cost,
        "V": found.variance,
    }


def drift(inputs: dict[str, Any]) -> dict[str, Any]:
    found = ac_drift.optimal(programme(inputs), inputs["lam"], inputs["alpha"])
    plan = found.schedule
    return {
        "xbar": known(found.level),
        "kappa": plan.kappa,
        "x": plan.holdings.tolist(),
        "E": plan.cost,
        "V": plan.variance,
    }


def frontier(inputs: dict[str, Any]) -> dict[str, Any]:
    order = programme(inputs)
    found, line, once = ac_frontier.frontier(order, inputs["lams"]), ac_frontier.straight_line(order), ac_frontier.at_once(order)
    return {
        "E": found.cost.tolist(),
        "V": found.variance.tolist(),
        "kappa": found.kappa.tolist(),
        "E_linear": line.cost,
        "V_linear": line.variance,
        "E_instant": once.cost,
        "V_instant": once.variance,
    }


def urgency(inputs: dict[str, Any]) -> dict[str, Any]:
    market = {name: inputs[name] for name in ("sigma", "gamma", "eta")}
    market["period"] = ac_urgency.length(inputs["T"], inputs["N"])
    if one_of("kind", inputs["kind"], ("theta", "fraction")) == "theta":
        found = ac_urgency.from_half_life(inputs["theta"], **market)
    else:
        found = ac_urgency.from_fraction(inputs["fraction"], inputs["t"], horizon=inputs["T"], **market)
    return {"lam": found.risk_aversion, "kappa": found.kappa, "theta": known(found.theta)}


def lvar(inputs: dict[str, Any]) -> dict[str, Any]:
    found = ac_lvar.least(programme(inputs), inputs["p"])
    return {
        "lambda_v": found.quantile,
        "lambda_u": known(found.risk_aversion),
        "kappa": known(found.schedule.kappa),
        "E": found.schedule.cost,
        "V": found.schedule.variance,
        "lvar": found.value,
        "x": found.schedule.holdings.tolist(),
    }


def multi(inputs: dict[str, Any]) -> dict[str, Any]:
    found = ac_multi.optimal(
        inputs["X"],
        inputs["T"],
        inputs["N"],
        covariance=inputs["C"],
        temporary=inputs["H"],
        permanent=inputs["G"],
        eps=inputs["eps"],
        risk_aversion=inputs["lam"],
    )
    return {"x": found.holdings.tolist(), "E": found.cost, "V": found.variance, "kappas": found.kappas.tolist()}


def power(inputs: dict[str, Any]) -> dict[str, Any]:
    terms = {"sigma": inputs["sigma"], "eta": inputs["eta"], "exponent": inputs["k"], "risk_aversion": inputs["lam"]}
    found = ac_power.optimal(inputs["X"], inputs["T"], inputs["N"], **terms)
    return {
        "x": found.holdings.tolist(),
        "n": found.trades.tolist(),
        "E_temp": found.cost,
        "V": found.variance,
        "U": found.utility,
    }


def robust(inputs: dict[str, Any]) -> dict[str, Any]:
    order = programme(inputs, sigma=inputs["sigma_max"])
    found = ac_robust.optimal(order, inputs["lam"], sigma_min=inputs["sigma_min"], doubt=inputs["delta"])
    return {
        "x": found.schedule.holdings.tolist(),
        "worst_case_U": found.worst_utility,
        "price_of_robustness": found.price,
        "regret_of_nominal_under_worst": found.regret,
        "min_x": float(found.schedule.holdings.min()),
    }


def power_path(inputs: dict[str, Any]) -> dict[str, Any]:
    terms = {"sigma": inputs["sigma"], "eta": inputs["eta"], "exponent": inputs["k"], "risk_aversion": inputs["lam"]}
    found = almgren2003.optimal(inputs["X"], inputs["t"], **terms)
    return {
        "T_star": found.scale,
        "x": found.holdings.tolist(),
        "E_temp": found.cost,
        "V": found.variance,
        "v0": found.rate,
        "T_end": found.end,
    }


def athl(inputs: dict[str, Any]) -> dict[str, Any]:
    order = {"adv": inputs["V"], "outstanding": inputs["Theta"]}
    found = athl2005.impact(inputs["X"], inputs["T"], sigma=inputs["sigma"], **order)
    scaled = athl2005.impact(inputs["X"], inputs["T"], sigma=1.0, **order)
    return {
        "inverse_turnover": found.inverse_turnover,
        "I": found.permanent,
        "K": found.temporary,
        "J": found.realised,
        "I_bp": found.permanent * 1e4,
        "K_bp": found.temporary * 1e4,
        "J_bp": found.realised * 1e4,
        "I_over_sigma": scaled.permanent,
        "K_over_sigma": scaled.temporary,
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "ac_continuous": continuous,
    "ac_discrete": discrete,
    "ac_drift": drift,
    "ac_frontier": frontier,
    "ac_lambda_from_halflife": urgency,
    "ac_lvar": lvar,
    "ac_multi": multi,
    "ac_power_discrete": power,
    "ac_robust": robust,
    "almgren2003_power": power_path,
    "athl2005": athl,
}
