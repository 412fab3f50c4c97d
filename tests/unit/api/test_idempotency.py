"""A thing is done once: by the first who asks. Twins wait for it, but not for ever, and also where its caller has gone."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Response

from metaorder.api import idempotency
from metaorder.domain.order import Account
from metaorder.domain.principal import Principal, Scope
from metaorder.ports.journal import Answer
from metaorder.runtime.service import Unanswered
from metaorder.usecases.errors import Conflict, Unprocessable

ME = Principal(Account("main"), "K1", frozenset({Scope.TRADE}))
OTHER = Principal(Account("other"), "K2", frozenset({Scope.TRADE}))


class Desk:
    """What may be asked of a service with one id: it is done when the gate opens, and its answer is stored with it."""

    def __init__(self) -> None:
        self.done = 0
        self.gate = asyncio.Event()
        self.stored: dict[tuple[str, str], Answer] = {}
        self.ctx: Any = SimpleNamespace(in_flight={}, queries=self)

    async def answer(self, principal: Principal, key: str) -> Answer | None:
        await asyncio.sleep(0)  # as a database: others come between the question and its answer
        return self.stored.get((principal.account, key))

    def store(self, principal: Principal, digest: str) -> Response:
        self.done += 1
        answer = Answer(
            account=principal.account,
            key="a-1",
            body_hash=digest,
            parent=f"P{self.done}",
            status=201,
            response=b'{"id":"P%d"}' % self.done,
        )
        self.stored[principal.account, "a-1"] = answer
        return idempotency.answer_response(answer, 201)

    async def ask(self, digest: str = "same", principal: Principal = ME) -> Response:
        async def do() -> Response:
            await self.gate.wait()
            return self.store(principal, digest)

        return await idempotency.once(self.ctx, principal, "a-1", digest, do)


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_of_twenty_one_does_it_and_all_get_its_answer() -> None:
    async def race() -> None:
        desk = Desk()
        racers = [asyncio.ensure_future(desk.ask()) for _ in range(20)]
        await turns()
        desk.gate.set()
        answers = await asyncio.gather(*racers)
        assert desk.done == 1
        assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
        assert {bytes(answer.body) for answer in answers} == {b'{"id":"P1"}'}
        assert desk.ctx.in_flight == {}

    asyncio.run(race())


def test_a_twin_that_takes_too_long_is_in_progress_and_is_answered_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "PATIENCE_S", 0.0)

    async def wait() -> None:
        desk = Desk()
        first = asyncio.ensure_future(desk.ask())
        await turns()
        with pytest.raises(Conflict) as refused:
            await asyncio.wait_for(desk.ask(), timeout=30)  # not where it would wait for ever
        assert (refused.value.code, desk.done) == ("in_progress", 0)
        desk.gate.set()
        assert (await first).status_code == 201
        again = await desk.ask()
        assert (again.status_code, again.body, again.headers["Idempotent-Replayed"]) == (200, b'{"id":"P1"}', "true")
        assert desk.done == 1

    asyncio.run(wait())


def test_another_body_is_refused_at_once_and_another_account_is_no_twin() -> None:
    async def ask() -> None:
        desk = Desk()
        first = asyncio.ensure_future(desk.ask())
        await turns()
        with pytest.raises(Unprocessable) as refused:
            await desk.ask("another")
        assert refused.value.code == "idempotency_mismatch"
        theirs = asyncio.ensure_future(desk.ask(principal=OTHER))
        await turns()
        desk.gate.set()
        assert [answer.status_code for answer in await asyncio.gather(first, theirs)] == [201, 201]

    asyncio.run(ask())


def test_who_repeats_what_is_not_known_yet_waits_until_it_is() -> None:
    async def ask() -> None:
        desk = Desk()
        pending: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def unknown() -> Response:
            raise Unanswered(pending)

        with pytest.raises(Unanswered):
            await idempotency.once(desk.ctx, ME, "a-1", "same", unknown)
        desk.gate.set()
        again = asyncio.ensure_future(desk.ask())
        await turns()
        assert not again.done(), "it would be done twice"
        desk.store(ME, "same")
        pending.set_result(None)
        assert (await again).status_code == 200
        assert desk.done == 1

    asyncio.run(ask())


def test_what_failed_may_be_asked_again() -> None:
    async def ask() -> None:
        desk = Desk()

        async def fails() -> Response:
            raise Conflict("market_over", "the day has ended")

        with pytest.raises(Conflict):
            await idempotency.once(desk.ctx, ME, "a-1", "same", fails)
        desk.gate.set()
        assert (await desk.ask()).status_code == 201

    asyncio.run(ask())
