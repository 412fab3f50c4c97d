"""Pure ASGI middleware: large, deep and late bodies, odd addresses and what is too much are refused; requests are counted."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from metaorder.api.problems import response
from metaorder.ports.metrics import Metrics
from metaorder.usecases.errors import ServiceError, TooLarge, TooLate, Unavailable, Unprocessable

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY = 64 * 1024
DEEPEST = 32
"""Lists and objects within each other in a body; what the service asks for is a few deep."""

BODY_S = 10
"""How long a body may take to come in."""

_MARKS = re.compile(rb'[\[\]{}"\\]')
_LANE = re.compile(r"/(cancel|cancel-all|kill|rearm|heartbeat)$|^/health/")
"""Ends of addresses that are never held up."""

_CONTROL = re.compile("[\x00-\x1f\x7f]")


_TOO_LARGE = TooLarge("body_too_large", f"a body is at most {MOST_BODY} bytes long")
_TOO_LATE = TooLate("body_late", f"a body comes in whole within {BODY_S} s", facts={"accepted": False})
_TOO_DEEP = Unprocessable("body_too_deep", f"lists and objects stand at most {DEEPEST} deep within each other")


class Depth:
    """How deep a JSON text goes, as it comes in. deepest: so far."""

    def __init__(self) -> None:
        self.deepest = 0
        self._depth = 0
        self._quoted = False
        self._escaped = -1  # the place of a byte that an escape takes its meaning from

    def feed(self, part: bytes) -> None:
        """Read on."""
        for mark in _MARKS.finditer(part):
            at, byte = mark.start(), mark.group()
            if at == self._escaped:
                continue
            if byte == b"\\":
                self._escaped = at + 1
            elif byte == b'"':
                self._quoted = not self._quoted
            elif not self._quoted:
                self._depth += 1 if byte in b"[{" else -1
                self.deepest = max(self.deepest, self._depth)
        self._escaped = 0 if self._escaped == len(part) else -1


class BodyLimit:
    """Takes the body in before anything is begun for it: what is too large, too deep or too late is refused by then.

    A client that sends slowly, or not at all, so takes no place from another.
    """

    def __init__(self, app: App, within_s: float = BODY_S) -> None:
        self._app = app
        self._within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its whole body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"])
        stated = said.get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > MOST_BODY:
            await _over(_TOO_LARGE, scope, receive, send)
            return
        if int(stated) == 0 and b"transfer-encoding" not in said:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._within_s):
                whole = await _whole(receive)
        except TimeoutError:
            whole = _TOO_LATE
        if isinstance(whole, ServiceError):
            await _over(whole, scope, receive, send)
        elif whole is not None:
            await self._app(scope, _again(whole, receive), send)


async def _over(error: ServiceError, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse, and end the connection: nobody reads what the client still has to say."""
    said = response(error, scope["path"])
    said.headers["Connection"] = "close"
    await said(scope, receive, send)


async def _whole(receive: Receive) -> bytes | ServiceError | None:
    """The whole body; None where the client went away before it was."""
    parts, size, depth = [], 0, Depth()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        depth.feed(part)
        if size > MOST_BODY:
            return _TOO_LARGE
        if depth.deepest > DEEPEST:
            return _TOO_DEEP
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(whole: bytes, receive: Receive) -> Receive:
    """Gives the body at once, and then whatever else comes."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": whole, "more_body": False}

    return again


class PlainAddress:
    """Refuses control characters in path and query: no id and no filter holds any."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose address is text."""
        if scope["type"] == "http" and _CONTROL.search(scope["path"] + unquote_plus(scope["query_string"].decode("latin-1"))):
            await response(Unprocessable("validation", "the address holds a control character"), "")(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Overload:
    """Refuses what comes while `most` requests are under way: a definite no at once is worth more than an answer too late.

    What makes exposure smaller, or asks whether the server is well, is let in whatever else is under way.
    """

    def __init__(self, app: App, most: int) -> None:
        self._app = app
        self._most = most
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say that there are too many."""
        if scope["type"] != "http" or _LANE.search(scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._under_way >= self._most:
            facts = {"accepted": False, "retry_after_s": 1}
            busy = Unavailable("busy", f"{self._under_way} requests are under way; try again in a second", facts=facts)
            await response(busy, scope["path"])(scope, receive, send)
            return
        self._under_way += 1
        over = False

        def done() -> None:
            nonlocal over
            self._under_way -= not over
            over = True

        async def answered(message: Message) -> None:
            """The work is done as the answer begins: how long its client takes over it is no one else's matter."""
            done()
            await send(message)

        try:
            await self._app(scope, receive, answered)
        finally:
            done()


class CountRequests:
    """Counts answers by route and status, and how long they took."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = scope.get("route")
                path = "unmatched" if route is None else route.path
                self._metrics.request(scope["method"], path, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counting)
