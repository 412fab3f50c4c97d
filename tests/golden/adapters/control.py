"""The vectors of optimal control after Cartea and Jaimungal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from metaorder.models.cj_liquidation import liquidation
from metaorder.models.cj_target_pov import target_pov


def cj_liquidation(inputs: dict[str, Any]) -> dict[str, Any]:
    weights = {name: inputs[name] for name in ("k", "b", "alpha", "phi")}
    found = liquidation(inputs["N"], inputs["T"], inputs["t"], **weights)
    return {
        "gamma": found.gamma,
        "Q": found.inventory.tolist(),
        "v": found.rate.tolist(),
        "h": found.value[np.isfinite(found.value)].tolist(),  # where all must go, h has no bound at the end
        "expected_shortfall_penalised": found.penalised_shortfall,
    }


def cj_target_pov(inputs: dict[str, Any]) -> dict[str, Any]:
    weights = {name: inputs[name] for name in ("chi", "k", "b", "alpha", "phi")}
    found = target_pov(inputs["N"], inputs["T"], inputs["mu"], **weights)
    return {"v": found.rate.tolist(), "Q_T": found.left, "cost_tracking": found.cost}


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "cj_liquidation": cj_liquidation,
    "cj_target_pov": cj_target_pov,
}
