"""Failpoints: named places at which a test may kill the process, to prove that nothing is lost there."""

from __future__ import annotations

import os
import signal
from collections import Counter

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
    "recovery.session",
    "recovery.done",
)
"""Every failpoint, in the order in which a command meets them."""

_passed: Counter[str] = Counter()


def _armed() -> tuple[str, int] | None:
    name, _, count = os.environ.get(VARIABLE, "").partition(":")
    return (name, int(count or 1)) if name else None


_target = _armed()


def failpoint(name: str) -> None:
    """Die here if a test asked for it. Costs one comparison otherwise."""
    if _target is None or _target[0] != name:
        return
    _passed[name] += 1
    if _passed[name] >= _target[1]:
        os.kill(os.getpid(), signal.SIGKILL)
