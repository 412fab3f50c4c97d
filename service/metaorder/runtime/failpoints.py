"""Failpoints: named places at which a test may kill the process, to prove that nothing is lost there."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

VARIABLE = "METAORDER_FAILPOINT"
"""`name:n` kills the process with SIGKILL the n-th time that it passes the failpoint `name`."""

NAMES = (
    "command.validated",
    "command.queued",
    "command.applied",
    "batch.queued",
    "journal.begun",
    "journal.written",
    "journal.committed",
    "answer.sent",
    "broadcast.sent",
    "child.sent",
    "fill.heard",
    "recovery.session",
    "recovery.done",
)
"""Every failpoint, in the order in which a command meets them; a child goes out and its fill comes in at any time after."""

_passed: Counter[str] = Counter()


def _armed() -> tuple[str, int] | None:
    name, _, count = os.environ.get(VARIABLE, "").partition(":")
    return (name, int(count or 1)) if name else None


def _kill() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives SIGKILL")


_target = _armed()
_die: Callable[[], NoReturn] = _kill


def arm(name: str, count: int, die: Callable[[], NoReturn]) -> None:
    """Die at the `count`-th pass from now on, in a way of the caller's: a simulation ends the server and not itself."""
    global _target, _die
    _passed.clear()
    _target, _die = (name, count), die


def disarm() -> None:
    """Nobody dies any more."""
    global _target
    _target = None


def failpoint(name: str) -> None:
    """Die here if a test asked for it. Costs one comparison otherwise."""
    if _target is None or _target[0] != name:
        return
    _passed[name] += 1
    if _passed[name] >= _target[1]:
        _die()
