"""Heartbeats: who has armed one and is not heard of in time is taken for gone; its orders stop and its children come back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from metaorder.domain.order import Account

LOG = logging.getLogger("metaorder")


class Heartbeats:
    """Timers by account, on the event loop. gone: what is done when one runs out."""

    def __init__(self, gone: Callable[[Account], Awaitable[int]]) -> None:
        self._gone = gone
        self._timers: dict[Account, asyncio.TimerHandle] = {}
        self._timeouts: dict[Account, int] = {}
        self._ending: set[asyncio.Future[int]] = set()

    def timeout(self, account: Account) -> int:
        """How long an account may be silent [s]; 0: as long as it likes."""
        return self._timeouts.get(account, 0)

    def arm(self, account: Account, timeout_s: int) -> None:
        """The account is heard of now, and may be silent for so long; 0 disarms it."""
        timer = self._timers.pop(account, None)
        if timer is not None:
            timer.cancel()
        self._timeouts[account] = timeout_s
        if timeout_s:
            self._timers[account] = asyncio.get_running_loop().call_later(timeout_s, self._expire, account)

    def stop(self) -> None:
        """The service ends: nobody is taken for gone."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _expire(self, account: Account) -> None:
        """Stop the orders of the account; its next sign of life arms it again."""
        task = asyncio.ensure_future(self._gone(account))
        self._ending.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[int]) -> None:
        self._ending.discard(task)
        if not task.cancelled() and task.exception() is not None:
            LOG.critical("orders of an account that is gone could not be stopped", exc_info=task.exception())
