"""Clients at their worst: cut off at any byte, over restarts of the server."""

from __future__ import annotations

import random

import httpx
import pytest

from support.orders import market, pages, post, start
from support.raw_stream import events, opened, read
from support.server import Server

CUTS = 12


def busy(client: httpx.Client, orders: int) -> str:
    """A market with orders that make some thousand events each."""
    lab = market(client)
    for _ in range(orders):
        post(client, lab, quantity=40_000, algo="pov", end_time="2026-03-02T20:35:00Z")
    return lab


@pytest.mark.gauntlet
def test_a_client_cut_off_at_any_byte_over_restarts_misses_nothing(tmp_server: Server) -> None:
    dice, held, found = random.Random(5), 0, []
    tmp_server.start()
    with tmp_server.client() as client:
        start(client, busy(client, 1))
    for cut in range(CUTS):
        with opened(tmp_server, held) as connection:
            connection.settimeout(0.3)
            whole = events(read(connection, dice.randrange(1, 400_000)))
        found += whole
        held = max((event["seq"] for event in whole), default=held)
        if cut in {4, 8}:
            tmp_server.kill()
            tmp_server.start()
    with tmp_server.client() as client:
        everything = pages(client, "/v1/events")
    assert held > 100
    assert found == everything[: len(found)], "each once, in order, the same after a crash"
    assert [event["seq"] for event in found] == list(range(1, held + 1))
    with tmp_server.stream(f"?after={everything[-1]['seq'] + 10**6}") as ahead:
        assert "seq_ahead" in ahead.recv(timeout=5)
