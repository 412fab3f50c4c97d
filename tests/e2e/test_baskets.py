"""Baskets over REST: created together or not at all, worked over two symbols, looked at, canceled, and back after a kill."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from e2e.test_floors import TWO_SYMBOLS, create, over, run
from support.data import DATA
from support.orders import fresh_name, pages
from support.server import Server, eventually

BAND = 40_000.0


def body(market: str, **changes: Any) -> dict[str, Any]:
    """Some 580,000 of GOOG against as much of AAPL, in half an hour."""
    plain: dict[str, Any] = {
        "basket_id": fresh_name("b"),
        "market": market,
        "legs": [
            {"symbol": "GOOG", "side": "buy", "quantity": 1_000},
            {"symbol": "AAPL", "side": "sell", "quantity": 1_000, "limit_price": "500.01"},
        ],
        "params": {"cash_band": str(BAND), "correlation": [["1", "0.5"], ["0.5", "1"]]},
        "start_time": "2012-06-21T14:00:00Z",
        "end_time": "2012-06-21T14:30:00Z",
        "urgency": "0.4",
        "must_complete": True,
    }
    return {**plain, **changes}


def know(client: httpx.Client) -> None:
    """State what a recorded day does not say of itself: without a usual volume all legs would follow one path."""
    for symbol, adv in (("GOOG", 2_500_000), ("AAPL", 9_000_000)):
        profile = {"as_of": "2012-06-20T20:00:00Z", "source": "the weeks before", "adv": adv, "sigma_per_sqrt_day": 0.014}
        assert client.put(f"/v1/instruments/{symbol}/profile", json=profile).status_code == 200


def test_a_basket_is_worked_as_one(client: httpx.Client) -> None:
    market = fresh_name("m")
    assert create(client, market, TWO_SYMBOLS).status_code == 201
    know(client)
    wanted = body(market)
    made = client.post("/v1/baskets", json=wanted)
    assert made.status_code == 201, made.text
    name, legs = made.json()["basket_id"], made.json()["legs"]
    assert [(leg["symbol"], leg["client_order_id"], leg["basket_id"]) for leg in legs] == [
        ("GOOG", f"{name}-1", name),
        ("AAPL", f"{name}-2", name),
    ]
    _again(client, wanted, made)
    run(client, market)
    found = client.get(f"/v1/baskets/{name}").json()
    assert (found["status"], found["legs_done"]) == ("filled", 2)
    assert found["progress"]["filled_quantity"] == found["progress"]["quantity"] == 2_000
    fills = [fill for leg in legs for fill in pages(client, f"/v1/parent-orders/{leg['id']}/fills")]
    _stayed_in_band(fills, found)
    reasons = [each["reason"] for leg in legs for each in pages(client, f"/v1/parent-orders/{leg['id']}/reasons")]
    assert {(reason["basket"], reason["legs"]) for reason in reasons} == {(name, 2)}
    assert all("cash_bound" in reason for reason in reasons)
    assert {reason["profile"] for reason in reasons} == {"adv, sigma: the weeks before"}
    assert all(float(reason["lambda"]) > 0 and reason["correlation"] == "stated" for reason in reasons)
    canceled = client.post(f"/v1/baskets/{name}/cancel")
    assert canceled.status_code == 200, "every leg was over already"
    listed = client.get("/v1/parent-orders", params={"basket_id": name}).json()["items"]
    assert {leg["id"] for leg in listed} == {leg["id"] for leg in legs}


def _again(client: httpx.Client, wanted: dict[str, Any], made: httpx.Response) -> None:
    """The same basket again is the same answer; another body, and a leg's own name, are not to be had again."""
    twice = client.post("/v1/baskets", json=wanted)
    assert (twice.status_code, twice.headers["Idempotent-Replayed"], twice.json()) == (200, "true", made.json())
    other = client.post("/v1/baskets", json={**wanted, "urgency": "0.9"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    leg = client.get(f"/v1/parent-orders/by-client-id/{wanted['basket_id']}-1").json()
    assert leg["id"] == made.json()["legs"][0]["id"]
    taken = body(wanted["market"])
    taken["legs"][1]["client_order_id"] = leg["client_order_id"]
    refused = client.post("/v1/baskets", json=taken)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/legs/1/client_order_id")
    single = {**{k: leg[k] for k in ("client_order_id", "market", "symbol", "side", "quantity", "end_time")}, "algo": "twap"}
    assert client.post("/v1/parent-orders", json=single).json()["code"] == "idempotency_mismatch"


def _stayed_in_band(fills: list[dict[str, Any]], found: dict[str, Any]) -> None:
    cash = {"buy": 0.0, "sell": 0.0}
    whole = {"buy": 1_000 * 576.0, "sell": 1_000 * 586.0}
    scale = 2 * whole["buy"] * whole["sell"] / sum(whole.values())
    for fill in sorted(fills, key=lambda each: each["ts"]):
        cash[fill["side"]] += float(fill["price"]) * fill["quantity"]
        apart = scale * (cash["buy"] / whole["buy"] - cash["sell"] / whole["sell"])
        assert abs(apart) <= 1.05 * BAND, f"at {fill['ts']}"
    assert float(found["cash"]["bought"]) == pytest.approx(cash["buy"])
    assert float(found["cash"]["sold"]) == pytest.approx(cash["sell"])
    assert (found["cash"]["band"], found["cash"]["missing"]) == (str(BAND), None)


def test_all_legs_or_none(client: httpx.Client) -> None:
    market = fresh_name("m")
    assert create(client, market, TWO_SYMBOLS).status_code == 201
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"legs": [{"symbol": "MSFT", "side": "buy", "quantity": 1}]}, "validation", "/legs/0/symbol"),
        ({"params": {"cash_band": "-1"}}, "validation", "/params/cash_band"),
        ({"params": {"correlation": [["1"]]}}, "validation", "/params/correlation"),
        ({"legs": body(market)["legs"][:1] * 2}, "validation", "/legs/1/symbol"),
        ({"end_time": "2012-06-21T13:00:00Z"}, "validation", "/end_time"),
        ({"algo": "twap"}, "validation", "/algo"),
    ]
    large = body(market)["legs"]
    large[1]["quantity"] = 100_000_000
    cases.append(({"legs": large}, "max_quantity", "/legs/1"))
    for changes, code, pointer in cases:
        wanted = body(market, **changes)
        answer = client.post("/v1/baskets", json=wanted)
        assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (422, code, pointer)
        if code == "max_quantity":  # a refusal of the ladder is on the record, and stays
            assert client.post("/v1/baskets", json=wanted).json() == answer.json()
            legs = client.get(f"/v1/baskets/{wanted['basket_id']}").json()["legs"]
            assert [(leg["status"], leg["reason"]) for leg in legs] == [
                ("rejected", "basket_refused"),
                ("rejected", "max_quantity"),
            ]
        else:
            assert client.get(f"/v1/baskets/{wanted['basket_id']}").status_code == 404
    open_orders = client.get("/v1/parent-orders", params={"market": market, "status": "new"}).json()["items"]
    assert open_orders == []
    waiting = client.post("/v1/baskets", json=body(market)).json()
    canceled = client.post(f"/v1/baskets/{waiting['basket_id']}/cancel")
    assert canceled.status_code == 202
    assert {leg["status"] for leg in canceled.json()["legs"]} == {"canceled"}
    assert client.get("/v1/baskets/nobody").status_code == 404


@pytest.mark.gauntlet
def test_a_basket_that_is_killed_ends_like_one_that_was_not(tmp_path: Any) -> None:
    hashes = []
    for killed in (False, True):
        server = Server(tmp_path / f"state{killed}", DATA)
        try:
            server.start()
            with server.client() as client:
                assert create(client, "m", TWO_SYMBOLS, speed=20_000 if killed else "max").status_code == 201
                know(client)
                assert client.post("/v1/baskets", json=body("m", basket_id="b")).status_code == 201
                client.post("/v1/markets/m/start")
                if killed:
                    eventually(lambda: pages(client, "/v1/fills"))
            if killed:
                server.kill()
                server.start()
            with server.client() as client:
                hashes.append(over(client, "m")["session_hash"])
        finally:
            server.kill()
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_basket_takes_the_correlation_of_a_calibration(client: httpx.Client) -> None:
    """Of the market itself, in its legs' order; and not where one is stated, or the calibration is of something else."""
    market = fresh_name("m")
    assert create(client, market, TWO_SYMBOLS).status_code == 201
    know(client)
    jobs = {
        "": {"kind": "covariance", "market": market, "bar_s": 60},
        "volume": {"kind": "volume", "format": "volume-table", "source": "volume/aapl_15min_volume_2019.csv"},
    }
    made = {name: client.post("/v1/calibrations", json=asked).json()["id"] for name, asked in jobs.items()}
    done = {name: eventually(lambda at=at: _done(client, at), wait_s=60) for name, at in made.items()}
    matrix = done[""]["matrix"]
    assert matrix["symbols"] == ["GOOG", "AAPL"]
    legs = body(market)["legs"][::-1]
    for name, params, pointer in (
        ("volume", {}, "/calibration_id"),
        ("", {"correlation": [["1", "0"], ["0", "1"]]}, "/params/correlation"),
        (None, {}, "/calibration_id"),
    ):
        refused = client.post("/v1/baskets", json=body(market, params=params, calibration_id=made.get(name, "none")))
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    wanted = body(market, legs=legs, params={"cash_band": "40000"}, calibration_id=made[""])
    answer = client.post("/v1/baskets", json=wanted)
    assert answer.status_code == 201, answer.text
    params = answer.json()["legs"][0]["params"]
    assert float(params["correlation"][0][1]) == pytest.approx(matrix["correlation"][0][1], abs=1e-9)
    assert client.post("/v1/baskets", json=wanted).headers["Idempotent-Replayed"] == "true"
    assert {leg["params"]["correlation_source"] for leg in answer.json()["legs"]} == {f"calibration {made['']}"}
    profile = client.put("/v1/instruments/GOOG/profile", json={"calibration_id": made[""]})
    assert profile.status_code == 422, "it is of several symbols"


def _done(client: httpx.Client, job: str) -> Any:
    found = client.get(f"/v1/calibrations/{job}").json()
    assert found["state"] != "failed", found["reason"]
    return found["result"]
