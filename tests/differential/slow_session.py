"""The loop of a slow session: one feed, one venue, our messages on their way; what comes next at one instant is written down."""

from __future__ import annotations

from typing import Protocol

from differential.slow_records import ASKED, CANCELED, CLOSED, EXPIRED, REJECTED, TIME, Own
from differential.slow_venue import SlowVenue


class SlowFeed(Protocol):
    """The market's side: when it next does something, and the doing."""

    venue: SlowVenue

    def peek(self) -> int | None: ...
    def step(self) -> None: ...


class SlowSession:
    """index: market events so far. latency: of our messages."""

    def __init__(self, feed: SlowFeed, *, close: int, latency: int) -> None:
        self.feed, self.venue, self.close, self.latency = feed, feed.venue, close, latency
        self.messages: list[tuple[int, Own | tuple[int, int]]] = []
        self.index, self.closed = 0, False

    def submit(self, own: Own) -> None:
        self.messages.append((self.venue.clock + self.latency, own))

    def cancel(self, parent: int, number: int) -> None:
        self.messages.append((self.venue.clock + self.latency, (parent, number)))

    def advance(self, index: int | None = None) -> None:
        """To the moment before the market event after `index`, or to the end of the session.

        At one instant: the market, then messages of ours, then orders whose time is over, then the close.
        """
        while not self.closed:
            steps = [(self.close, 3)]
            market = self.feed.peek()
            if market is not None:
                steps.append((market, 0))
            if self.messages:
                steps.append((self.messages[0][0], 1))
            steps += [(own.good_till, 2) for own in self.venue.ours()]
            ts, what = min(steps)
            if what == 0 and self.index == index:
                return
            if what == 0:
                self.index += 1
                self.feed.step()
            else:
                self.venue.begin(ts)
                (self._deliver, self._expire, self._shut)[what - 1]()
                self.venue.say(self.venue.reference)

    def _deliver(self) -> None:
        _, message = self.messages.pop(0)
        if isinstance(message, Own):
            self.venue.arrive(message)
        else:
            self.venue.drop(lambda own: (own.parent, own.number) == message, CANCELED, ASKED)

    def _expire(self) -> None:
        self.venue.drop(lambda own: own.good_till <= self.venue.clock, EXPIRED, TIME)

    def _shut(self) -> None:
        self.venue.drop(lambda own: True, EXPIRED, CLOSED)
        for _, message in self.messages:
            if isinstance(message, Own):
                self.venue.report(REJECTED, CLOSED, message, message.lots)
        self.closed = True
