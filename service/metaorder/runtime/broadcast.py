"""The broadcaster: durable rows become frames once, and every client reads them from the same ring at its own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from metaorder.core.chain import MARKET_STREAM, Sealed

RING = 20_000
"""Rows of each stream that are kept in memory, at least; a client that is further behind reads from the database."""

FRAME = 256
"""Events of a frame. Frames end at multiples of it, so that clients that are behind by as much share them."""

SHARED = 64
"""Frames that are kept to be shared."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One event of a stream, ready for the wire: what was journaled, byte for byte, its seq in front."""

    seq: int
    type: str
    parent: str | None
    frame: str


def to_sent(stream: str, seq: int, kind: str, parent: str | None, payload: bytes) -> Sent:
    """A row as clients see it."""
    name = "market_seq" if stream == MARKET_STREAM else "seq"
    return Sent(seq, kind, parent, f'{{"{name}":{seq},{payload[1:].decode()}')


@dataclass(slots=True)
class Channel:
    """One stream: its newest events, and whoever wants to be woken by the next."""

    head: int = 0
    ring: list[Sent] = field(default_factory=list)
    listeners: set[asyncio.Event] = field(default_factory=set)
    _shared: dict[tuple[int, int], str] = field(default_factory=dict)

    def after(self, seq: int) -> list[Sent] | None:
        """The next events after `seq`, a frame of them; None if the ring does not reach back that far."""
        if seq >= self.head:
            return []
        if not self.ring or self.ring[0].seq > seq + 1:
            return None
        start = seq + 1 - self.ring[0].seq
        stop = min(start + FRAME - seq % FRAME, len(self.ring))
        return self.ring[start:stop]

    def append(self, sent: Sent) -> None:
        """Take the next event in; the oldest go when there are twice as many as are kept."""
        self.ring.append(sent)
        self.head = sent.seq
        if len(self.ring) > 2 * RING:
            del self.ring[:RING]

    def frame(self, batch: Sequence[Sent]) -> str:
        """Events as one frame; clients that are level with each other share it."""
        span = (batch[0].seq, batch[-1].seq)
        text = self._shared.get(span)
        if text is None:
            if len(self._shared) >= SHARED:
                self._shared.pop(next(iter(self._shared)))
            text = self._shared[span] = frame(batch)
        return text


def frame(batch: Sequence[Sent]) -> str:
    """Events as one frame: a JSON array."""
    return "[" + ",".join([sent.frame for sent in batch]) + "]"


class Broadcaster:
    """All streams. Lives on the event loop."""

    def __init__(self, heads: dict[str, int]) -> None:
        self._channels: dict[str, Channel] = {stream: Channel(head=head) for stream, head in heads.items()}

    def channel(self, stream: str) -> Channel:
        """The channel of a stream, made when it is first asked for."""
        return self._channels.setdefault(stream, Channel())

    def publish(self, rows: Sequence[Sealed]) -> None:
        """Make durable rows visible, in order, and wake whoever waits."""
        woken: dict[str, Channel] = {}
        for row in rows:
            stream = row.entry.stream
            if stream is None:
                continue
            channel = woken[stream] = self.channel(stream)
            assert row.seq == channel.head + 1, "a stream has no gap"
            channel.append(to_sent(stream, row.seq, row.entry.type, row.entry.parent, row.entry.payload))
        for channel in woken.values():
            for listener in channel.listeners:
                listener.set()
