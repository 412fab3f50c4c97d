"""Recorded days: where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from metaorder.domain.instrument import Instrument
from metaorder.sim.tape import Tape


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A day that can be replayed, what it is a day of, and the digest of the file that it was read from."""

    tape: Tape
    instrument: Instrument
    digest: str


class SourceNotFound(LookupError):
    """No such file under the data roots; what lies outside them does not exist."""


class MarketData(Protocol):
    """Reads recorded days by format and source."""

    def formats(self) -> list[str]:
        """The formats that can be read."""
        ...

    def load(self, data_format: str, source: str, symbol: str) -> RecordedDay:
        """The day in a file.

        Raises:
            SourceNotFound: no such file under the data roots.
            DataError: the file is not what it says it is.
        """
        ...
