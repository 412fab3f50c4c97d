"""A model that is wrong is found out over REST: its estimates are held against what orders cost; a right model is not flagged."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import numpy as np
import pytest

from metaorder.adapters.db import analyses
from metaorder.adapters.db.engine import writer_engine
from metaorder.domain.units import Nanos
from metaorder.tca.measures import Beside
from metaorder.tca.report import report
from metaorder.usecases.forecast_fit import expected
from metaorder.usecases.kept_analyses import stored
from support.orders import body, market
from support.server import Server
from support.tca import UNITS, Fill, fills, order
from support.tca import market as facts

ORDERS = 150
RIGHT = {"adv": 100_000, "sigma_per_sqrt_day": 0.02, "median_spread": "0.02"}
LAW = {"law": "square_root", "coefficient": 0.8}

PLANTED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "RIGHT": ({**RIGHT, "impact": LAW}, set()),
    "HALF-IMPACT": ({**RIGHT, "impact": {**LAW, "coefficient": 0.4}}, {"costs are forecast too low"}),
    "HALF-SIGMA": (
        {**RIGHT, "sigma_per_sqrt_day": 0.01, "impact": {**LAW, "coefficient": 1.6}},  # the same impact, half the risk
        {"the spread is forecast too narrow"},
    ),
    "TWICE-SIGMA": (
        {**RIGHT, "sigma_per_sqrt_day": 0.04, "impact": {**LAW, "coefficient": 0.4}},
        {"the spread is forecast too wide"},
    ),
}
"""A model's parameters, and what has to be held against it."""


def estimate(client: httpx.Client, lab: str, model: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/estimates", json=body(lab, model=model))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def keep(server: Server, symbol: str, said: dict[str, Any], costs: list[float]) -> None:
    """The analyses of orders that cost so much, each of which had referred to the estimate."""
    assert server.database_url is not None
    engine = writer_engine(server.database_url)
    with engine.begin() as connection:
        for number, cost in enumerate(costs):
            price = round(50 * (1 + cost / 1e4), 4)
            done = fills(1, Fill(1_000, price, "49.99", "50.01"))
            doc = report(order(), done, facts(), UNITS, Beside(expected=expected(said))) | {"venues": {}}
            parent = {
                "id": f"{symbol}-{number}",
                "account": "main",
                "session": f"lab/{symbol}",
                "market": "lab",
                "symbol": symbol,
                "side": "buy",
                "algo": "twap",
                "status": "filled",
                "ended": 1_000,
                "terms": msgspec.json.encode({"end_time": "2026-03-02T15:05:00Z"}),
            }
            session = {"detail": msgspec.json.encode({"facts": {"open": "2026-03-02T14:30:00Z"}})}
            kept = stored(parent, session, doc, None, Nanos(0))
            assert kept is not None
            analyses.keep(connection, kept)
    engine.dispose()


@pytest.fixture(scope="module")
def estimates(server: Server) -> dict[str, dict[str, Any]]:
    """What each model says of the same order; and the orders are kept, that cost what the right one says."""
    with server.client() as client:
        lab = market(client)
        said = {name: estimate(client, lab, model) for name, (model, _) in PLANTED.items()}
    right = said["RIGHT"]
    sd = float(np.hypot(right["sd_bps"], right["expected_cost_error_bps"] or 0.0))
    costs = right["expected_cost_bps"] + sd * np.random.default_rng(11).standard_normal(ORDERS)
    for name, each in said.items():
        keep(server, name, each, costs.tolist())
    return said


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named_and_a_right_model_is_not_flagged(
    client: httpx.Client, estimates: dict[str, dict[str, Any]], name: str
) -> None:
    assert estimates[name]["sd_bps"] > 0
    found = client.get("/v1/tca/calibration", params={"symbol": name}).json()
    _, faults = PLANTED[name]
    assert (found["count"], sum(found["histogram"])) == (ORDERS, ORDERS)
    assert faults <= set(found["faults"]), found
    assert found["says"] == ("the forecasts do not hold" if faults else "the forecasts hold")
    assert bool(found["faults"]) == bool(faults)
    half, _, most = found["bands"]
    if name == "RIGHT":
        assert all(band["low"] <= band["level"] <= band["high"] for band in found["bands"])
        assert found["uniform_p"] > 0.01
    if name == "HALF-SIGMA":
        assert (half["covered"], most["covered"]) < (0.4, 0.8), "bands half as wide hold far less"
        assert found["uniform_p"] < 0.01, "probabilities heap up at both ends"
