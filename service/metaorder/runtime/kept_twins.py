"""Markets without an order that were run lately: who asks for the same again waits for no second run."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable

from metaorder.sim.record import MarketRecord

MOST = 8
"""A whole day's record is some megabytes."""


class KeptTwins:
    """The last runs, by all that they follow from. It belongs to the event loop."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._runs: OrderedDict[Hashable, asyncio.Future[MarketRecord]] = OrderedDict()

    async def get(self, key: Hashable, run: Callable[[], MarketRecord]) -> MarketRecord:
        """The record that `run` makes, in a thread, or made. A run that failed is not kept.

        Raises:
            What `run` raises.
        """
        made = self._runs.get(key)
        if made is None:
            made = self._runs[key] = asyncio.ensure_future(asyncio.to_thread(run))
            made.add_done_callback(lambda done: self._forget(key, done))
        self._runs.move_to_end(key)
        while len(self._runs) > self._most:
            self._runs.popitem(last=False)
        return await asyncio.shield(made)  # whoever asked first may be gone, and others wait for it

    def _forget(self, key: Hashable, done: asyncio.Future[MarketRecord]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._runs.get(key) is done:
            del self._runs[key]
