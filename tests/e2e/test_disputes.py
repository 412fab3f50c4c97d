"""A venue that contradicts itself, over REST: what is held is seen, and the risk desk alone says what became of it."""

from __future__ import annotations

from typing import Any

import httpx

from support.orders import market, pages, post, start
from support.server import Server, eventually

LIE = 300
"""Lots of the fill that `support/lying_venue.py` invents."""


def shown(client: httpx.Client, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/parent-orders/{order['id']}").json()
    return found


def told(client: httpx.Client, order: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [event for event in pages(client, f"/v1/parent-orders/{order['id']}/events") if event["type"] == kind]


def test_what_is_held_at_the_close_is_settled_afterwards_and_has_no_price(tmp_server: Server) -> None:
    tmp_server.environment["METAORDER_TEST_HOOK"] = "support.lying_venue"
    tmp_server.start()
    with tmp_server.client() as admin:
        risk = admin.post("/v1/keys", json={"name": "risk", "scopes": ["risk"]}).json()
        lab = market(admin)
        orders = [post(admin, lab) for _ in range(2)]
        start(admin, lab)
        eventually(lambda: admin.get(f"/v1/markets/{lab}").json()["state"] == "closed")
    for order in orders:  # the first while its market is in memory, the second after a crash
        with tmp_server.client() as admin, tmp_server.client(key=risk["secret"]) as desk:
            before = shown(admin, order)
            held = before["disputed_quantity"]
            assert (before["status"], held % LIE, held > 0) == ("expired", 0, True)
            tca = admin.get(f"/v1/parent-orders/{order['id']}/tca").json()
            assert (tca["unpriced_quantity"], tca["filled_quantity"]) == (held, before["filled_quantity"])
            address, traded = f"/v1/parent-orders/{order['id']}/settle", held // 3
            moved = desk.post(address, json={"disputed_quantity": 2 * held, "traded_quantity": 0})
            assert (moved.status_code, moved.json()["code"]) == (409, "dispute_moved")
            answer = desk.post(address, json={"disputed_quantity": held, "traded_quantity": traded})
            assert answer.status_code == 200, answer.text
            after = answer.json()
            assert (after["disputed_quantity"], after["settled_quantity"]) == (0, traded)
            same = ("status", "filled_quantity", "avg_price", "fees", "reason")
            assert {name: after[name] for name in same} == {name: before[name] for name in same}
            again = desk.post(address, json={"disputed_quantity": held, "traded_quantity": traded})
            assert (again.status_code, again.json()["code"]) == (409, "dispute_moved")
            (event,) = told(admin, order, "risk.settled")
            assert (event["traded_quantity"], event["released_quantity"]) == (traded, held - traded)
            assert (event["actor"], event["status"]) == (risk["id"], "expired")
            tca = admin.get(f"/v1/parent-orders/{order['id']}/tca").json()
            assert (tca["unpriced_quantity"], tca["filled_quantity"]) == (traded, before["filled_quantity"])
            report = admin.get(f"/v1/parent-orders/{order['id']}/tca/report").text
            assert f"{traded:,} more are in dispute, or were settled as traded" in report
        tmp_server.kill()
        tmp_server.start()
    assert [line for line in tmp_server.lines if "lost" in line] == [], "and the next start holds together"


def test_a_dispute_is_seen_settled_by_the_risk_desk_and_kept_over_a_crash(tmp_server: Server) -> None:
    tmp_server.environment["METAORDER_TEST_HOOK"] = "support.lying_venue"
    tmp_server.start()
    with tmp_server.client() as admin:
        keys = {
            scope: admin.post("/v1/keys", json={"name": scope, "scopes": [scope], "account": "desk"}).json()
            for scope in ("trade", "risk")
        }
        lab = market(admin, speed=60)
        with tmp_server.client(key=keys["trade"]["secret"]) as trader, tmp_server.client(key=keys["risk"]["secret"]) as risk:
            order = post(trader, lab, start_time=..., end_time="2026-03-02T20:00:00Z", must_complete=True)
            start(admin, lab)
            eventually(lambda: shown(trader, order)["status"] == "suspended")
            (why,) = told(trader, order, "parent.suspended")
            (said,) = told(trader, order, "risk.discrepancy")
            held = said["held_quantity"]
            lot = held // LIE
            assert (why["reason"], said["code"], held % LIE) == ("venue_discrepancy", "unknown_child", 0)
            seen = shown(trader, order)
            assert (seen["disputed_quantity"], seen["settled_quantity"]) == (held, 0)
            reports = admin.get(f"/v1/markets/{lab}").json()["venue_reports"]
            assert reports["unknown_child"] == 1
            assert reports["repeated"] > 1, "and everything that was said twice is counted"
            address = f"/v1/parent-orders/{order['id']}/settle"
            answer = trader.post(address, json={"disputed_quantity": held, "traded_quantity": held})
            assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
            for disputed, traded, status, code in ((held + lot, 0, 409, "dispute_moved"), (held, held + lot, 422, "validation")):
                answer = risk.post(address, json={"disputed_quantity": disputed, "traded_quantity": traded})
                assert (answer.status_code, answer.json()["code"]) == (status, code)
            answer = risk.post(address, json={"disputed_quantity": held, "traded_quantity": 100 * lot})
            assert answer.status_code == 200, answer.text
            settled = answer.json()
            assert (settled["disputed_quantity"], settled["settled_quantity"]) == (0, 100 * lot)
            assert settled["status"] == "suspended", "to settle is not to resume"
            again = risk.post(address, json={"disputed_quantity": held, "traded_quantity": 0})
            assert (again.status_code, again.json()["code"]) == (409, "dispute_moved")
    tmp_server.kill()
    tmp_server.start()
    with tmp_server.client(key=keys["trade"]["secret"]) as trader, tmp_server.client(key=keys["risk"]["secret"]) as risk:
        (event,) = told(trader, order, "risk.settled")
        assert (event["traded_quantity"], event["released_quantity"]) == (100 * lot, 200 * lot)
        assert event["actor"] == keys["risk"]["id"], "the journal says who"
        assert risk.post(f"/v1/parent-orders/{order['id']}/resume").status_code == 200
        with tmp_server.client() as admin:
            admin.patch(f"/v1/markets/{lab}", json={"speed": "max"})
        eventually(lambda: shown(trader, order)["status"] == "expired")
        over = shown(trader, order)
        assert over["filled_quantity"] == order["quantity"] - 100 * lot, "what was traded is not sent again, what was not is"
        assert (over["disputed_quantity"], over["settled_quantity"], over["reason"]) == (0, 100 * lot, "window_ended")
