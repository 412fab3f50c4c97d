"""What left a queue of a simulated venue: volume that came to its price, and orders ahead that were withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder.domain.order import Side
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.sim.messages import Kind
from metaorder.sim.record import AUCTION, OWN_TAKER

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Queues:
    """A venue's day. ts, points, lots: of prints that may have reached a queue. gone_ts, side, price, gone_lots: of orders that
    were withdrawn, which had been added at `since`; side 1 buys, -1 sells.
    """

    ts: Ints
    points: Ints
    lots: Ints
    gone_ts: Ints
    since: Ints
    side: Ints
    price: Ints
    gone_lots: Ints

    def outflow(self, side: Side, price: Ticks, point: int, begin: Nanos, end: Nanos) -> Lots:
        """Lots that left the queue of a side at a price after `begin`, up to `end`: xi of Cont and Kukanov, as it came to pass.

        Volume at the price or through it would have met whoever rested there, so all of it counts; of the withdrawals those at
        the price of orders that stood there at `begin`: later ones are behind. point: points in a tick.
        """
        first, last = (int(np.searchsorted(self.ts, time, side="right")) for time in (begin, end))
        reached = (self.points[first:last] - price * point) * side.sign <= 0
        volume = int(self.lots[first:last][reached].sum())
        first, last = (int(np.searchsorted(self.gone_ts, time, side="right")) for time in (begin, end))
        here = (self.price[first:last] == price) & (self.side[first:last] == side.sign) & (self.since[first:last] <= begin)
        return Lots(volume + int(self.gone_lots[first:last][here].sum()))


def queues(prints: npt.NDArray[np.void], messages: npt.NDArray[np.void]) -> Queues:
    """The queues of a venue from its prints and the messages of the market's own orders there.

    What we took is not what came to a queue of our side, and an auction's cross does not go by the queue: both are left out.
    """
    kept = prints[(prints["flags"] & (OWN_TAKER | AUCTION)) == 0]
    told = messages[(messages["kind"] == Kind.ADDED) | (messages["kind"] == Kind.WITHDRAWN)]
    order = np.argsort(told["id"], kind="stable")
    before = np.zeros(len(told), dtype=np.int64)
    before[order[1:]] = told["ts"][order[:-1]]  # a withdrawal's last message before it, of its order, is the one that added it
    gone = told["kind"] == Kind.WITHDRAWN
    rows = told[gone]
    return Queues(
        ts=_whole(kept["ts"]),
        points=_whole(kept["points"]),
        lots=_whole(kept["lots"]),
        gone_ts=_whole(rows["ts"]),
        since=before[gone],
        side=np.where(rows["side"] == 0, 1, -1).astype(np.int64),
        price=_whole(rows["price"]),
        gone_lots=_whole(rows["lots"]),
    )


def _whole(values: npt.NDArray[np.generic]) -> Ints:
    return np.ascontiguousarray(values, dtype=np.int64)
