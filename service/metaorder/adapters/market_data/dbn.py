"""Databento's binary encoding (DBN, versions 1 to 3), plain or Zstandard: mbo, mbp-10, trades of one instrument."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from metaorder.adapters.market_data.instruments import future, instrument_for, share
from metaorder.adapters.market_data.streams import digest_of, pieces
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import Nanos, time_text
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.tape import DataError, DbnFile, NativeTape, Tape, read_dbn

SCHEMAS = {0: "mbo", 2: "mbp-10", 4: "trades"}
MICS = {"GLBX.MDP3": "XCME", "XNAS.ITCH": "XNAS", "XNYS.PILLAR": "XNYS"}
NO_TIME = 2**64 - 1
NO_SCHEMA = 2**16 - 1
FIXED = 100
"""Bytes of the header that are there in each version; what follows them counts itself."""
MOST_HEADER = 16 << 20

_DATE = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself. instruments: numeric ids by the symbols that were asked for."""

    dataset: str
    schema: str
    start: int
    end: int
    instruments: dict[str, frozenset[int]]


def load(path: Path, wanted: Wanted, calendars: Calendars) -> RecordedDay:
    """The span of one instrument in a file.

    Raises:
        DataError: not DBN, of another schema or symbol, or a record that breaks a rule.
    """
    del calendars  # the file states its own span
    with closing(pieces(path)) as stream:
        native, instrument = _read_all(path.name, stream, wanted)
    day = TradingDay(date=time_text(native.open)[:10], open=Nanos(native.open), close=Nanos(native.close))
    return RecordedDay(Tape(native, day), instrument, digest_of(path))


def _read_all(file: str, stream: Iterator[bytes], wanted: Wanted) -> tuple[NativeTape, Instrument]:
    header, first = _header(file, stream)
    only = next(iter(header.instruments)) if len(header.instruments) == 1 else None
    symbol = wanted.symbol or only or ""
    instrument = _instrument(file, header, replace(wanted, symbol=symbol))
    ids = header.instruments.get(symbol)
    if ids is None or len(ids) != 1:
        known = ", ".join(sorted(header.instruments)) or "none"
        raise DataError(file, 0, f"the file maps the symbol {symbol or 'that is wanted'} to one instrument; its symbols: {known}")
    native = read_dbn(
        DbnFile(
            name=file,
            schema=header.schema,
            instrument_id=next(iter(ids)),
            open=Nanos(header.start),
            close=None if header.end >= NO_TIME else Nanos(header.end),
            pieces=chain([first], stream),
        ),
        instrument,
    )
    return native, instrument


def _instrument(file: str, header: Header, wanted: Wanted) -> Instrument:
    mic, symbol = MICS.get(header.dataset), wanted.symbol or ""
    if mic == "XCME":
        return instrument_for(file, wanted, future(symbol, mic))
    return instrument_for(file, wanted, None if mic is None else share(symbol, mic))


def _header(file: str, stream: Iterator[bytes]) -> tuple[Header, bytes]:
    """The header, and what follows it in the pieces that it took."""
    data = b""
    for piece in stream:
        data += piece
        if len(data) >= 8 and (data[:3] != b"DBN" or len(data) >= 8 + _length(file, data)):
            break
    if data[:3] != b"DBN" or len(data) < 8 or not 1 <= data[3] <= 3:
        raise DataError(file, 0, "the file begins as DBN of version 1, 2 or 3 does")
    length = _length(file, data)
    if len(data) < 8 + length:
        raise DataError(file, 0, "the header is complete")
    try:
        return _read(file, data[3], data[8 : 8 + length]), data[8 + length :]
    except (struct.error, UnicodeDecodeError, Invalid):
        raise DataError(file, 0, "the header is one of DBN") from None


def _length(file: str, data: bytes) -> int:
    length = int.from_bytes(data[4:8], "little")
    if length > MOST_HEADER:
        raise DataError(file, 0, f"the header is at most {MOST_HEADER} bytes long")
    return length


def _read(file: str, version: int, data: bytes) -> Header:
    dataset, schema, start, end = struct.unpack_from("<16sHQQ", data, 0)
    at = 16 + 2 + 8 + 8 + 8 + (8 if version == 1 else 0) + 2  # a limit, in version 1 a count, and two kinds of symbols
    with_sent = data[at]
    width = 22 if version == 1 else struct.unpack_from("<H", data, at + 1)[0]
    if schema not in SCHEMAS:
        known = ", ".join(SCHEMAS.values())
        raise DataError(file, 0, f"the schema is one of {known}" + (" and not mixed" if schema == NO_SCHEMA else ""))
    if with_sent:
        raise DataError(file, 0, "the records are without the gateway's sending time (ts_out)")
    at = FIXED + 4 + struct.unpack_from("<I", data, FIXED)[0]
    for _ in range(3):  # symbols asked for, partly and not resolved
        at += 4 + width * int(struct.unpack_from("<I", data, at)[0])
    return Header(
        dataset=_text(dataset),
        schema=SCHEMAS[schema],
        start=start,
        end=end,
        instruments=_mappings(data, at, width),
    )


def _mappings(data: bytes, at: int, width: int) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    for _ in range(count):
        name = _text(struct.unpack_from(f"<{width}s", data, at)[0])
        (intervals,) = struct.unpack_from("<I", data, at + width)
        at += width + 4
        ids = set()
        for _ in range(intervals):
            text = _text(struct.unpack_from(f"<{width}s", data, at + _DATE.size)[0])
            at += _DATE.size + width
            ids |= {int(text)} if text.isascii() and text.isdecimal() else set()
        found[name] = frozenset(ids)
    return found


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("ascii")
