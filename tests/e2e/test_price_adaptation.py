"""price_adaptation over REST: taken or refused by name, shown, amended, worked by, back after a kill, noted in an estimate."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from support.orders import body, fresh_name, market, pages, post, start
from support.server import Server, eventually

WANTED = {"mode": "aggressive_in_the_money", "slope_per_bp": "0.01", "max_shift": "0.10"}
OTHER = {"mode": "passive_in_the_money", "slope_per_bp": "0.005", "max_shift": "0.2"}
LATE = {"start_time": ..., "end_time": "2026-03-02T20:00:00Z"}


def changed(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in {**WANTED, **values}.items() if value is not ...}


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        (changed(mode="aggressive"), "/price_adaptation/mode"),
        (changed(mode=...), "/price_adaptation/mode"),
        (changed(slope_per_bp="0"), "/price_adaptation/slope_per_bp"),
        (changed(slope_per_bp="-0.01"), "/price_adaptation/slope_per_bp"),
        (changed(slope_per_bp=...), "/price_adaptation/slope_per_bp"),
        (changed(slope_per_bp=True), "/price_adaptation/slope_per_bp"),
        (changed(max_shift="1.01"), "/price_adaptation/max_shift"),
        (changed(max_shift=None), "/price_adaptation/max_shift"),
        (changed(bounds=[0, 1]), "/price_adaptation/bounds"),
        ("aggressive_in_the_money", "/price_adaptation"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_changes_nothing(client: httpx.Client, wanted: Any, pointer: str) -> None:
    lab = market(client)
    for path in ("/v1/parent-orders", "/v1/estimates"):
        answer = client.post(path, json=body(lab, price_adaptation=wanted))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    order = post(client, lab, price_adaptation=OTHER)
    answer = client.patch(f"/v1/parent-orders/{order['id']}", headers={"If-Match": "1"}, json={"price_adaptation": wanted})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    now = client.get(f"/v1/parent-orders/{order['id']}").json()
    assert (now["version"], now["price_adaptation"]) == (1, OTHER)
    client.delete(f"/v1/markets/{lab}")


def test_it_is_shown_amended_worked_by_and_back_after_a_kill(server: Server) -> None:
    with server.client() as client:
        lab = market(client, speed=600)
        assert post(client, lab, **LATE)["price_adaptation"] is None
        order = post(client, lab, **LATE, price_adaptation={"mode": WANTED["mode"], "slope_per_bp": 0.01})
        path = f"/v1/parent-orders/{order['id']}"
        assert order["price_adaptation"] == client.get(path).json()["price_adaptation"]
        assert order["price_adaptation"] == {**WANTED, "max_shift": "0.1"}

        def amend(version: int, **changes: Any) -> Any:
            answer = client.patch(path, headers={"If-Match": str(version)}, json=changes)
            assert answer.status_code == 200, answer.text
            return client.get(path).json()["price_adaptation"]

        assert amend(1, price_adaptation=None) is None
        assert amend(2, price_adaptation=OTHER) == OTHER
        assert amend(3, quantity=6_000) == OTHER
        start(client, lab)
        eventually(lambda: client.get(path).json()["filled_quantity"] > 500)
    server.kill()
    server.start()
    with server.client() as client:
        assert client.get(path).json()["price_adaptation"] == OTHER
        sent = len(pages(client, f"{path}/children"))
        eventually(lambda: len(pages(client, f"{path}/children")) > sent)
        reasons = [child["reason"] for child in pages(client, f"{path}/children")]
        assert all({"price_shift", "moved_bps"} <= reason.keys() for reason in reasons)
        assert any(reason["moved_bps"] is not None for reason in reasons)
        client.delete(f"/v1/markets/{lab}")


def test_an_estimate_says_that_it_is_without_it_and_a_basket_has_none(client: httpx.Client) -> None:
    lab = market(client)
    plain = client.post("/v1/estimates", json=body(lab)).json()
    with_it = client.post("/v1/estimates", json=body(lab, price_adaptation=WANTED)).json()
    assert "price_adaptation" in with_it["missing"]
    assert "price_adaptation" not in plain["missing"]
    assert with_it["schedule"] == plain["schedule"]
    leg = {"symbol": "ACME", "side": "buy", "quantity": 1_000}
    basket = {"basket_id": fresh_name("b"), "market": lab, "legs": [leg], "duration_s": 600, "price_adaptation": WANTED}
    assert client.post("/v1/baskets", json=basket).json()["errors"][0]["pointer"] == "/price_adaptation"
    client.delete(f"/v1/markets/{lab}")
