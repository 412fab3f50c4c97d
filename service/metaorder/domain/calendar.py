"""A trading day: when the market opens and closes, and the fixed parts in which volume is profiled."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.errors import Invalid
from metaorder.domain.units import Nanos


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingDay:
    """One session of continuous trading, [open, close).

    date: the exchange's date, ISO 8601.
    """

    date: str
    open: Nanos
    close: Nanos

    def __post_init__(self) -> None:
        if self.close <= self.open:
            raise Invalid("close", "after the open", self.close)
