"""The vectors of impact that fades: Obizhaeva and Wang, propagators, and trading on a forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from golden.words import one_of
from metaorder.domain.errors import Invalid
from metaorder.models import impact_state, myopic, myopic_concave, myopic_discrete, ow_continuous, ow_discrete, propagator
from metaorder.models.impact_state import Decay
from metaorder.models.inputs import positive
from metaorder.models.myopic import Alpha
from metaorder.models.ow_continuous import Refilling


def refilling(inputs: Mapping[str, Any]) -> Refilling:
    return Refilling(
        shares=inputs["X"],
        horizon=inputs["T"],
        resilience=inputs["rho"],
        depth=inputs["q"],
        permanent=inputs["lam"],
        spread=inputs["s"],
        price=inputs["F0"],
    )


def obizhaeva_wang(inputs: dict[str, Any]) -> dict[str, Any]:
    order = refilling(inputs)
    found = ow_continuous.optimal(order)
    return {
        "kappa": order.kappa,
        "x0": found.block,
        "xT": found.block,
        "rate": found.rate,
        "cost_transient": found.transient,
        "cost_permanent": order.permanent_cost,
        "J": found.payment,
        "slippage": found.slippage,
    }


def obizhaeva_wang_discrete(inputs: dict[str, Any]) -> dict[str, Any]:
    order = refilling(inputs)
    found = ow_discrete.optimal(order, inputs["N"])
    return {"kappa": order.kappa, "trades": found.shares.tolist(), "cost_transient": found.transient, "J": found.payment}


def kernel(inputs: Mapping[str, Any]) -> propagator.Kernel:
    if one_of("kernel", inputs["kernel"], ("exp", "power")) == "exp":
        return propagator.Exponential(inputs["rho"])
    return propagator.PowerLaw(inputs["tau0"], inputs["beta"])


def propagator_optimal(inputs: dict[str, Any]) -> dict[str, Any]:
    found = propagator.optimal(inputs["X"], inputs["t"], kernel(inputs), eta=inputs["eta"])
    return {"trades": found.trades.tolist(), "cost": found.cost, "impact_level": found.level}


def per_share(inputs: Mapping[str, Any]) -> float:
    return impact_state.per_share(inputs["lam"], sigma=inputs["sigma"], adv=inputs["adv"])


def forecast(inputs: Mapping[str, Any]) -> Alpha:
    return Alpha(inputs["a"], inputs["b"], inputs["phi"])


def shown(found: myopic.Optimum) -> dict[str, Any]:
    return {
        "multiplier": found.multiplier,
        "I_star": found.impact.tolist(),
        "rate": found.rate.tolist(),
        "block_0": found.first,
        "block_T": found.last,
        "Q_total": found.total,
        "Q_path_after_block0": found.done.tolist(),
        "pnl": found.pnl,
    }


def free(inputs: dict[str, Any]) -> dict[str, Any]:
    lam = per_share(inputs)
    terms = {"beta": inputs["beta"], "per_share": lam, "start": inputs["I0"]}
    return {"lam_tilde": lam, **shown(myopic.optimal(forecast(inputs), inputs["T"], inputs["t"], **terms))}


def fixed(inputs: dict[str, Any]) -> dict[str, Any]:
    terms = {"beta": inputs["beta"], "per_share": per_share(inputs)}
    return shown(myopic.execute(inputs["X"], forecast(inputs), inputs["T"], inputs["t"], **terms))


def concave(inputs: dict[str, Any]) -> dict[str, Any]:
    terms = {"beta": inputs["beta"], "strength": inputs["lam"], "exponent": inputs["c"]}
    found = myopic_concave.optimal(forecast(inputs), inputs["T"], inputs["t"], **terms)
    return {
        "I_star": found.impact.tolist(),
        "J_star": found.flow.tolist(),
        "rate": found.rate.tolist(),
        "block_0": found.first,
        "block_T": found.last,
        "Q_total": found.total,
        "pnl": found.pnl,
    }


def discrete(inputs: dict[str, Any]) -> dict[str, Any]:
    lam = per_share(inputs)
    decay = {"exp": Decay.EXACT, "euler": Decay.EULER}[one_of("decay", inputs["decay"], ("exp", "euler"))]
    terms = {"beta": inputs["beta"], "dt": inputs["dt"], "per_share": lam, "decay": decay}
    found = myopic_discrete.optimal(inputs["alpha"], shares=inputs["X"], **terms)
    return {
        "lam_tilde": lam,
        "rho": found.left,
        "Q": found.trades.tolist(),
        "multiplier": found.multiplier,
        "I_pre": found.before.tolist(),
        "I_post": found.after.tolist(),
        "pnl": found.pnl,
    }


def recursion(inputs: dict[str, Any]) -> dict[str, Any]:
    beta, trades = impact_state.beta(inputs["half_life"]), inputs["Q"]
    if not np.isclose(beta, positive("beta", inputs["beta"]), rtol=1e-6):
        raise Invalid("half_life", "ln 2 / beta", inputs["half_life"])
    terms = {"beta": inputs["beta"], "dt": inputs["dt"]}
    impact = {"per_share": per_share(inputs), "start": inputs["I0"], **terms}
    flow = impact_state.path(trades, per_share=1.0, **terms)
    return {
        "seed_euler": impact_state.path(trades, decay=Decay.EULER_BEFORE, **impact).tolist(),
        "euler_post": impact_state.path(trades, decay=Decay.EULER, **impact).tolist(),
        "exact": impact_state.path(trades, **impact).tolist(),
        "J_exact": flow.tolist(),
        "I_power": impact_state.concave(flow, strength=inputs["lam_p"], exponent=inputs["c"]).tolist(),
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "myopic_afs": concave,
    "myopic_ow_continuous": free,
    "myopic_ow_discrete": discrete,
    "myopic_ow_fixed_quantity": fixed,
    "myopic_recursion": recursion,
    "ow_continuous": obizhaeva_wang,
    "ow_discrete": obizhaeva_wang_discrete,
    "propagator_optimal": propagator_optimal,
}
