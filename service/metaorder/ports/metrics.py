"""What is counted while the service runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Metrics(Protocol):
    """Counters and gauges for an operator."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An HTTP request was answered."""
        ...

    def client(self, change: int) -> None:
        """A stream client came (+1) or went (-1)."""
        ...

    def events(self, kind: str, count: int) -> None:
        """Rows of a type became durable."""
        ...

    def reports(self, market: str, counts: Mapping[str, int]) -> None:
        """So many reports of a market's venues told nothing new or could not be so, by code."""
        ...

    def render(self) -> tuple[bytes, str]:
        """All of it in Prometheus' text format, and its media type."""
        ...
