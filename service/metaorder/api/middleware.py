"""Pure ASGI middleware: large and deep bodies, odd addresses and what is too much are refused unread; requests are counted."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from metaorder.api.problems import response
from metaorder.ports.metrics import Metrics
from metaorder.usecases.errors import ServiceError, TooLarge, Unavailable, Unprocessable

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY = 64 * 1024
DEEPEST = 32
"""Lists and objects within each other in a body; what the service asks for is a few deep."""

_MARKS = re.compile(rb'[\[\]{}"\\]')
_LANE = re.compile(r"/(cancel|cancel-all|kill|rearm|heartbeat)$|^/health/")
"""Ends of addresses that are never held up."""

_CONTROL = re.compile("[\x00-\x1f\x7f]")


_TOO_LARGE = TooLarge("body_too_large", f"a body is at most {MOST_BODY} bytes long")
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
    """Refuses bodies over MOST_BODY bytes, by their stated length or as they come in, and such as are deeper than DEEPEST."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not stated.isdigit() or int(stated) > MOST_BODY:
            await response(_TOO_LARGE, scope["path"])(scope, receive, send)
            return
        seen, depth = 0, Depth()
        refused: ServiceError | None = None

        async def counted() -> Message:
            nonlocal seen, refused
            message = await receive()
            part = message.get("body", b"")
            seen += len(part)
            depth.feed(part)
            if seen > MOST_BODY or depth.deepest > DEEPEST:
                refused = _TOO_LARGE if seen > MOST_BODY else _TOO_DEEP
                raise refused
            return message

        async def answered(message: Message) -> None:
            """Whatever the framework makes of a body that was cut off, the client is told why it was."""
            if refused is None:
                await send(message)
            elif message["type"] == "http.response.start":
                await response(refused, scope["path"])(scope, receive, send)

        await self._app(scope, counted, answered)


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
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1


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
