"""The writer: one thread owns the journal, commits all that waits at once, and tells the event loop."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from metaorder.core.chain import Entry, Sealed
from metaorder.ports.journal import DiskFull, Extra, Journal, WriterLost
from metaorder.runtime.failpoints import failpoint

MOST_ROWS = 5_000
"""Rows in one transaction."""

AHEAD = 4_096
"""Events that the engine may be ahead of the last commit."""


@dataclass(frozen=True, slots=True)
class Done:
    """Somebody waits for a commit: the future to resolve, and with what. entry: with the position of this row."""

    future: Any
    value: Any
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that belong together, what is written beside them, and who waits for it."""

    entries: Sequence[Entry]
    extras: Sequence[Extra] = ()
    waiting: Sequence[Done] = ()


@dataclass(slots=True)
class _Taken:
    entries: list[Entry] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    waiting: list[Done] = field(default_factory=list)


Committed = Callable[[list[Sealed], list[Done]], None]
Spare = Callable[[], bool]
"""Makes room on a full disk; False where there is none to make."""

Failed = Callable[[BaseException, list[Done]], None]


class Writer:
    """Append, commit, then tell. What fails once is over: nothing is written after a failed commit."""

    def __init__(self, journal: Journal, committed: Committed, failed: Failed, spare: Spare) -> None:
        self._journal = journal
        self._committed = committed
        self._failed = failed
        self._spare = spare
        self._full = False
        self._queue: deque[Batch] = deque()
        self._rows = 0
        self._stopping = False
        self._broken: BaseException | None = None
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="metaorder-writer", daemon=True)

    @property
    def broken(self) -> BaseException | None:
        """Why nothing can be written any more; None while it can."""
        return self._broken

    @property
    def full(self) -> bool:
        """Whether the disk is full: what is written from then on goes into the reserve, and is there to stop things."""
        return self._full

    @property
    def away(self) -> bool:
        """Whether the database cannot be reached just now: what was put waits."""
        return self._journal.away

    def refuse(self, why: WriterLost) -> None:
        """Write nothing: another server does."""
        self._broken = why

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, batch: Batch) -> None:
        """Queue a batch; from any thread."""
        with self._change:
            self._queue.append(batch)
            self._rows += len(batch.entries)
            self._change.notify_all()
        failpoint("batch.queued")

    def wait_for_room(self) -> None:
        """Come back once the engine is at most AHEAD events ahead of the last commit; without a thread whoever waits writes."""
        while not self._thread.is_alive() and self._rows > AHEAD and self.turn():
            pass
        with self._change:
            self._change.wait_for(lambda: self._rows <= AHEAD or self._broken is not None)

    def stop(self) -> None:
        """Write what waits, and end; what waits for a database that is away is given up."""
        if self.away:
            self._journal.give_up()
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        while self.turn():
            pass

    def _take(self) -> _Taken | None:
        """All that waits, up to MOST_ROWS; None when there is nothing and there will be nothing."""
        with self._change:
            self._change.wait_for(lambda: self._queue or self._stopping)
            if not self._queue:
                return None
            taken = _Taken()
            while self._queue and len(taken.entries) < MOST_ROWS:
                batch = self._queue.popleft()
                taken.entries += batch.entries
                taken.extras += batch.extras
                taken.waiting += batch.waiting
            return taken

    def _append(self, taken: _Taken) -> list[Sealed]:
        """Append; once with the room of the reserve where there is no other."""
        try:
            return self._journal.append(taken.entries, taken.extras)
        except DiskFull:
            self._full = True
            if not self._spare():
                raise
            return self._journal.append(taken.entries, taken.extras)

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            self._write(taken)

    def turn(self) -> bool:
        """Write what waits, by whoever runs the service without threads; False where nothing does."""
        taken = self._take() if self._queue else None
        if taken is not None:
            self._write(taken)
        return taken is not None

    def _write(self, taken: _Taken) -> None:
        """Commit, and tell who waits; after a failure only tell."""
        if self._broken is not None:
            self._failed(self._broken, taken.waiting)
            return
        try:
            rows = self._append(taken)
        except Exception as error:
            self._break(error, taken.waiting)
            return
        if rows:  # who only asked, or noted how far a market is, has committed nothing that could be lost
            failpoint("journal.committed")
        with self._change:
            self._rows -= len(taken.entries)
            self._change.notify_all()
        self._committed(rows, taken.waiting)
        self._tidy()

    def _tidy(self) -> None:
        """What a database puts off is done here, where its failure is seen; a disk that is full loses nothing by it."""
        try:
            self._journal.tidy()
        except DiskFull:
            self._full = True
            self._spare()
        except Exception as error:
            self._break(error, [])

    def _break(self, error: BaseException, waiting: list[Done]) -> None:
        logging.getLogger("metaorder").critical("the journal cannot be written", exc_info=error)
        with self._change:
            self._broken = error
            self._rows = 0
            self._change.notify_all()
        self._failed(error, waiting)
