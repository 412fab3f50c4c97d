"""Kills by the hundred, with orders at work in two markets: after the kill's row nobody whom it concerns makes anything new."""

from __future__ import annotations

import os
import random
from bisect import bisect_left
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.tables import journal
from support.orders import body, market, post, start
from support.server import Server

KILLS = int(os.environ.get("METAORDER_KILLS", "100"))
SPEED = 30 if KILLS <= 200 else 8
"""Times real time: slow enough that the day outlasts the kills."""

NEW = {"child.submitted", "parent.accepted", "parent.resumed"}
"""What makes exposure, or lets it be made."""

LONG = {"start_time": ..., "end_time": "2026-03-02T20:59:00Z", "quantity": 200_000, "algo": "pov", "max_participation": "0.5"}


def order(client: httpx.Client, lab: str) -> str:
    """An order that is at work for the whole day; its id."""
    return str(post(client, lab, **LONG)["id"])


def written(server: Server) -> list[tuple[int, str, str]]:
    """Position, type and order of every row of the journal."""
    assert server.database_url is not None
    engine = writer_engine(server.database_url)
    with engine.connect() as connection:
        rows = connection.execute(select(journal.c.position, journal.c.type, journal.c.parent)).all()
    engine.dispose()
    return [(position, kind, parent) for position, kind, parent in rows]


def reaches(labs: list[str], parents: list[str], dice: random.Random) -> dict[str, Any]:
    """Whom a kill concerns."""
    return dice.choice(
        [{}, {"account": "main"}, {"symbol": "ACME"}, {"market": dice.choice(labs)}, {"parent_id": dice.choice(parents)}]
    )


def covers(reach: dict[str, Any], parent: str, of_market: dict[str, str]) -> bool:
    """Whether a kill concerns an order: all are of one account and one symbol."""
    return reach.get("market") in (None, of_market.get(parent)) and reach.get("parent_id") in (None, parent)


@pytest.mark.gauntlet
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_after_a_kill_under_load_nothing_new_is_made(server: Server) -> None:
    dice = random.Random(11)
    of_market: dict[str, str] = {}
    kills: list[Any] = []
    with server.client() as client:
        labs = [market(client, speed=SPEED), market(client, speed=SPEED)]
        for lab in labs:
            for _ in range(4):
                of_market[order(client, lab)] = lab
            start(client, lab)
        for _ in range(KILLS):
            reach = reaches(labs, list(of_market), dice)
            kills.append((client.post("/v1/kill", json=reach).json()["kill_seq"], reach))
            concerned = [parent for parent in of_market if covers(reach, parent, of_market)]
            for parent in concerned[:2]:  # whoever tries meanwhile
                client.post(f"/v1/parent-orders/{parent}/resume")
            client.post("/v1/parent-orders", json=body(of_market[concerned[0]], **LONG))
            rearmed = client.post("/v1/rearm", json=reach).json()
            assert rearmed["latches"] == []
            kills[-1] = (*kills[-1], rearmed["kill_seq"])
            for parent in concerned:
                client.post(f"/v1/parent-orders/{parent}/resume")
        states = [client.get(f"/v1/markets/{lab}").json()["state"] for lab in labs]
    server.kill()
    assert states == ["running"] * len(labs), "the last kill met a load too"
    rows = written(server)
    worked, shuts = 0, [shut for shut, _, _ in kills]
    assert shuts == sorted(shuts)
    for position, kind, parent in rows:
        if kind not in NEW:
            continue
        worked += kind == "child.submitted"
        before = bisect_left(shuts, position)
        if before:
            shut, reach, rearmed = kills[before - 1]  # each is rearmed before the next
            assert not (position < rearmed and covers(reach, parent, of_market)), (kind, position, shut, rearmed, reach)
    assert worked > KILLS, "there was a load"
