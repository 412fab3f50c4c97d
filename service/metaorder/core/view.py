"""The market as the machine may see it: now, and nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from metaorder.core.execution import Execution
from metaorder.domain.market import Quote
from metaorder.domain.state import MarketState
from metaorder.domain.units import Nanos


class View(Protocol):
    """The market as the machine may see it: now, and nothing later."""

    def observe(self, execution: Execution) -> MarketState:
        """The market as one order sees it."""

    def touch(self, symbol: str) -> Quote:
        """The touch of a symbol without our own orders."""

    def heard(self, symbol: str) -> Mapping[str, Nanos]:
        """When the data of each lit venue of a symbol last came, whatever they said: a quiet market is not an old one."""

    def reference(self, symbol: str) -> Quote:
        """The touch of a symbol as it would be without us, where it is recorded."""
