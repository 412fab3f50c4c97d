"""Recovery: a session is run again from its journal; what it does must be, byte for byte, what it did."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from metaorder.core.chain import Sealed
from metaorder.core.commands import Accept, AcceptBasket
from metaorder.domain.units import Nanos
from metaorder.runtime.failpoints import failpoint
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.session import LiveSession
from metaorder.sim.market import Stop

_decode = msgspec.json.Decoder().decode


class Diverged(RuntimeError):
    """A re-run did something else than the journal says: where."""

    def __init__(self, session: str, position: int, what: str) -> None:
        super().__init__(f"the session {session} diverged at journal position {position}: {what}")
        self.session = session
        self.position = position


class _Expected:
    """The durable rows of a session, compared one by one with what a re-run makes."""

    def __init__(self, live: LiveSession, rows: Iterator[Sealed]) -> None:
        self._live = live
        self._rows = rows
        self.next: Sealed | None = next(rows, None)

    def compare(self) -> None:
        """Take what the session has made and hold it against the journal; what is beyond the journal stays for it."""
        made = self._live.take()
        for i, entry in enumerate(made):
            if self.next is None:
                self._live.entries = made[i:]
                return
            if entry != self.next.entry:
                what = f"row {entry.session_index} is {entry.payload[:200]!r}, was {self.next.entry.payload[:200]!r}"
                raise Diverged(self._live.id, self.next.position, what)
            self.next = next(self._rows, None)


def recover(hosted: Hosted, rows: Iterator[Sealed], checkpoint: tuple[Nanos, int] | None) -> int:
    """Bring a session back to its last durable row, and to its checkpoint if that is later. Returns the rows compared.

    Raises:
        Diverged: the re-run made another row than the journal holds.
    """
    live = hosted.live
    expected = _Expected(live, rows)
    while expected.next is not None:
        row = expected.next
        if row.entry.type.startswith("command."):
            command, stamp = live.wire.read_command(_decode(row.entry.payload))
            _run_to(live, expected, stamp.market_time, stamp.event_index)
            if expected.next is not row:
                raise Diverged(live.id, row.position, "it made a row that was there before the command")
            legs = command.legs if isinstance(command, AcceptBasket) else (command,)
            assert not any(isinstance(leg, Accept) and leg.start_now for leg in legs), "a journaled command has its times"
            live.apply(command)
        elif live.step(until=live.day.close) is Stop.CLOSED and not live.entries:
            raise Diverged(live.id, row.position, "it ended before the journal does")
        expected.compare()
        failpoint("recovery.session")
    if checkpoint is not None and not live.entries:
        _run_to(live, expected, *checkpoint)
    return live.index - len(live.entries)


def _run_to(live: LiveSession, expected: _Expected, time: Nanos, index: int) -> None:
    """Run to a stamp, comparing on the way."""
    while True:
        stop = live.step(until=time, index=index)
        if expected.next is not None:
            expected.compare()
        if stop in {Stop.LIMIT, Stop.CLOSED}:
            return
