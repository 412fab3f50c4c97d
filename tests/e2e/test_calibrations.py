"""Calibrations over REST: asked, told on the stream, read, cancelled, interrupted, on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from support.flows import metaorders
from support.orders import body, market, post
from support.server import Server, events, eventually, serving

TABLE = {"kind": "volume", "format": "volume-table", "source": "volume/aapl_15min_volume_2019.csv"}
LONG = {"kind": "all", "scenario": "liquid-small-tick", "days": 20}


def ask(client: httpx.Client, **asked: Any) -> dict[str, Any]:
    answer = client.post("/v1/calibrations", json=asked)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/calibrations/{answer.json()['id']}"
    made: dict[str, Any] = answer.json()
    return made


def ended(client: httpx.Client, job: str) -> dict[str, Any]:
    def over() -> Any:
        found = client.get(f"/v1/calibrations/{job}").json()
        return found if found["state"] in {"done", "failed", "canceled"} else None

    found: dict[str, Any] = eventually(over, wait_s=120)
    return found


def test_a_curve_is_estimated_told_and_kept(server: Server, client: httpx.Client) -> None:
    head = client.get("/v1/events", params={"limit": 1}).json()["as_of_seq"]
    with server.stream(f"?after={head}&type=calibration") as connection:
        made = ask(client, **TABLE)
        told = events(connection, until="calibration.done", wait_s=120)
    assert (made["state"], made["result"], made["request"]["source"]) == ("queued", None, TABLE["source"])
    names = [event["type"] for event in told]
    assert names[:2] == ["calibration.queued", "calibration.started"]
    assert {event["job_id"] for event in told} == {made["id"]}
    shares = [event["progress"] for event in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    found = client.get(f"/v1/calibrations/{made['id']}").json()
    result = found["result"]
    assert (found["state"], len(result["parameters"]), result["refused"]) == ("done", 27, 0)
    first = result["parameters"][0]
    assert (first["model"], first["unit"], first["n"]) == ("volume_curve", "share of the day", 124)
    assert first["value"] == pytest.approx(0.123, abs=0.002), "what the first quarter of an hour is known to have"
    assert len(result["sources"][0]["digest"]) == 64


def test_lists_are_paged_and_of_one_account(server: Server, client: httpx.Client) -> None:
    mine = [ask(client, **TABLE)["id"] for _ in range(3)]
    page = client.get("/v1/calibrations", params={"limit": 2}).json()
    rest = client.get("/v1/calibrations", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [item["id"] for item in [*page["items"], *rest["items"]]][:3] == mine[::-1]
    assert all(item["result"] is None for item in page["items"])
    for each in mine[::-1]:
        assert client.post(f"/v1/calibrations/{each}/cancel").json()["state"] in {"canceled", "done"}
    key = client.post("/v1/keys", json={"name": "other", "scopes": ["trade", "cancel", "read"], "account": "other"}).json()[
        "secret"
    ]
    with server.client(key) as other:
        assert other.get("/v1/calibrations").json()["items"] == []
        assert other.get(f"/v1/calibrations/{mine[0]}").status_code == 404
        assert other.post(f"/v1/calibrations/{mine[0]}/cancel").status_code == 404


def test_what_runs_and_what_waits_can_be_cancelled_and_too_many_are_refused(client: httpx.Client) -> None:
    running, *waiting = [ask(client, **LONG)["id"] for _ in range(8)]
    eventually(lambda: client.get(f"/v1/calibrations/{running}").json()["state"] == "running")
    refused = client.post("/v1/calibrations", json=LONG)
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (409, "too_many_jobs", 8)
    for each in (*waiting, running):
        assert client.post(f"/v1/calibrations/{each}/cancel").json()["state"] == "canceled"
    assert client.post(f"/v1/calibrations/{running}/cancel").json()["state"] == "canceled", "once more changes nothing"


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, ""),
        ({**TABLE, "scenario": "thin"}, ""),
        ({**TABLE, "days": 3}, "/days"),
        ({**TABLE, "kind": "impact"}, "/kind"),
        ({**TABLE, "format": "parchment"}, "/format"),
        ({"source": "a", "format": "lobster"}, "/symbol"),
        ({"scenario": "calm"}, "/scenario"),
        ({"kind": "covariance", "scenario": "thin"}, "/kind"),
        ({"kind": "covariance", "sources": ["a", "b"], "format": "lobster", "symbols": ["A", "A"]}, "/symbols"),
        ({"kind": "covariance", "sources": ["a"], "format": "lobster", "symbols": ["A", "B"]}, "/symbols"),
        ({"kind": "covariance", "sources": ["a", "b"], "format": "lobster", "symbols": ["A", "B"], "symbol": "A"}, "/symbol"),
        ({"source": "a", "format": "lobster", "symbol": "A", "bar_s": 60}, "/bar_s"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(client: httpx.Client, asked: dict[str, Any], pointer: str) -> None:
    answer = client.post("/v1/calibrations", json=asked)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_file_that_is_not_there_fails_the_job_by_name(client: httpx.Client) -> None:
    made = ask(client, source="lobster/none.zip", format="lobster", symbol="GOOG")
    assert ended(client, made["id"])["reason"]["code"] == "source_not_found"
    assert client.post("/v1/calibrations", json={"market": "nowhere"}).status_code == 404


def test_metaorders_give_a_law_that_a_profile_and_an_estimate_are_made_by(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(metaorders(300, y=0.8))
    with serving(Server(tmp_path / "state", tmp_path)) as client:
        wanted = {"kind": "square-root", "format": "metaorder-table", "source": "orders.csv"}
        for wrong in ({"kind": "all"}, {"format": "volume-table"}, {"source": ..., "format": ..., "scenario": "thin"}):
            refused = client.post("/v1/calibrations", json={k: v for k, v in {**wanted, **wrong}.items() if v is not ...})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/kind"), refused.text
        job = ended(client, ask(client, **wanted)["id"])
        y = job["result"]["parameters"][0]
        assert y["low"] <= 0.8 <= y["high"]
        law = {"law": "square_root", "coefficient": y["value"], "exponent": 0.5, "errors": {"coefficient": y["standard_error"]}}
        profile = client.put("/v1/instruments/ACME/profile", json={"calibration_id": job["id"]}).json()
        assert (profile["impact"], profile["as_of"]) == (law, "2026-03-28T23:59:59.000000000Z")
        lab = market(client)
        stated = {"calibration_id": job["id"], "adv": 4_000_000, "sigma_per_sqrt_day": 0.01, "median_spread": "0.10"}
        said = client.post("/v1/estimates", json=body(lab, model=stated)).json()
        peak = y["value"] * 0.01 * (said["quantity"] / 4_000_000) ** 0.5 * 1e4
        assert said["parts_bps"]["permanent"] == pytest.approx(peak * 2 / 3, rel=1e-5)
        assert said["model"]["parameters"]["impact"]["source"] == f"request: calibration {job['id']}"
        assert said["expected_cost_error_bps"] > 0
        none = client.post("/v1/estimates", json=body(lab, model={"calibration_id": "none"}))
        assert (none.status_code, none.json()["errors"][0]["pointer"]) == (422, "/model/calibration_id")
        assert post(client, lab)["profile_version"] == 1, "an order is taken on such a profile too"


@pytest.mark.gauntlet
def test_a_job_that_a_crash_interrupts_says_so_and_one_that_waited_is_done(tmp_server: Server) -> None:
    with serving(tmp_server) as client:
        running = ask(client, **LONG)["id"]
        eventually(lambda: client.get(f"/v1/calibrations/{running}").json()["state"] == "running")
        waiting = ask(client, **TABLE)["id"]
        tmp_server.kill()
    with serving(tmp_server) as client:
        found = client.get(f"/v1/calibrations/{running}").json()
        assert (found["state"], found["reason"]["code"]) == ("failed", "interrupted")
        assert ended(client, waiting)["state"] == "done"
