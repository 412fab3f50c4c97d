"""The engine thread: runs every session in turn, and between two slices lets the desk answer what was asked."""

from __future__ import annotations

import logging
import threading
from collections import deque

from metaorder.ports.clock import Clock
from metaorder.ports.journal import Checkpoint
from metaorder.runtime.desk import Desk
from metaorder.runtime.failpoints import failpoint
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.requests import Request
from metaorder.runtime.session import SessionState
from metaorder.runtime.writer import Batch, Writer
from metaorder.sim.market import Stop

SLICE_S = 0.005
IDLE_S = 0.01
CHECKPOINT_S = 1.0

MOST_WAITING = 4_096
"""Requests that may wait for the engine."""


class EngineLoop:
    """One thread, round robin, slices of a few milliseconds."""

    def __init__(self, desk: Desk, writer: Writer, clock: Clock) -> None:
        self._desk = desk
        self._writer = writer
        self._clock = clock
        self._requests: deque[Request] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self.died: Exception | None = None
        self._stopped = False
        self._checkpointed = 0.0
        self._thread = threading.Thread(target=self._run, name="metaorder-engine", daemon=True)

    def start(self, hosted: list[Hosted], *, thread: bool) -> None:
        """Begin with the sessions that recovery brought back. thread: or whoever starts it takes its turns."""
        for each in hosted:
            each.anchor(self._clock.monotonic())
            self._desk.sessions[each.spec.id] = each
            self._desk.flush(each)
        if thread:
            self._thread.start()

    def stop(self) -> None:
        """End after the slice that is under way; what it produced is with the writer."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._interrupt()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def full(self) -> bool:
        """Whether as many requests wait as may."""
        return len(self._requests) >= MOST_WAITING

    def ask(self, request: Request) -> None:
        """Hand a request over; from the event loop. Running sessions pause at their next look."""
        failpoint("command.validated")
        with self._wake:
            self._requests.append(request)
            self._wake.notify()
        failpoint("command.queued")
        self._interrupt()

    def _interrupt(self) -> None:
        for each in list(self._desk.sessions.values()):
            if each.state is SessionState.RUNNING:
                each.live.market.interrupt(on=True)

    def _run(self) -> None:
        try:
            while not self._stopping:
                if not self.turn():
                    self._rest()
        except Exception as error:
            self.died = error  # a bug: no session moves any more, the service says that it is not ready, and nobody waits in vain
            logging.getLogger("metaorder").critical("the engine has stopped", exc_info=error)
            while not self._stopping:
                self._refuse(error)

    def turn(self) -> bool:
        """Answer what was asked, and a slice of every running session; False where there was nothing to do.

        What cannot be journaled does not move.
        """
        progressed = self._serve()
        if self._writer.full and not self._stopped:
            self._stopped = True
            self._desk.stop("the disk is full")
        if self._writer.broken is None and not self._stopped:
            for hosted in list(self._desk.sessions.values()):
                if hosted.state is SessionState.RUNNING:
                    progressed |= self._slice(hosted)
            self._checkpoint()
        self._writer.wait_for_room()
        return progressed

    def _rest(self) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._requests or self._stopping, timeout=IDLE_S)

    def _refuse(self, error: Exception) -> None:
        while self._requests:
            self._desk.give_up(self._requests.popleft(), error)
        self._rest()

    def _serve(self) -> bool:
        """Answer what was asked, in the order in which it was asked."""
        served = False
        while self._requests:
            self._desk.answer(self._requests.popleft())
            served = True
        return served

    def _slice(self, hosted: Hosted) -> bool:
        """Run a session for a few milliseconds; whether it has more to do at once."""
        hosted.live.market.interrupt(on=False)
        if self._requests:
            return True
        deadline = self._clock.monotonic() + SLICE_S
        until = hosted.target(self._clock.monotonic())
        try:
            stop = hosted.live.step(until=until)
            while stop not in {Stop.LIMIT, Stop.CLOSED} and not self._requests and self._clock.monotonic() < deadline:
                stop = hosted.live.step(until=until)
            if stop is Stop.CLOSED:
                self._desk.close(hosted)
        except Exception as error:
            self._desk.fail(hosted, error)
            return True
        if stop is not Stop.CLOSED:
            self._desk.flush(hosted)
        return stop is not Stop.LIMIT

    def _checkpoint(self) -> None:
        """Note how far each running market has come, each second."""
        now = self._clock.monotonic()
        if now - self._checkpointed < CHECKPOINT_S:
            return
        self._checkpointed = now
        extras = [
            Checkpoint(session=each.spec.id, market_time=each.live.market.clock, event_index=each.live.market.index)
            for each in self._desk.sessions.values()
            if each.state is SessionState.RUNNING
        ]
        if extras:
            self._writer.put(Batch([], extras))
