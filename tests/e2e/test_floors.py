"""Several symbols, and several venues of one, in a market session: worked, killed, recovered, looked into and analysed."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from support.data import AAPL, DATA, GOOG, real
from support.databases import KINDS, fresh
from support.orders import fresh_name, pages
from support.server import Server, eventually

TWO_SYMBOLS = [
    {"format": "lobster", "source": GOOG, "symbol": "GOOG"},
    {"format": "lobster", "source": AAPL, "symbol": "AAPL", "fees": {"taker": "0.0010", "maker": "0"}},
]
TWO_VENUES = [
    {"format": "lobster", "source": GOOG, "symbol": "GOOG", "venue": "XNAS"},
    {
        "format": "lobster",
        "source": GOOG,
        "symbol": "GOOG",
        "venue": "BATS",
        "fees": {"taker": "0.0010", "maker": "-0.0030"},
        "latency_ms": 3.0,
    },
]


def create(client: httpx.Client, name: str, sources: list[dict[str, Any]], speed: Any = "max") -> httpx.Response:
    for source in sources:
        real(source["source"])
    return client.post("/v1/markets", json={"id": name, "kind": "replay", "speed": speed, "sources": sources})


def post(client: httpx.Client, market: str, symbol: str, side: str = "buy", **more: Any) -> dict[str, Any]:
    body = {
        "client_order_id": fresh_name("o"),
        "market": market,
        "symbol": symbol,
        "side": side,
        "quantity": 3_000,
        "algo": "twap",
        "start_time": "2012-06-21T14:00:00Z",
        "end_time": "2012-06-21T15:00:00Z",
        **more,
    }
    answer = client.post("/v1/parent-orders", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def run(client: httpx.Client, market: str) -> dict[str, Any]:
    assert client.post(f"/v1/markets/{market}/start").status_code == 200
    return over(client, market)


def over(client: httpx.Client, market: str) -> dict[str, Any]:
    def closed() -> dict[str, Any] | None:
        found: dict[str, Any] = client.get(f"/v1/markets/{market}").json()
        assert found["state"] != "failed", found["error"]
        return found if found["state"] == "closed" else None

    found: dict[str, Any] = eventually(closed, 180)
    return found


def test_two_symbols_are_worked_under_one_clock(client: httpx.Client) -> None:
    market = fresh_name("m")
    made = create(client, market, TWO_SYMBOLS)
    assert made.status_code == 201, made.text
    assert (made.json()["symbols"], made.json()["symbol"]) == (["GOOG", "AAPL"], "GOOG")
    assert [floor["instrument"]["taker_fee"] for floor in made.json()["floors"]][1] == "0.0010"
    goog, aapl = post(client, market, "GOOG", limit_price="600.00"), post(client, market, "AAPL", side="sell")
    unknown = client.post("/v1/parent-orders", json={**body_of(goog), "client_order_id": fresh_name("o"), "symbol": "MSFT"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/symbol")
    patched = client.patch(f"/v1/parent-orders/{aapl['id']}", json={"limit_price": "500.01"}, headers={"If-Match": "1"})
    assert patched.json()["limit_price"] == "500.01"
    run(client, market)
    for order in (goog, aapl):
        fills = pages(client, f"/v1/parent-orders/{order['id']}/fills")
        assert fills, order["symbol"]
        assert {fill["symbol"] for fill in fills} == {order["symbol"]}
        assert all(fill["venue_quote"] is None for fill in fills), "a symbol at one venue has no quote apart"
        prices = [float(fill["price"]) for fill in fills]
        assert (min(prices) > 560 and max(prices) < 600) if order["symbol"] == "GOOG" else (min(prices) >= 500.01)
        tca = client.get(f"/v1/parent-orders/{order['id']}/tca").json()
        assert tca["final"]
        assert tca["benchmarks"]["interval_vwap"][:2] == fills[0]["price"][:2], "the order's own symbol is its benchmark"
    ids = [fill["execution_id"] for fill in pages(client, "/v1/fills") if fill["execution_id"].startswith(market)]
    assert len(ids) == len(set(ids)), "two symbols at one venue number their fills together"


VENUES = [
    {"id": "XA", "share": 0.5},
    {"id": "XB", "share": 0.5, "taker_fee": "0.0010", "maker_fee": "-0.0010", "latency_ms": 2},
    {"id": "POOL", "share": 0.2, "dark": True},
]


def test_orders_are_worked_over_the_venues_of_a_simulated_market(client: httpx.Client) -> None:
    """Each child at its venue's fees, none in the dark pool, which counts as others' volume all the same."""
    market = fresh_name("m")
    wanted = {
        "id": market,
        "kind": "simulated",
        "seed": 7,
        "date": "2026-03-02",
        "speed": "max",
        "parameters": {"venues": VENUES},
    }
    made = client.post("/v1/markets", json=wanted)
    assert made.status_code == 201, made.text
    assert [floor["venue"] for floor in made.json()["floors"]] == ["XA", "XB", "POOL"]
    window = {"start_time": "2026-03-02T15:00:00Z", "end_time": "2026-03-02T15:20:00Z"}
    order = post(client, market, "ACME", algo="pov", params={"target": 0.1}, urgency="0.9", quantity=200_000, **window)
    run(client, market)
    fills = pages(client, f"/v1/parent-orders/{order['id']}/fills")
    assert {fill["venue"] for fill in fills} == {"XA", "XB"}
    per_share = {("XA", "taker"): 0.003, ("XA", "maker"): -0.002, ("XB", "taker"): 0.001, ("XB", "maker"): -0.001}
    for fill in fills:
        assert float(fill["fee"]) == pytest.approx(per_share[fill["venue"], fill["liquidity"]] * fill["quantity"])
    tca = client.get(f"/v1/parent-orders/{order['id']}/tca").json()
    assert tca["final"]
    assert set(tca["venues"]) == {"XA", "XB"}
    assert abs(tca["participation"] - 0.1) < 0.02


def body_of(order: dict[str, Any]) -> dict[str, Any]:
    names = ("market", "side", "quantity", "algo", "start_time", "end_time")
    return {name: order[name] for name in names}


@pytest.mark.gauntlet
def test_a_market_of_several_is_looked_into_by_symbol_and_venue(client: httpx.Client) -> None:
    market = fresh_name("m")
    assert create(client, market, [*TWO_VENUES, TWO_SYMBOLS[1]]).status_code == 201
    get = lambda path, **query: client.get(f"/v1/markets/{market}/{path}", params=query)  # noqa: E731
    for path in ("book", "bars", "statistics"):
        assert get(path).json()["code"] == "symbol_required"
        assert (get(path, symbol="MSFT").status_code, get(path, symbol="MSFT").json()["code"]) == (404, "unknown_symbol")
        assert get(path, symbol="AAPL", venue="BATS").json()["code"] == "unknown_venue"
        assert get(path, symbol="AAPL").json()["symbol"] == "AAPL"
    assert get("statistics", symbol="GOOG").json()["code"] == "venue_required"
    assert get("statistics", symbol="GOOG", venue="BATS").status_code == 200
    client.patch(f"/v1/markets/{market}", json={"speed": 600})
    client.post(f"/v1/markets/{market}/start")
    eventually(lambda: get("book", symbol="GOOG").json()["bids"])
    client.post(f"/v1/markets/{market}/pause")
    both, one = get("book", symbol="GOOG").json(), get("book", symbol="GOOG", venue="BATS").json()
    assert [level["quantity"] for level in both["bids"]] == [2 * level["quantity"] for level in one["bids"]]
    assert both["recorded"]["asks"][0]["quantity"] == 2 * one["recorded"]["asks"][0]["quantity"]
    found = client.get("/v1/instruments").json()["items"]
    assert {each["symbol"] for each in found if market in each["markets"]} == {"GOOG", "AAPL"}
    client.delete(f"/v1/markets/{market}")


@pytest.mark.gauntlet
def test_children_go_to_the_venue_that_is_cheaper_and_the_analysis_says_what_each_cost(client: httpx.Client) -> None:
    market = fresh_name("m")
    assert create(client, market, TWO_VENUES).status_code == 201
    order = post(client, market, "GOOG", algo="pov", params={"target": 0.1}, urgency="0.9")
    run(client, market)
    children = pages(client, f"/v1/parent-orders/{order['id']}/children")
    assert {child["venue"] for child in children} == {"XNAS", "BATS"}
    for child in children:
        first, *others = child["reason"]["venues"]
        assert first["venue"] == child["venue"]
        assert child["venue_quote"] is not None
        if child["time_in_force"] == "ioc":
            assert all(first["cost"] <= other["cost"] for other in others)
    fills = pages(client, f"/v1/parent-orders/{order['id']}/fills")
    tca = client.get(f"/v1/parent-orders/{order['id']}/tca").json()
    assert tca["venues"].keys() == {fill["venue"] for fill in fills}
    for venue, cost in tca["venues"].items():
        there = [fill for fill in fills if fill["venue"] == venue]
        assert cost["quantity"] == sum(fill["quantity"] for fill in there)
        assert float(cost["fees"]) == pytest.approx(sum(float(fill["fee"]) for fill in there))
        rate = {"taker": 0.001, "maker": -0.003} if venue == "BATS" else {"taker": 0.003, "maker": -0.002}
        assert all(float(f["fee"]) == pytest.approx(f["quantity"] * rate[f["liquidity"]]) for f in there)
    assert float(tca["components_amount"]["fees"]) == pytest.approx(sum(float(each["fees"]) for each in tca["venues"].values()))
    assert tca["assumptions"]["venues"]["BATS"]["latency_ms"] == 3.0
    assert tca["participation"] <= 0.2


def test_what_makes_no_session_is_refused_by_name(client: httpx.Client) -> None:
    one = TWO_SYMBOLS[0]
    cases = [
        ([one, one], "/sources/1/venue"),
        ([one, {**one, "venue": "BATS", "fees": {"taker": "0.00000001", "maker": "0"}}], "/sources/1/fees/taker"),
        ([], "/sources"),
    ]
    for sources, pointer in cases:
        answer = create(client, fresh_name("m"), sources)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    both = client.post("/v1/markets", json={"id": fresh_name("m"), "kind": "replay", "symbol": "GOOG", "sources": [one]})
    assert both.json()["errors"][0]["pointer"] == "/symbol"
    missing = create(client, fresh_name("m"), [{**one, "symbol": "GOOG"}, {**one, "venue": "X", "format": "tea-leaves"}])
    assert missing.status_code in {404, 422}


@pytest.mark.gauntlet
@pytest.mark.parametrize(
    ("kind", "sources"),
    [(KINDS[0], TWO_VENUES), pytest.param(KINDS[1], [*TWO_VENUES, TWO_SYMBOLS[1]], marks=pytest.mark.gauntlet)],
)
def test_a_session_of_several_floors_that_is_killed_ends_like_one_that_was_not(kind: str, sources: Any, tmp_path: Any) -> None:
    hashes = []
    for killed in (False, True):
        with fresh(kind, tmp_path / f"db{killed}") as url:
            server = Server(tmp_path / f"state{killed}", DATA, database_url=url)
            try:
                server.start()
                with server.client() as client:
                    assert create(client, "m", sources, speed=20_000 if killed else "max").status_code == 201
                    for name, symbol in (("a", "GOOG"), ("b", sources[-1]["symbol"])):
                        post(client, "m", symbol, client_order_id=name, end_time="2012-06-21T14:20:00Z")
                    client.post("/v1/markets/m/start")
                    if killed:
                        eventually(lambda: pages(client, "/v1/fills"))
                if killed:
                    time.sleep(0.05)
                    server.kill()
                    server.start()
                with server.client() as client:
                    hashes.append(over(client, "m")["session_hash"])
            finally:
                server.kill()
    assert hashes[0] == hashes[1]
