"""Recorded days from files under the data roots; nothing outside them exists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from metaorder.adapters.market_data import FORMATS
from metaorder.domain.errors import Invalid
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay, SourceNotFound, Wanted


class Files:
    """Finds a source under the roots, in their order, and reads it by its format."""

    def __init__(self, roots: Sequence[Path], calendars: Calendars) -> None:
        self._roots = [root.resolve() for root in roots]
        self._calendars = calendars

    def formats(self) -> list[str]:
        """The formats that can be read."""
        return list(FORMATS)

    def load(self, data_format: str, source: str, wanted: Wanted) -> RecordedDay:
        """The day in a file."""
        read = FORMATS.get(data_format)
        if read is None:
            raise Invalid("format", f"one of {', '.join(FORMATS)}", data_format)
        return read(self.find(source), wanted, self._calendars)

    def find(self, source: str) -> Path:
        """The path of a source. Raises SourceNotFound."""
        for root in self._roots:
            try:
                path = (root / source).resolve(strict=True)
            except (OSError, ValueError, RuntimeError):  # not there, no name that a file could have, or links in a circle
                continue
            if path.is_relative_to(root) and path.is_file():
                return path
        raise SourceNotFound(f"no file {source!r} under the data roots")
