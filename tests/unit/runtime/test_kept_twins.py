"""A market is run without an order once for all who ask, again once anything of it moves on, and few are kept."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any
from unittest import mock

import msgspec
import pytest

from metaorder.runtime import analyst as analyst_module
from metaorder.runtime.analyst import Analyst
from metaorder.runtime.kept_twins import KeptTwins
from metaorder.runtime.twin import NoTwin
from support.sessions import spec

MARKET = {"spec": msgspec.json.encode(spec()).decode()}


class Commands:
    """What a session was told: it can be told more."""

    def __init__(self) -> None:
        self.told: list[bytes] = [b"{}"]

    async def commands(self, _session: str) -> list[bytes]:
        return list(self.told)


def asked(*what: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The runs that questions come to, one after another. what: of the order, the clock, and whether the session is told more."""
    runs: list[tuple[Any, ...]] = []

    def run_without(*args: Any) -> Any:
        runs.append(args)
        return SimpleNamespace(run=len(runs))

    async def main() -> None:
        queries: Any = Commands()
        nothing: Any = None
        analyst = Analyst(service=nothing, queries=queries, clock=nothing, data=nothing, calendars=nothing, engine="e")
        for each in what:
            queries.told += [b"{}"] * each.get("more", 0)
            row = {"id": each.get("id", "P"), "version": each.get("version", 1), "symbol": "ACME", "session": "lab", "started": 1}
            record: Any = SimpleNamespace(clock=each.get("clock", 5))
            twin, why = await analyst._twin(row, MARKET, record)
            assert (twin is None, why) == (False, None)

    with mock.patch.object(analyst_module, "run_without", run_without):
        asyncio.run(main())
    return runs


def test_the_same_question_is_not_run_again() -> None:
    assert len(asked({}, {}, {})) == 1


@pytest.mark.parametrize("change", [{"version": 2}, {"clock": 6}, {"more": 1}, {"id": "Q"}])
def test_an_order_or_a_market_that_moved_on_is_run_again(change: dict[str, Any]) -> None:
    assert len(asked({}, change)) == 2


def test_who_asks_at_once_waits_for_one_run_even_if_the_first_is_gone() -> None:
    begun, go, runs = threading.Event(), threading.Event(), []

    def run() -> Any:
        runs.append(1)
        begun.set()
        assert go.wait(timeout=10)
        return "record"

    async def main() -> list[Any]:
        twins = KeptTwins()
        first = asyncio.create_task(twins.get("a", run))
        await asyncio.to_thread(begun.wait, 10)
        others = [asyncio.create_task(twins.get("a", run)) for _ in range(3)]
        first.cancel()
        await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*others)

    assert (asyncio.run(main()), len(runs)) == (["record"] * 3, 1)


def test_a_run_that_failed_is_tried_again_and_the_oldest_gives_way() -> None:
    runs: list[str] = []

    def run(name: str, *, fails: bool = False) -> Any:
        runs.append(name)
        if fails:
            raise NoTwin("another build")
        return name

    async def main() -> None:
        twins = KeptTwins(most=2)
        for _ in range(2):
            with pytest.raises(NoTwin):
                await twins.get("bad", lambda: run("bad", fails=True))
        for name in ("a", "b", "a", "c", "a", "b"):
            assert await twins.get(name, lambda name=name: run(name)) == name

    asyncio.run(main())
    assert runs == ["bad", "bad", "a", "b", "c", "b"]
