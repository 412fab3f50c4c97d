"""Work that takes minutes and is done apart: what it says on its way, and how it is stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Said:
    """A part is done. share: of the whole, in [0, 1]. step: what comes next."""

    share: float
    step: str


@dataclass(frozen=True, slots=True)
class Finished:
    """All is done. result: a JSON document."""

    result: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be done. code: stable. detail: for people."""

    code: str
    detail: str


Message = Said | Finished | Failed


class Working(Protocol):
    """One piece of work under way."""

    async def next(self) -> Message:
        """What it says next; the last is Finished or Failed, also where it ended without a word."""
        ...

    def stop(self) -> None:
        """End it at once."""
        ...


Launch = Callable[[str, Mapping[str, Any]], Working]
"""Begins the work of a kind of job on a request."""

Gather = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Reads what an account's job has to be told beside its request, as it begins: too large to be kept with it."""
