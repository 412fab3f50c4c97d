"""Day after day in one server: what it holds of memory, descriptors and threads stays flat, and a second run says the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

import httpx
import pytest

from support.data import DATA
from support.orders import body
from support.server import Server, eventually

DAYS = int(os.environ.get("METAORDER_DAYS", "2"))
ORDERS = (("twap", "buy"), ("vwap", "sell"), ("pov", "buy"))
SETTLED = 12
"""Days after which a server has all that it keeps for good: threads, caches, full rings of events, the allocator's reserve."""

GROWS_MB = 1.5
"""What each day after that may add: a session that is not let go of is more."""

OVER = 4
"""Days that a figure is the mean of: some megabytes come and go."""

LONGEST_DAY_S = 300


def weekdays() -> Iterator[str]:
    day = date(2026, 3, 2)
    while True:
        if day.weekday() < 5:
            yield day.isoformat()
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds between two days."""

    resident_mb: float
    descriptors: int
    threads: int


def held(server: Server) -> Held:
    assert server.process is not None
    about = Path(f"/proc/{server.process.pid}")
    status = dict(line.split(":", 1) for line in (about / "status").read_text().splitlines())
    return Held(int(status["VmRSS"].split()[0]) / 1024, len(list((about / "fd").iterdir())), int(status["Threads"]))


def work(client: httpx.Client, day: str) -> str:
    """A day with some orders; its hash once it has closed, and it is deleted."""
    name = f"day-{day}"
    spec = {"id": name, "kind": "simulated", "seed": 7, "date": day, "scenario": "thin", "speed": "max"}
    made = client.post("/v1/markets", json=spec)
    assert made.status_code == 201, made.text
    window = {"start_time": ..., "end_time": ..., "duration_s": 3_600}
    for algo, side in ORDERS:
        asked = body(name, algo=algo, side=side, client_order_id=f"{day}-{algo}", quantity=2_000, **window)
        answer = client.post("/v1/parent-orders", json=asked)
        assert answer.status_code == 201, answer.text
    assert client.post(f"/v1/markets/{name}/start").status_code == 200

    def closed() -> Any:
        found = client.get(f"/v1/markets/{name}").json()
        return found if found["state"] == "closed" else None

    over = eventually(closed, LONGEST_DAY_S)
    assert client.delete(f"/v1/markets/{name}").status_code in {200, 204}
    return str(over["session_hash"])


def run(state: Path) -> tuple[list[str], list[Held]]:
    """The days in a server of their own: their hashes, and what it held after each."""
    server = Server(state, DATA).start()
    try:
        hashes, after = [], []
        with server.client() as client:
            for day in islice(weekdays(), DAYS):
                hashes.append(work(client, day))
                after.append(held(server))
        assert server.stop() == 0
        return hashes, after
    finally:
        server.kill()


@pytest.mark.gauntlet
@pytest.mark.long
def test_days_on_end_leave_nothing_behind_and_are_the_same_again(tmp_path: Path) -> None:
    hashes, after = run(tmp_path / "first")
    assert len(set(hashes)) == DAYS, "each day is another one"
    settled = after[SETTLED:]
    if len(settled) > OVER:
        assert max(each.descriptors for each in settled) <= settled[0].descriptors + 2, after
        assert max(each.threads for each in settled) <= settled[0].threads + 2, after
        first, last = (fmean(each.resident_mb for each in days) for days in (settled[:OVER], settled[-OVER:]))
        grown = (last - first) / (len(settled) - OVER)
        assert grown <= GROWS_MB, f"{grown:.1f} MB more each day: {[round(each.resident_mb) for each in after]}"
    again, _ = run(tmp_path / "second")
    assert again == hashes
