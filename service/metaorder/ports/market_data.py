"""Recorded days: where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from metaorder.domain.instrument import Instrument
from metaorder.sim.tape import Tape


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of a source.

    symbol: None for the one that the file holds. date: the day of a file that holds several.
    instrument: as the client states it, for formats that do not say what is traded.
    """

    symbol: str | None
    date: str | None = None
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A day that can be replayed, what it is a day of, and the digest of the file that it was read from.

    dropped: rows of the file that are no part of the day, by reason [count].
    """

    tape: Tape
    instrument: Instrument
    digest: str
    dropped: Mapping[str, int] = field(default_factory=dict)


class SourceNotFound(LookupError):
    """No such file under the data roots; what lies outside them does not exist."""


class MarketData(Protocol):
    """Reads recorded days by format and source."""

    def formats(self) -> list[str]:
        """The formats that can be read."""
        ...

    def load(self, data_format: str, source: str, wanted: Wanted) -> RecordedDay:
        """The day in a file.

        Raises:
            SourceNotFound: no such file under the data roots.
            DataError: the file is not what it says it is.
        """
        ...
