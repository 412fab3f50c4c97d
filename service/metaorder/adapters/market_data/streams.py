"""Files as streams of bytes: plain, gzip or Zstandard, told apart by their first bytes; never a whole day in memory."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

from metaorder.sim.tape import DataError

PIECE = 1 << 20
MOST_BYTES = 64 << 30
"""What a file may come to once it is unpacked: more is a bomb, not a day."""

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pieces(path: Path) -> Generator[bytes, None, None]:
    """What a file holds, unpacked, in pieces of at most PIECE bytes.

    Raises:
        DataError: the file is cut or damaged, or unpacks without end.
    """
    total = 0
    try:
        with path.open("rb") as raw, opened(raw) as file:
            while piece := bytes(file.read(PIECE)):
                total += len(piece)
                if total > MOST_BYTES:
                    raise DataError(path.name, 0, f"the file unpacks to at most {MOST_BYTES} bytes")
                yield piece
    except (OSError, EOFError, zlib.error, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(path.name, 0, f"the file can be read whole ({error})") from None


def opened(raw: IO[bytes]) -> Any:
    """A file, unpacked while it is read."""
    start = raw.read(4)
    raw.seek(0)
    if start[:2] == _GZIP:
        return gzip.GzipFile(fileobj=raw)
    if start == _ZSTD:
        import pyarrow as pa

        return pa.CompressedInputStream(raw, "zstd")
    return raw
