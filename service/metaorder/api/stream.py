"""The stream: every event of the account, in order, without a gap, from any seq on; then live."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from metaorder.api.auth import authenticate, check, context_of, hold
from metaorder.api.context import Context
from metaorder.api.problems import response, standby
from metaorder.api.snapshot import ASKED, TOO_OLD, frames
from metaorder.api.standby import STANDBY
from metaorder.core.chain import MARKET_STREAM
from metaorder.domain.principal import Principal, Scope
from metaorder.ports.metrics import Metrics
from metaorder.ports.queries import Unreachable
from metaorder.runtime.analyst import UNWRITTEN
from metaorder.runtime.broadcast import FRAME, Channel, Sent, frame, to_sent
from metaorder.usecases.errors import Forbidden, ServiceError, Unauthorized, Unprocessable

router = APIRouter()

CHANNELS = ("account", "market", "progress")
"""account: each event, without a gap. market: what happens to markets. progress: how orders that work are doing, as of now."""

HEARTBEAT_S = 1.0
SEND_DEADLINE_S = 5.0
CLOSE_DEADLINE_S = 1.0

EXPIRED, SLOW, AHEAD, BAD_MESSAGE, RATE = 4401, 4408, 4409, 4400, 4429


EITHER = "a stream begins after a seq, or with a snapshot of the account"


class Subscribe(msgspec.Struct, forbid_unknown_fields=True, tag_field="op", tag="subscribe"):
    """What a client may say: from where on, and what it wants to see of it. Filters that are absent let everything through."""

    after: int | None = None
    snapshot: bool = False
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
        symbol = None if self.symbols is None else msgspec.json.decode(sent.frame, type=_Symbol).symbol
        return self.admits(sent.type, sent.parent, symbol)

    def admits(self, kind: str, parent: str | None, symbol: str | None) -> bool:
        """Whether the client wants what is of such a type, parent order and symbol."""
        if self.parents is not None and parent not in self.parents:
            return False
        if self.types is not None and kind not in self.types and kind.partition(".")[0] not in self.types:
            return False
        return self.symbols is None or symbol in self.symbols

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
    anew: str | None = None
    """Why it begins with a snapshot, until it has."""


@router.websocket("/v1/stream")
async def stream(websocket: WebSocket) -> None:
    """Serve one client until it goes, is too slow, or its key holds no more."""
    try:
        if context_of(websocket).service.standby:
            raise standby(STANDBY)
        check_origin(websocket)
        principal = await _holder(websocket)
        hold(context_of(websocket), principal)
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
    snapshot = query.get("snapshot", "false")
    if snapshot not in {"true", "false"} or (snapshot == "true" and after is not None):
        raise Unprocessable(
            "invalid_after", f"snapshot: {EITHER}", errors=[("query:snapshot", "is true or false, without after")]
        )
    return Subscribe(
        after=None if after is None else int(after),
        snapshot=snapshot == "true",
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
        self._progress: Filter | None = None
        self._told: dict[str, dict[str, Any]] = {}
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
            if self._context.rates.take(self._principal.key):
                await self._close(RATE, "rate_limited", "the key asks too often")
                return
            if not await self._subscribe(message):
                return

    async def _subscribe(self, message: Subscribe) -> bool:
        """Begin, or begin anew, to read a stream. False: the client was sent away."""
        if message.channel not in CHANNELS or (message.after is not None and message.after < 0):
            await self._close(BAD_MESSAGE, "bad_message", f"a channel is one of {', '.join(CHANNELS)}, and after is a seq")
            return False
        wanted = Filter(_set(message.parent_ids), _set(message.types), _set(message.symbols))
        if message.channel == "progress":
            if message.after is not None:
                await self._close(BAD_MESSAGE, "bad_message", "progress is as of now: it has no seq to begin after")
                return False
            self._progress = wanted
            return True
        if message.snapshot and (message.channel != "account" or message.after is not None):
            await self._close(BAD_MESSAGE, "bad_message", EITHER)
            return False
        name = self._principal.account if message.channel == "account" else MARKET_STREAM
        channel = self._context.service.broadcaster.channel(name)
        after = channel.head if message.after is None else message.after
        if after > channel.head:
            await self._close(AHEAD, "seq_ahead", f"the stream's head is {channel.head}, you hold {after}")
            return False
        self._cursors[message.channel] = Cursor(name, channel, after, wanted, ASKED if message.snapshot else None)
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
                await self._send_progress()
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
        if cursor.anew is None and self._too_old(cursor):
            cursor.anew = TOO_OLD
        if cursor.anew is not None:
            return await self._send_snapshot(cursor, cursor.anew)
        batch = cursor.channel.after(cursor.through)
        if batch is None:
            try:
                rows = await self._context.queries.stream(cursor.stream, cursor.through, FRAME - cursor.through % FRAME)
            except Unreachable:  # the database is away: there is a next beat, and nothing is skipped
                return False
            batch = [to_sent(cursor.stream, row.seq, row.type, row.parent, row.payload) for row in rows]
        if not batch:
            return False
        if cursor.filter.open:
            await self._send(cursor.channel.frame(batch))
        elif passed := [sent for sent in batch if cursor.filter.passes(sent)]:
            await self._send(frame(passed))
        cursor.through = batch[-1].seq
        return True

    def _too_old(self, cursor: Cursor) -> bool:
        """Whether a client is further behind than its account's events are kept for the stream."""
        kept = self._context.retention
        return kept > 0 and cursor.stream != MARKET_STREAM and cursor.through < cursor.channel.head - kept

    async def _send_snapshot(self, cursor: Cursor, reason: str) -> bool:
        """Send what is open, and go on from there; False where the database is away."""
        try:
            found = await self._context.queries.snapshot(self._principal)
        except Unreachable:
            return False
        wanted = Filter(cursor.filter.parents, None, cursor.filter.symbols)
        for text in frames(found, reason, lambda parent, symbol: wanted.admits("", parent, symbol)):
            await self._send(text)
        cursor.through, cursor.anew = found.as_of_seq, None
        return True

    async def _send_progress(self) -> None:
        """Send how the orders that work are doing, where the client asked for it: the latest, whatever it missed."""
        wanted = self._progress
        if wanted is None:
            return
        try:
            docs = await self._context.reporter.latest(self._principal)
        except (Unreachable, *UNWRITTEN):  # the service says so itself, and there is a next beat
            return
        passed = [doc for doc in docs if wanted.admits(doc["type"], doc["parent_id"], doc["symbol"])]
        news = [doc for doc in passed if self._told.get(doc["parent_id"]) != doc]
        self._told = {doc["parent_id"]: doc for doc in passed}
        if news:
            await self._send(msgspec.json.encode(news).decode())

    def _heartbeat(self) -> str:
        account = self._cursors["account"]
        beat: dict[str, Any] = {
            "type": "heartbeat",
            "head_seq": max(account.channel.head, account.through),
            "through_seq": account.through,
        }
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
