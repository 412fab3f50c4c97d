"""A session of several floors, slowly: one slow replay a floor under one clock, and what comes next of all is written down."""

from __future__ import annotations

from collections.abc import Sequence

from differential.slow_records import FILL, Own, Report, Touch
from differential.slow_replay import SlowReplay

NOTHING = Touch(0, 0, 0, 0)
Said = tuple[Report, Touch, Touch]
"""A report, and what its symbol showed just before the event that caused it, with us and as recorded."""


class SlowFloors:
    """symbols: of each floor. index: market events of all floors so far. said: reports in their order."""

    def __init__(self, floors: Sequence[SlowReplay], symbols: Sequence[int], *, open_: int, close: int) -> None:
        self.floors, self.symbols, self.close = floors, symbols, close
        self.clock, self.index, self.sent, self.closed = open_, 0, 0, False
        self.way: list[tuple[int, int, int, Own | tuple[int, int]]] = []
        self.said: list[Said] = []
        self.executions = 0

    def send(self, floor: int, message: Own | tuple[int, int]) -> None:
        """An order, or the parent and number of one that is called back."""
        self.sent += 1
        self.way.append((self.clock + self.floors[floor].latency, self.sent, floor, message))

    def advance(self, index: int | None = None) -> None:
        """To the moment before the market event after `index`, or to the end.

        At one instant: the market by floor, then messages of ours by arrival and sending, then orders whose time is over by
        floor, then the close.
        """
        while not self.closed:
            ts, what, which = min(self._steps())
            if what == 0 and self.index == index:
                return
            self.clock = ts
            if what == 1:
                _, _, floor, message = next(each for each in self.way if each[1] == which)
                self.way = [each for each in self.way if each[1] != which]
                self.floors[floor].messages = [(ts, message)]
                self._do(floor, ts, what)
            elif what == 3:
                self._shut(ts)
            else:
                self.index += what == 0
                self._do(which, ts, what)

    def _steps(self) -> list[tuple[int, int, int]]:
        steps = [(self.close, 3, 0), *((due, 1, number) for due, number, _, _ in self.way)]
        for number, floor in enumerate(self.floors):
            if floor.index < len(floor.rows):
                steps.append((floor.rows[floor.index].ts, 0, number))
            steps += [(own.good_till, 2, number) for own in floor.venue.ours()]
        return steps

    def _shut(self, ts: int) -> None:
        for number, floor in enumerate(self.floors):
            floor.messages = [(due, message) for due, _, to, message in sorted(self.way) if to == number]
            self._do(number, ts, 3)
        self.closed = True

    def _do(self, number: int, ts: int, what: int) -> None:
        floor = self.floors[number]
        first = len(floor.venue.reports)
        floor.do(ts, what)
        for report in floor.venue.reports[first:]:
            self.executions += report.kind == FILL
            execution = self.executions if report.kind == FILL else report.execution
            said = report._replace(execution=execution, floor=number)
            self.said.append(
                (said, self._shown(number, report.quote, "touch"), self._shown(number, report.reference, "reference"))
            )

    def _shown(self, number: int, own: Touch, which: str) -> Touch:
        """Best prices and summed lots of the symbol's floors on which trading goes on; of this one, what the report says."""
        seen = [own] + [
            getattr(floor.venue, which)
            for other, floor in enumerate(self.floors)
            if other != number and self.symbols[other] == self.symbols[number] and not floor.venue.halted
        ]
        bids = [each for each in seen if each.bid_lots]
        asks = [each for each in seen if each.ask_lots]
        bid, ask = max((each.bid for each in bids), default=0), min((each.ask for each in asks), default=0)
        return Touch(
            bid,
            ask,
            sum(each.bid_lots for each in bids if each.bid == bid),
            sum(each.ask_lots for each in asks if each.ask == ask),
        )
