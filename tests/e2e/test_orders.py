"""Parent orders over REST, worked in a C++ book, on SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from support.orders import body, market, pages, post, start
from support.server import Server, events, eventually

DONE = {"filled", "canceled", "expired", "rejected"}


def finished(client: httpx.Client, parent: str) -> dict[str, Any]:
    """The order once it is terminal."""

    def look() -> dict[str, Any] | None:
        order: dict[str, Any] = client.get(f"/v1/parent-orders/{parent}").json()
        return order if order["status"] in DONE else None

    return eventually(look)


@pytest.mark.parametrize("algo", ["twap", "vwap", "pov"])
def test_an_order_is_worked_and_its_fills_add_up(client: httpx.Client, algo: str) -> None:
    lab = market(client)
    made = post(client, lab, algo=algo, quantity=20_000, end_time="2026-03-02T15:35:00Z")
    assert (made["status"], made["working"], made["waiting"], made["version"]) == ("new", False, "start", 1)
    assert made["stamp"] == {"market_time": "2026-03-02T14:30:00.000000000Z", "event_index": 0}
    start(client, lab)
    order = finished(client, made["id"])
    fills = pages(client, f"/v1/parent-orders/{made['id']}/fills", limit=7)
    children = pages(client, f"/v1/parent-orders/{made['id']}/children", limit=7)
    assert order["filled_quantity"] == sum(fill["quantity"] for fill in fills) == sum(c["filled_quantity"] for c in children)
    assert order["filled_quantity"] >= 19_000
    assert len({fill["execution_id"] for fill in fills}) == len(fills)
    value = sum(Decimal(fill["price"]) * fill["quantity"] for fill in fills)
    assert abs(Decimal(order["avg_price"]) - value / order["filled_quantity"]) < Decimal("0.000001")
    assert Decimal(order["fees"]) == sum(Decimal(fill["fee"]) for fill in fills)
    assert [child["id"] for child in children] == [f"{made['id']}-{n}" for n in range(1, len(children) + 1)]
    assert all({"placement", "target", "due", "room"} <= set(child["reason"]) for child in children)
    assert all(set(child["quote"]) == {"bid", "ask", "bid_size", "ask_size"} for child in children)
    assert client.get(f"/v1/parent-orders/{made['id']}/reasons").json()["items"][0]["reason"] == children[0]["reason"]


def test_the_first_answer_equals_what_is_read_afterwards(client: httpx.Client) -> None:
    lab = market(client)
    made = post(
        client, lab, limit_price="150.00", urgency=0.25, tags={"desk": "a"}, decision_price="99.995", max_participation=0.1
    )
    read = client.get(f"/v1/parent-orders/{made['id']}").json()
    assert {name: value for name, value in made.items() if name != "stamp"} == read
    assert client.get(f"/v1/parent-orders/by-client-id/{made['client_order_id']}").json() == read
    assert (read["urgency"], read["max_participation"], read["decision_price"]) == ("0.25", "0.1", "99.9950")


def test_the_same_request_again_gets_the_first_answer(client: httpx.Client) -> None:
    lab = market(client)
    request = body(lab)
    first = client.post("/v1/parent-orders", json=request)
    again = client.post("/v1/parent-orders", json=dict(reversed(request.items())))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    other = client.post("/v1/parent-orders", json={**request, "quantity": 5_001})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert len([o for o in pages(client, "/v1/parent-orders") if o["client_order_id"] == request["client_order_id"]]) == 1


def test_pause_resume_amend_and_cancel_do_what_they_say(client: httpx.Client) -> None:
    lab = market(client, speed=600)
    made = post(client, lab, quantity=20_000, start_time=..., end_time="2026-03-02T20:00:00Z")
    path = f"/v1/parent-orders/{made['id']}"
    start(client, lab)
    eventually(lambda: client.get(path).json()["filled_quantity"] > 0)
    paused = client.post(f"{path}/pause", json={"cancel_open": True})
    assert (paused.status_code, paused.json()["status"], paused.json()["working"]) == (200, "suspended", False)
    assert client.post(f"{path}/pause").json()["status"] == "suspended"
    amended = client.patch(path, json={"quantity": 30_000, "params": {"slices": 100}}, headers={"If-Match": "1"})
    assert amended.status_code == 200, amended.text
    assert (amended.json()["quantity"], amended.json()["version"]) == (30_000, 2)
    assert amended.json()["params"] == {"slices": 100, "interval_s": 60, "randomise": "0"}
    assert amended.json()["schedule"]["before"][-1]["quantity"] == 20_000
    assert amended.json()["schedule"]["after"][-1]["quantity"] == 30_000
    again = client.patch(path, json={"quantity": 30_000, "params": {"slices": 100}}, headers={"If-Match": '"1"'})
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.content == amended.content
    stale = client.patch(path, json={"quantity": 40_000}, headers={"If-Match": "1"})
    assert stale.status_code in {412, 422}
    resumed = client.post(f"{path}/resume")
    assert (resumed.status_code, resumed.json()["status"]) == (200, "partially_filled")
    below = client.patch(path, json={"quantity": 1}, headers={"If-Match": "2"})
    assert (below.status_code, below.json()["code"]) == (409, "quantity_below_executed")
    assert below.json()["filled"] > 0
    canceled = client.post(f"{path}/cancel")
    assert canceled.status_code == 202
    order = finished(client, made["id"])
    assert (order["status"], order["reason"]) == ("canceled", "client_request")
    assert order["filled_quantity"] + order["canceled_quantity"] == 30_000
    assert order["leaves_quantity"] == 0
    first = client.get(f"{path}/timeline").json()["points"][0]
    assert (first["target_quantity"] is not None, first["most_quantity"]) == (True, first["target_quantity"] + 400)
    over = client.post(f"{path}/cancel")
    assert (over.status_code, over.json()["status"]) == (200, "canceled")
    assert client.post(f"{path}/resume").json()["code"] == "order_closed"


def test_a_version_that_has_moved_is_412_and_a_missing_one_428(client: httpx.Client) -> None:
    lab = market(client)
    path = f"/v1/parent-orders/{post(client, lab)['id']}"
    assert client.patch(path, json={"quantity": 6_000}).status_code == 428
    assert client.patch(path, json={"quantity": 6_000}, headers={"If-Match": "1"}).json()["version"] == 2
    moved = client.patch(path, json={"quantity": 7_000}, headers={"If-Match": "7"})
    assert (moved.status_code, moved.json()["code"], moved.json()["version"]) == (412, "version_mismatch", 2)
    assert client.get(path).json()["quantity"] == 6_000


def test_a_limit_can_be_moved_and_removed(client: httpx.Client) -> None:
    lab = market(client)
    path = f"/v1/parent-orders/{post(client, lab, limit_price='90.00')['id']}"
    assert client.patch(path, json={"limit_price": "95.00"}, headers={"If-Match": "1"}).json()["limit_price"] == "95.00"
    assert client.patch(path, json={"limit_price": None}, headers={"If-Match": "2"}).json()["limit_price"] is None


def test_cancel_all_ends_every_order_of_a_market(client: httpx.Client) -> None:
    lab, other = market(client), market(client)
    made = [post(client, lab) for _ in range(3)]
    kept = post(client, other)
    answer = client.post("/v1/parent-orders/cancel-all", json={"market": lab})
    assert (answer.status_code, answer.json()["count"]) == (202, 3)
    assert {finished(client, order["id"])["status"] for order in made} == {"canceled"}
    assert client.get(f"/v1/parent-orders/{kept['id']}").json()["status"] == "new"


def test_a_market_that_is_deleted_takes_its_orders_with_it(client: httpx.Client) -> None:
    lab = market(client, speed=600)
    made = post(client, lab, quantity=50_000, start_time=..., end_time="2026-03-02T20:00:00Z")
    start(client, lab)
    eventually(lambda: client.get(f"/v1/parent-orders/{made['id']}").json()["filled_quantity"] > 0)
    assert client.delete(f"/v1/markets/{lab}").json()["state"] == "deleted"
    order = client.get(f"/v1/parent-orders/{made['id']}").json()
    assert (order["status"], order["reason"]) == ("canceled", "market_deleted")
    children = pages(client, f"/v1/parent-orders/{made['id']}/children")
    assert {child["status"] for child in children} <= DONE
    assert client.post("/v1/parent-orders", json=body(lab)).json()["code"] == "market_closed"
    again = client.post("/v1/markets", json={"id": lab, "kind": "simulated"})
    assert (again.status_code, again.json()["code"]) == (409, "market_exists")


def test_kill_suspends_everything_and_rearm_lets_new_orders_in(server: Server, client: httpx.Client) -> None:
    lab = market(client, speed=600)
    made = post(client, lab, quantity=100_000, start_time=..., end_time="2026-03-02T20:00:00Z")
    start(client, lab)
    path = f"/v1/parent-orders/{made['id']}"
    eventually(lambda: client.get(path).json()["filled_quantity"] > 0)
    killed = client.post("/v1/kill", json={"reason": "drill"}).json()
    assert killed["killed"] is True
    assert client.get(path).json()["status"] == "suspended"
    refused = client.post("/v1/parent-orders", json=(request := body(lab, start_time=..., end_time="2026-03-02T20:00:00Z")))
    assert (refused.status_code, refused.json()["code"]) == (422, "kill_switch")
    replayed = client.post("/v1/parent-orders", json=request)
    assert (replayed.status_code, replayed.content) == (422, refused.content)
    assert replayed.headers["Idempotent-Replayed"] == "true"
    rejected = client.get(f"/v1/parent-orders/by-client-id/{request['client_order_id']}").json()
    assert (rejected["status"], rejected["reason"]) == ("rejected", "kill_switch")
    before = len(pages(client, f"{path}/children"))
    clock = client.get(f"/v1/markets/{lab}").json()["clock"]
    eventually(lambda: client.get(f"/v1/markets/{lab}").json()["clock"] > clock)
    assert client.post("/v1/rearm").json()["killed"] is False
    assert client.get(path).json()["status"] == "suspended"
    assert len(pages(client, f"{path}/children")) == before
    assert client.post(f"{path}/resume").json()["status"] == "partially_filled"
    eventually(lambda: len(pages(client, f"{path}/children")) > before)


def test_the_analysis_adds_up_and_is_final_once_late_facts_are_in(client: httpx.Client) -> None:
    lab = market(client, previous_close={"ACME": "569.875"})
    made = post(client, lab, quantity=5_000)
    early = client.get(f"/v1/parent-orders/{made['id']}/tca").json()
    assert (early["final"], early["avg_price"], early["is_bps"]) == (False, None, None)
    assert early["missing"]["arrival"]
    start(client, lab)
    finished(client, made["id"])
    found = eventually(lambda: (doc := client.get(f"/v1/parent-orders/{made['id']}/tca").json())["final"] and doc)
    assert found["impact_basis"] == "simulated"
    amounts = [Decimal(value) for value in found["components_amount"].values()]
    assert sum(amounts) == Decimal(found["is_amount"])
    assert abs(sum(found["components_bps"].values()) - found["is_bps"]) < 1e-5
    assert found["benchmarks"]["interval_vwap"] is not None
    assert found["benchmarks"]["previous_close"] == "569.8750", "as it was stated, off the grid of ticks too"
    assert found["slippage_bps"]["previous_close"] == pytest.approx((float(found["avg_price"]) / 569.875 - 1) * 1e4, abs=1e-3)
    eventually(lambda: client.get(f"/v1/markets/{lab}").json()["state"] == "closed")
    late = client.get(f"/v1/parent-orders/{made['id']}/tca").json()
    assert late["benchmarks"]["close"] is not None
    assert late["components_amount"] == found["components_amount"]
    assert late["version"] >= found["version"] >= 1
    moments = client.get(f"/v1/parent-orders/{made['id']}/timeline").json()["points"]
    assert moments[-1]["filled_quantity"] == late["filled_quantity"]
    assert moments[-1]["avg_price"] == late["avg_price"]
    assert moments[-1]["slippage_bps"] == late["slippage_bps"]["arrival"]
    assert moments[-1]["participation"] == late["participation"]
    otherwise = f"/v1/parent-orders/{made['id']}/counterfactual"
    assert len(client.post(otherwise, json={"algo": None}).json()["impact_path"]) == 61
    assert client.post(otherwise, json={"algo": "guess"}).status_code == 422
    report = f"/v1/parent-orders/{made['id']}/tca/report"
    assert client.get(report).text.startswith("# Buy")
    assert "Plotly.newPlot" in client.get(report, params={"format": "html"}).text
    told = client.get(report, params={"format": "json", "version": late["version"]}).json()
    assert (told["version"], told["final"], told["analysis"]["is_bps"]) == (late["version"], True, late["is_bps"])
    assert f"Version {late['version']} of the analysis of {made['id']}, final." in client.get(report).text
    assert "high_shortfall" in [each["rule"] for each in told["recommendations"]]
    lenient = client.get(report, params={"format": "json", "shortfall_bps": 10_000}).json()
    assert "high_shortfall" not in [each["rule"] for each in lenient["recommendations"]]
    assert client.get(report, params={"fill_rate": 1.1}).status_code == 422
    other = {"version": late["version"] + 1}
    for refused in (client.get(report, params=other), client.get(report.removesuffix("/report"), params=other)):
        assert (refused.status_code, refused.json()["code"]) == (409, "another_version")
    many = client.get("/v1/tca", params={"group_by": "algo,side", "market": lab, "final": "true", "compare": "true"}).json()
    (group,) = many["groups"]
    assert (group["orders"], group["mean"]) == (1, late["is_bps"])
    assert group["says"].startswith("not enough data to say")
    table = client.get("/v1/tca", params={"group_by": "symbol", "market": lab, "format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) == 2
    assert client.get("/v1/tca", params={"group_by": "colour"}).status_code == 422
    brief = client.get("/v1/tca/summary", params={"by": "algo", "market": lab}).json()
    assert [each["orders"] for each in brief["groups"]] == [1]
    assert client.get("/v1/tca/summary", params={"by": "algo", "format": "md"}).text.startswith(
        "# What orders cost, by algorithm"
    )
    assert "<h1>" in client.get("/v1/tca/summary", params={"by": "day", "format": "html"}).text
    assert client.get("/v1/tca/calibration").json()["says"].startswith("not enough data to say")


def test_the_stream_tells_it_all(server: Server, client: httpx.Client) -> None:
    lab = market(client)
    made = post(client, lab)
    with server.stream("?after=0") as connection:
        start(client, lab)
        found: list[dict[str, Any]] = []
        while not any(event["type"] == "parent.filled" and event["parent_id"] == made["id"] for event in found):
            found += events(connection, until="parent.filled")
    assert [event["seq"] for event in found] == list(range(1, len(found) + 1))
    mine = [event for event in found if event["parent_id"] == made["id"]]
    assert mine[0]["type"] == "parent.accepted"
    fills = [event for event in mine if event["type"] == "fill"]
    assert [fill["filled_quantity"] for fill in fills] == _running(fills)
    assert fills[-1]["leaves_quantity"] == 0
    assert pages(client, "/v1/events")[: len(found)] == found


def _running(fills: list[dict[str, Any]]) -> list[int]:
    total, running = 0, []
    for fill in fills:
        total += fill["quantity"]
        running.append(total)
    return running


def test_a_market_is_made_of_a_scenario_with_parameters_of_ones_own(client: httpx.Client) -> None:
    lab = market(client, scenario="thin", parameters={"tick_size": "0.05", "half_spread": 6})
    made = client.get(f"/v1/markets/{lab}").json()
    assert made["instrument"]["tick_size"] == "0.05"
    assert (made["options"]["scenario"], made["options"]["parameters"]) == ("thin", {"tick_size": "0.05", "half_spread": 6})
    book = client.get(f"/v1/markets/{lab}/book", params={"depth": 1}).json()
    bid, ask = (Decimal(book[side][0]["price"]) for side in ("bids", "asks"))
    assert bid < 200 < ask, "4000 ticks of five cents"
    assert (ask - bid) % Decimal("0.05") == 0
