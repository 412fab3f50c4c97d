"""The analyst comes back to what was not analysed, and leaves the hopeless alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from metaorder.runtime.analyst import AT_ONCE, MOST_TRIES, Analyst
from metaorder.usecases.errors import Conflict


class Lost:
    """Orders of which some have lost their market."""

    def __init__(self, lost: int, good: int) -> None:
        self.left = [f"lost-{n}" for n in range(lost)] + [f"good-{n}" for n in range(good)]

    async def unanalysed(self, limit: int) -> list[dict[str, Any]]:
        return [{"id": name, "account": "main"} for name in self.left[:limit]]


class Tried(Analyst):
    """An analyst that only says whether it could."""

    async def analysis(self, principal: Any, row: Any) -> dict[str, object]:
        if row["id"].startswith("lost"):
            raise Conflict("no_market_record", "gone")
        self.queries.left.remove(row["id"])
        return {}


def test_orders_that_cannot_be_analysed_do_not_keep_the_others_waiting() -> None:
    queries: Any = Lost(lost=2 * AT_ONCE, good=3)
    nothing: Any = None
    analyst = Tried(service=nothing, queries=queries, clock=nothing, data=nothing, calendars=nothing, engine="e")
    tries: Counter[str] = Counter()
    done = [asyncio.run(analyst.catch_up(tries)) for _ in range(4 * MOST_TRIES)]
    assert sum(done) == 3
    assert max(tries.values()) == MOST_TRIES
