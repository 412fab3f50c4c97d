"""A copy of a SQLite database that somebody may be writing: SQLite's own backup, page by page, as of one commit."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2


def copy(source: Path, target: Path) -> None:
    """Copy a database, and sync the copy. It is there whole, or not at all.

    Raises:
        FileNotFoundError: there is none to copy.
    """
    if not source.exists():
        raise FileNotFoundError(source)
    half = target.with_suffix(".part")
    half.unlink(missing_ok=True)
    with closing(dbapi2.connect(f"file:{source}?mode=ro", uri=True)) as ours, closing(dbapi2.connect(str(half))) as theirs:
        ours.backup(theirs)
    for path in (half, half.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    half.rename(target)
