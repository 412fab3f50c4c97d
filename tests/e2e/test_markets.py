"""Markets over REST: what a venue charges and how long it takes, and what the market comes to, on SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from support.orders import market, pages, post, start
from support.server import eventually

TERMS = {
    "latency_ms": 2.0,
    "latency_jitter_ms": 3.0,
    "report_latency_ms": 40.0,
    "report_latency_jitter_ms": 10.0,
    "latency_seed": 5,
    "fees": {"unit": "bps", "taker": "0.3", "maker": "-0.25"},
}


def closed(client: httpx.Client, lab: str) -> None:
    start(client, lab)
    eventually(lambda: client.get(f"/v1/markets/{lab}").json()["state"] == "closed")


def test_latency_and_fees_of_a_market_stand_in_fills_orders_and_analysis(client: httpx.Client) -> None:
    lab = market(client, **TERMS)
    made = post(client, lab, quantity=20_000, urgency=1, must_complete=True)
    shown = client.get(f"/v1/markets/{lab}").json()
    assert {name: shown["options"][name] for name in TERMS} == TERMS
    assert [shown["instrument"][name] for name in ("taker_fee", "maker_fee", "fee_unit")] == ["0.3", "-0.25", "bps"]
    closed(client, lab)
    fills = pages(client, f"/v1/parent-orders/{made['id']}/fills")
    assert {fill["liquidity"] for fill in fills} == {"maker", "taker"}
    for fill in fills:
        bps = Decimal("0.3") if fill["liquidity"] == "taker" else Decimal("-0.25")
        exact = Decimal(fill["price"]) * fill["quantity"] * bps / 10_000
        assert abs(Decimal(fill["fee"]) - exact) <= Decimal("0.00005"), "to the nearest money step"
    total = sum(Decimal(fill["fee"]) for fill in fills)
    assert Decimal(client.get(f"/v1/parent-orders/{made['id']}").json()["fees"]) == total
    tca = client.get(f"/v1/parent-orders/{made['id']}/tca").json()
    assert Decimal(tca["components_amount"]["fees"]) == total
    assert tca["assumptions"]["fees"] == {"unit": "bps", "taker": "0.3", "maker": "-0.25"}
    assert [tca["assumptions"][name] for name in list(TERMS)[:4]] == [2.0, 3.0, 40.0, 10.0]


def test_a_market_says_what_it_comes_to_with_us_and_without(client: httpx.Client) -> None:
    lab = market(client)
    made = post(client, lab)
    early = client.get(f"/v1/markets/{lab}/statistics").json()["without_own"]
    assert (early["volume"], early["vwap"], early["last_price"], early["sigma_per_sqrt_day"]) == (
        0,
        None,
        None,
        {"1s": None, "60s": None},
    )
    assert Decimal(early["quote"]["bid"]) < Decimal(early["microprice"]) < Decimal(early["quote"]["ask"])
    closed(client, lab)
    found = client.get(f"/v1/markets/{lab}/statistics", params={"symbol": "ACME", "depth_ticks": 0}).json()
    others, whole = found["without_own"], found["with_own"]
    mine = sum(fill["quantity"] for fill in pages(client, f"/v1/parent-orders/{made['id']}/fills"))
    bars = client.get(f"/v1/markets/{lab}/bars").json()["items"]
    assert whole["volume"] == sum(bar["volume"] for bar in bars) == others["volume"] + mine
    assert (others["bid_depth"], others["ask_depth"]) == (others["quote"]["bid_size"], others["quote"]["ask_size"])
    assert Decimal(others["effective_spread"]) > 0
    assert 0 < others["sigma_per_sqrt_day"]["60s"] < 1
    tca = client.get(f"/v1/parent-orders/{made['id']}/tca").json()
    low, high = (edge(Decimal(bar[name]) for bar in bars) for edge, name in ((min, "low"), (max, "high")))
    assert low < Decimal(others["vwap"]) < high
    assert tca["final"]


REFUSED: list[dict[str, Any]] = [
    {"latency_jitter_ms": -1},
    {"report_latency_ms": -0.5},
    {"report_latency_ms": 10_001},
    {"latency_ms": 1e-9},
    {"latency_seed": -1},
    {"latency_seed": 1.5},
    {"fees": {}},
    {"fees": {"taker": "0.003", "maker": "-0.002", "tax": "1"}},
    {"fees": {"unit": "percent", "taker": "0", "maker": "0"}},
    {"fees": {"taker": 0.003, "maker": "-0.002"}},
    {"fees": {"taker": "0.00305", "maker": "-0.002"}},
    {"fees": {"taker": "0.0000005", "maker": "0"}},
    {"fees": {"unit": "bps", "taker": "100.1", "maker": "0"}},
    {"fees": {"taker": "0", "maker": "-101"}},
]


@pytest.mark.parametrize("changes", REFUSED, ids=str)
def test_latency_and_fees_that_cannot_be_are_refused_by_name(client: httpx.Client, changes: dict[str, Any]) -> None:
    answer = client.post("/v1/markets", json={"id": "never", "kind": "simulated", **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation")
    (name,) = changes
    assert all(name in error["pointer"] for error in answer.json()["errors"]), answer.text
    assert client.get("/v1/markets/never").status_code == 404


@pytest.mark.parametrize(
    ("closes", "pointer"),
    [
        ({"GOOG": "570.00"}, "/previous_close/GOOG"),
        ({"ACME": "0"}, "/previous_close/ACME"),
        ({"ACME": "-1.00"}, "/previous_close/ACME"),
        ({"ACME": 570}, "/previous_close/ACME"),
    ],
)
def test_a_close_of_the_day_before_that_is_none_is_refused(client: httpx.Client, closes: dict[str, Any], pointer: str) -> None:
    answer = client.post("/v1/markets", json={"id": "closes", "kind": "simulated", "previous_close": closes})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation")
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert client.get("/v1/markets/closes").status_code == 404


def test_statistics_of_no_market_no_symbol_and_no_depth_are_refused(client: httpx.Client) -> None:
    lab = market(client)
    assert client.get("/v1/markets/nothing/statistics").json()["code"] == "not_found"
    assert client.get(f"/v1/markets/{lab}/statistics", params={"symbol": "OTHER"}).json()["code"] == "unknown_symbol"
    for ticks in ("-1", "10001", "x"):
        assert client.get(f"/v1/markets/{lab}/statistics", params={"depth_ticks": ticks}).json()["code"] == "validation"
