"""LOBSTER: Nasdaq's messages and order book of one symbol and day, as the zip that it is sold in."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from metaorder.adapters.market_data import streams
from metaorder.adapters.market_data.instruments import POINTS_PER_TICK, share
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.units import Nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.tape import DataError, LobsterFiles, read_lobster

MIC = "XNAS"
MOST_BYTES = 64 << 30
MILLION = 1_000_000
DAY_MS = 86_400_000

_NAME = re.compile(r"([A-Z.]+)_(\d{4}-\d\d-\d\d)_(\d{1,8})_(\d{1,8})_(message|orderbook)_(\d{1,4})\.csv", re.ASCII)
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
"""What the standard library raises on bytes that are not, or no longer, a zip."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The message and the order book file of a zip: their names, taken apart, and where they lie in it."""

    message: re.Match[str]
    book: re.Match[str]
    members: Mapping[str, zipfile.ZipInfo]
    archive: zipfile.ZipFile

    def open(self, name: re.Match[str]) -> IO[bytes]:
        """One of them, unpacked while it is read."""
        return self.archive.open(self.members[name[0]])

    def pieces(self, name: re.Match[str]) -> Generator[bytes, None, None]:
        """What is in one of them, in pieces of at most streams.PIECE bytes."""
        with self.open(name) as file:
            while piece := file.read(streams.PIECE):
                yield piece


def load(path: Path, wanted: Wanted, calendars: Calendars) -> RecordedDay:
    """The day in a zip of one message file and one order book file.

    Raises:
        DataError: another symbol's day, no such pair of files, or rows that break a rule.
    """
    with opened(path) as pair:
        message, book = pair.message, pair.book
        if message.group(1, 2, 3, 4, 6) != book.group(1, 2, 3, 4, 6):
            raise DataError(path.name, 0, "message and orderbook file are of one symbol, day, time and depth")
        if wanted.symbol not in {None, message[1]}:
            raise DataError(path.name, 0, f"the file is a day of {message[1]}, the market is {wanted.symbol}")
        if wanted.date not in {None, message[2]}:
            raise DataError(path.name, 0, f"the file is of {message[2]}, not of {wanted.date}")
        midnight, day = _day(path.name, message, calendars)
        with closing(pair.pieces(message)) as messages, closing(pair.pieces(book)) as books:
            tape = read_lobster(
                LobsterFiles(
                    messages=messages,
                    book=books,
                    message_name=message[0],
                    book_name=book[0],
                    levels=int(message[6]),
                    points_per_tick=POINTS_PER_TICK,
                    midnight=midnight,
                    day=day,
                )
            )
    return RecordedDay(tape, share(message[1], MIC), streams.digest_of(path))


@contextmanager
def opened(path: Path) -> Iterator[Pair]:
    """A zip's pair of files, while it is open; what turns out to be damaged is a DataError too."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield _pair(path.name, archive)
    except DataError:
        raise
    except _DAMAGE as error:
        raise DataError(path.name, 0, f"the file is a zip that can be read whole ({error})") from None


def _pair(file: str, archive: zipfile.ZipFile) -> Pair:
    named = [(match, info) for info in archive.infolist() if (match := _NAME.fullmatch(Path(info.filename).name))]
    named.sort(key=lambda each: each[0][5])
    if [match[5] for match, _ in named] != ["message", "orderbook"]:
        raise DataError(file, 0, "the zip holds one message file and one orderbook file by LOBSTER's names")
    for match, info in named:
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise DataError(file, 0, f"{match[0]} is stored or deflated")
        if info.file_size > MOST_BYTES:
            raise DataError(file, 0, f"{match[0]} is at most {MOST_BYTES} bytes long")
    return Pair(named[0][0], named[1][0], {match[0]: info for match, info in named}, archive)


def _day(file: str, name: re.Match[str], calendars: Calendars) -> tuple[Nanos, TradingDay]:
    """The exchange's midnight, and the session that a file's name states."""
    opens, closes = int(name[3]), int(name[4])
    if not opens < closes <= DAY_MS:
        raise DataError(file, 0, f"a session opens before it closes, within its day: {name[0]}")
    if not "1970" <= name[2] < "2262":  # nanoseconds in 64 bits hold no other
        raise DataError(file, 0, f"the file's day is from 1970 to 2261: {name[0]}")
    try:
        midnight = calendars.midnight(MIC, name[2])
    except Invalid as wrong:
        raise DataError(file, 0, f"the file's day is {wrong.rule}: {name[0]}") from None
    day = TradingDay(date=name[2], open=Nanos(midnight + opens * MILLION), close=Nanos(midnight + closes * MILLION))
    return midnight, day
