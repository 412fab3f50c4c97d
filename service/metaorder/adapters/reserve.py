"""Room that is kept free on the disk of the journal, for the cancels and kills that must be written when it is full."""

from __future__ import annotations

import os
from pathlib import Path

SIZE = 16 * 1024 * 1024


class Reserve:
    """A file that takes room until the room is needed."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        self._path = path
        self._size = size

    def keep(self) -> None:
        """Take the room. Where there is none, nothing is taken: a full disk must not keep a server from starting to cancel."""
        try:
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:
            self._path.unlink(missing_ok=True)

    def release(self) -> bool:
        """Give the room back; False where none was kept."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True
