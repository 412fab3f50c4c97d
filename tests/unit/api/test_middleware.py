"""What is too much at once is refused at once, and what makes exposure smaller is let in all the same."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from metaorder.api.middleware import BodyLimit, Depth, Message, Overload, Receive, Scope, Send


class Slow:
    """An application that answers once it is told to."""

    def __init__(self) -> None:
        self.answer = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def ask(app: Overload, path: str) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await app({"type": "http", "path": path, "method": "POST", "headers": []}, asyncio.Event().wait, send)  # type: ignore[arg-type]
    return sent


def test_past_so_many_it_is_a_definite_no_but_for_what_stops_orders() -> None:
    async def scenario() -> None:
        slow = Slow()
        app = Overload(slow, 2)
        first = [asyncio.create_task(ask(app, "/v1/parent-orders")) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await ask(app, "/v1/parent-orders")
        said: dict[str, Any] = json.loads(refused[1]["body"])
        assert (refused[0]["status"], said["code"], said["accepted"]) == (503, "busy", False)
        assert (b"retry-after", b"1") in refused[0]["headers"]
        lane = ("/v1/parent-orders/x/cancel", "/v1/parent-orders/cancel-all", "/v1/kill", "/v1/heartbeat", "/health/live")
        let_in = [asyncio.create_task(ask(app, path)) for path in lane]
        await asyncio.sleep(0)
        slow.answer.set()
        assert {(await each)[0]["status"] for each in (*first, *let_in)} == {200}
        assert (await ask(app, "/v1/parent-orders"))[0]["status"] == 200, "those that are done make room"

    asyncio.run(scenario())


def test_a_client_that_takes_no_answer_holds_no_place() -> None:
    async def scenario() -> None:
        taken = asyncio.Event()

        async def send(message: Message) -> None:
            await taken.wait()

        slow = Slow()
        slow.answer.set()
        app = Overload(slow, 1)
        scope = {"type": "http", "path": "/v1/fills", "method": "GET", "headers": []}
        waiting = asyncio.create_task(app(scope, asyncio.Event().wait, send))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert (await ask(app, "/v1/fills"))[0]["status"] == 200
        assert not waiting.done()
        taken.set()
        await waiting
        assert (await ask(app, "/v1/fills"))[0]["status"] == 200, "a place is given back once"

    asyncio.run(scenario())


def test_a_body_is_whole_before_anything_begins_and_does_not_take_for_ever() -> None:
    async def scenario() -> None:
        begun: list[bytes] = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            begun.append((await receive())["body"])
            assert (await receive())["type"] == "http.disconnect"

        async def sent_in(*parts: Message) -> list[Message]:
            coming, said = list(parts), []

            async def receive() -> Message:
                if not coming:
                    await asyncio.Event().wait()
                return coming.pop(0)

            async def send(message: Message) -> None:
                said.append(message)

            scope = {"type": "http", "path": "/v1/parent-orders", "method": "POST", "headers": [(b"content-length", b"4")]}
            await BodyLimit(app, 0.05)(scope, receive, send)
            return said

        first, gone = {"type": "http.request", "body": b"{} ", "more_body": True}, {"type": "http.disconnect"}
        (start, rest) = await sent_in(first)
        assert (start["status"], json.loads(rest["body"])["code"]) == (408, "body_late")
        assert (b"connection", b"close") in start["headers"]
        assert await sent_in(first, gone) == []
        assert begun == []
        assert await sent_in(first, {"type": "http.request", "body": b" "}, gone) == []
        assert begun == [b"{}  "]

    asyncio.run(scenario())


documents = st.recursive(
    st.text('ab"\\[{}]') | st.integers(), lambda each: st.lists(each) | st.dictionaries(st.text('"\\[{'), each)
)


def slow(value: Any) -> int:
    """Levels of a document."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(slow, inner), default=0)


@given(documents, st.integers(1, 7))
def test_it_is_counted_as_by_who_reads_the_whole(document: Any, size: int) -> None:
    text, depth = json.dumps(document).encode(), Depth()
    for start in range(0, len(text), size):
        depth.feed(text[start : start + size])
    assert depth.deepest == slow(document)
