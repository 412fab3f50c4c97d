"""The stream: every event of the account, in order, without a gap, from any seq on; then live."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from metaorder.api.auth import authenticate, check, context_of
from metaorder.api.context import Context
from metaorder.api.problems import response
from metaorder.core.chain import MARKET_STREAM
from metaorder.domain.principal import Principal, Scope
from metaorder.ports.metrics import Metrics
from metaorder.runtime.broadcast import FRAME, Channel, Sent, frame, to_sent
from metaorder.usecases.errors import Forbidden, ServiceError, Unauthorized, Unprocessable

router = APIRouter()

HEARTBEAT_S = 1.0
SEND_DEADLINE_S = 5.0
CLOSE_DEADLINE_S = 1.0

EXPIRED, FORBIDDEN, SLOW, AHEAD, BAD_MESSAGE, RESTART = 4401, 4403, 4408, 4409, 4400, 1012


class Subscribe(msgspec.Struct, forbid_unknown_fields=True, tag_field="op", tag="subscribe"):
    """What a client may say: from where on, and what it wants to see of it. Filters that are absent let everything through."""

    after: int | None = None
    channel: str = "account"
    parent_ids: list[str] | None = None
    types: list[str] | None = None
    symbols: list[str] | None = None


class _Symbol(msgspec.Struct):
    symbol: str | None = None


@dataclass(slots=True)
class Filter:
    """What a client wants to see. types match whole, or up to a dot: `parent` lets `parent.filled` through."""

    parents: frozenset[str] | None = None
    types: frozenset[str] | None = None
    symbols: frozenset[str] | None = None

    def passes(self, sent: Sent) -> bool:
        """Whether the client wants an event."""
        if self.parents is not None and sent.parent not in self.parents:
            return False
        if self.types is not None and sent.type not in self.types and sent.type.partition(".")[0] not in self.types:
            return False
        return self.symbols is None or msgspec.json.decode(sent.frame, type=_Symbol).symbol in self.symbols

    @property
    def open(self) -> bool:
        """Whether everything passes."""
        return self.parents is None and self.types is None and self.symbols is None


@dataclass(slots=True)
class Cursor:
    """How far a client is in one stream."""

    stream: str
    channel: Channel
    through: int
    filter: Filter = field(default_factory=Filter)


@router.websocket("/v1/stream")
async def stream(websocket: WebSocket) -> None:
    """Serve one client until it goes, is too slow, or its key holds no more."""
    try:
        check_origin(websocket)
        principal = await _holder(websocket)
        check(principal, Scope.READ, Scope.TRADE, Scope.ADMIN)
        start = _start(websocket)
    except ServiceError as error:
        await websocket.send_denial_response(response(error, websocket.url.path))
        return
    await websocket.accept()
    metrics: Metrics = websocket.app.state.metrics
    metrics.client(+1)
    client = Client(websocket, context_of(websocket), principal)
    try:
        await client.serve(start)
    finally:
        metrics.client(-1)


def check_origin(websocket: WebSocket) -> None:
    """Refuse pages of others: a browser says where a page came from, and sends nobody's key of its own accord.

    Raises:
        Forbidden: a page that is neither ours nor named in the settings.
    """
    origin = websocket.headers.get("origin")
    host = websocket.headers.get("host", "")
    if origin is not None and origin not in {f"http://{host}", f"https://{host}", *context_of(websocket).origins}:
        raise Forbidden("foreign_origin", f"pages of {origin} may not open the stream")


async def _holder(websocket: WebSocket) -> Principal:
    """Who opens the stream: by a ticket in the address, or by a key in the header.

    Raises:
        Unauthorized: neither is good.
    """
    ticket = websocket.query_params.get("ticket")
    if ticket is None:
        return await authenticate(websocket)
    context = context_of(websocket)
    found = context.tickets.redeem(ticket)
    if found is None or not context.ring.valid(found):
        raise Unauthorized("bad_ticket", "the ticket is unknown, used or too old; ask for another")
    return found


def _start(websocket: WebSocket) -> Subscribe:
    """What the address asks for."""
    query = websocket.query_params
    after = query.get("after")
    if after is not None and (not (after.isascii() and after.isdigit()) or len(after) > 18):
        raise Unprocessable("invalid_after", "after is a seq, 0 or more", errors=[("query:after", "must be a whole number")])
    return Subscribe(
        after=None if after is None else int(after),
        parent_ids=query.getlist("parent_id") or None,
        types=query.getlist("type") or None,
        symbols=query.getlist("symbol") or None,
    )


class Client:
    """One WebSocket client: it reads the ring, or the database where it is further behind. Nothing is queued for it."""

    def __init__(self, websocket: WebSocket, context: Context, principal: Principal) -> None:
        self._websocket = websocket
        self._context = context
        self._principal = principal
        self._cursors: dict[str, Cursor] = {}
        self._news = asyncio.Event()

    async def serve(self, start: Subscribe) -> None:
        """Send and receive until one of the two ends."""
        if not await self._subscribe(start):
            return
        both = [asyncio.ensure_future(self._send_all()), asyncio.ensure_future(self._receive_all())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for cursor in self._cursors.values():
                cursor.channel.listeners.discard(self._news)
            for task in both:
                task.cancel()
            ends = await asyncio.gather(*both, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception) and not isinstance(end, WebSocketDisconnect):
                raise end

    async def _receive_all(self) -> None:
        while True:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            try:
                message = msgspec.json.decode(received.get("text") or received.get("bytes") or b"", type=Subscribe)
            except msgspec.DecodeError as error:
                await self._close(BAD_MESSAGE, "bad_message", str(error))
                return
            if not await self._subscribe(message):
                return

    async def _subscribe(self, message: Subscribe) -> bool:
        """Begin, or begin anew, to read a stream. False: the client was sent away."""
        if message.channel not in {"account", "market"} or (message.after is not None and message.after < 0):
            await self._close(BAD_MESSAGE, "bad_message", "a channel is account or market, and after is a seq")
            return False
        name = self._principal.account if message.channel == "account" else MARKET_STREAM
        channel = self._context.service.broadcaster.channel(name)
        after = channel.head if message.after is None else message.after
        if after > channel.head:
            await self._close(AHEAD, "seq_ahead", f"the stream's head is {channel.head}, you hold {after}")
            return False
        wanted = Filter(_set(message.parent_ids), _set(message.types), _set(message.symbols))
        self._cursors[message.channel] = Cursor(name, channel, after, wanted)
        channel.listeners.add(self._news)
        self._news.set()
        return True

    async def _send_all(self) -> None:
        """Send what is new, and a heartbeat each second; the client's own pace sets the speed."""
        loop = asyncio.get_running_loop()
        beat = loop.time()
        while True:
            self._news.clear()
            progressed = False
            for cursor in list(self._cursors.values()):
                progressed |= await self._send_new(cursor)
            if loop.time() >= beat:
                if not self._context.ring.valid(self._principal):
                    await self._close(EXPIRED, "revoked", "the key was revoked, or has expired")
                    return
                await self._send(self._heartbeat())
                beat = loop.time() + HEARTBEAT_S
            if not progressed:
                await self._wait(beat)

    async def _wait(self, until: float) -> None:
        """Wait for news, or for the next heartbeat."""
        try:
            async with asyncio.timeout_at(until):
                await self._news.wait()
        except TimeoutError:
            return

    async def _send_new(self, cursor: Cursor) -> bool:
        """Send the next part of a stream; False when there is none."""
        batch = cursor.channel.after(cursor.through)
        if batch is None:
            rows = await self._context.queries.stream(cursor.stream, cursor.through, FRAME - cursor.through % FRAME)
            batch = [to_sent(cursor.stream, row.seq, row.type, row.parent, row.payload) for row in rows]
        if not batch:
            return False
        if cursor.filter.open:
            await self._send(cursor.channel.frame(batch))
        elif passed := [sent for sent in batch if cursor.filter.passes(sent)]:
            await self._send(frame(passed))
        cursor.through = batch[-1].seq
        return True

    def _heartbeat(self) -> str:
        account = self._cursors["account"]
        beat: dict[str, Any] = {"type": "heartbeat", "head_seq": account.channel.head, "through_seq": account.through}
        market = self._cursors.get("market")
        if market is not None:
            beat |= {"head_market_seq": market.channel.head, "through_market_seq": market.through}
        return msgspec.json.encode([beat]).decode()

    async def _send(self, text: str) -> None:
        """Send a frame, or close the client that does not take it in time: it may resume where it was."""
        try:
            async with asyncio.timeout(SEND_DEADLINE_S):
                await self._websocket.send_text(text)
        except TimeoutError:
            await self._close(SLOW, "slow", "frames were not taken in time; resume after the highest seq that you hold")
            raise WebSocketDisconnect(SLOW) from None

    async def _close(self, code: int, name: str, detail: str) -> None:
        """Say why, and close; a client that takes nothing is not waited for."""
        if self._websocket.application_state is not WebSocketState.CONNECTED:
            return
        error = {"type": "error", "code": name, "detail": detail}
        try:
            async with asyncio.timeout(CLOSE_DEADLINE_S):
                if code != SLOW:
                    await self._websocket.send_text(msgspec.json.encode([error]).decode())
                await self._websocket.close(code, name)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            return


def _set(values: list[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)
