"""Databento's encoding, written and read plainly: synthetic files, and what a file holds without the code under test."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

SECOND = 1_000_000_000
NANO = 1_000_000_000
"""Prices are whole numbers of 1e-9."""

MBO, MBP10, TRADES = 0, 2, 4
LAST, SNAPSHOT = 128, 32
NO_PRICE = 2**63 - 1
OPEN, CLOSE = 1_703_462_400 * SECOND, 1_703_548_800 * SECOND
DAILY = "GLBX.MDP3"


class Mbo(NamedTuple):
    """A market-by-order record. price: in 1e-9."""

    ts: int
    received: int
    order: int
    price: int
    size: int
    action: str
    side: str
    flags: int = 0
    instrument: int = 1

    def encoded(self) -> bytes:
        return struct.pack(
            "<BBHIQQqIBBccQiI",
            14,
            0xA0,
            1,
            self.instrument,
            self.ts,
            self.order,
            self.price,
            self.size,
            self.flags,
            0,
            self.action.encode(),
            self.side.encode(),
            self.received,
            0,
            0,
        )


class Mbp(NamedTuple):
    """A record of ten levels: (bid, ask, bid size, ask size) each; a trade alone where the schema is trades."""

    ts: int
    price: int
    size: int
    action: str
    side: str
    levels: Sequence[tuple[int, int, int, int]] = ()
    flags: int = LAST
    instrument: int = 1

    def encoded(self, *, trades: bool = False) -> bytes:
        body = struct.pack(
            "<qIccBBQiI", self.price, self.size, self.action.encode(), self.side.encode(), self.flags, 0, self.ts, 0, 0
        )
        if trades:
            return struct.pack("<BBHIQ", 12, 0, 1, self.instrument, self.ts) + body
        rows = [*self.levels, *[(NO_PRICE, NO_PRICE, 0, 0)] * (10 - len(self.levels))]
        return (
            struct.pack("<BBHIQ", 92, 10, 1, self.instrument, self.ts)
            + body
            + b"".join(struct.pack("<qqIIII", *row, 0, 0) for row in rows)
        )


@dataclass(frozen=True)
class Header:
    """What a file says of itself."""

    schema: int = MBO
    version: int = 1
    start: int = OPEN
    end: int = CLOSE
    dataset: str = DAILY
    symbols: tuple[tuple[str, int], ...] = (("ESH4", 1),)

    def encoded(self) -> bytes:
        width = 22 if self.version == 1 else 71
        fixed = struct.pack("<16sHQQQ", self.dataset.encode(), self.schema, self.start, self.end, 0)
        if self.version == 1:
            fixed += struct.pack("<QBBB", 2**64 - 1, 1, 0, 0) + bytes(47)
        else:
            fixed += struct.pack("<BBBH", 1, 0, 0, width) + bytes(53)
        assert len(fixed) == 100
        names = [name.encode().ljust(width, b"\0") for name, _ in self.symbols]
        text = fixed + struct.pack("<II", 0, len(names)) + b"".join(names) + struct.pack("<II", 0, 0)
        text += struct.pack("<I", len(names))
        for name, number in self.symbols:
            text += name.encode().ljust(width, b"\0") + struct.pack("<III", 1, 20231225, 20231226)
            text += str(number).encode().ljust(width, b"\0")
        return b"DBN" + bytes([self.version]) + struct.pack("<I", len(text)) + text


def written(path: Path, records: Sequence[Mbo | Mbp], header: Header | None = None, *, packed: bool = True) -> Path:
    """A file of records."""
    header = header or Header()
    if header.schema == TRADES:
        body = b"".join(record.encoded(trades=True) for record in records if isinstance(record, Mbp))
    else:
        body = b"".join(record.encoded() for record in records)
    data = header.encoded() + body
    path.write_bytes(pa.compress(data, codec="zstd", asbytes=True) if packed else data)
    return path


def mbo_records(path: Path) -> Iterator[Mbo]:
    """The records of a file, one by one."""
    with pa.CompressedInputStream(path.open("rb"), "zstd") as stream:
        data = bytes(stream.read())
    assert data[:3] == b"DBN"
    at = 8 + int(struct.unpack_from("<I", data, 4)[0])
    for row in struct.iter_unpack("<BBHIQQqIBBccQiI", data[at:]):
        _, kind, _, instrument, ts, order, price, size, flags, _, action, side, received, _, _ = row
        assert kind == 0xA0
        yield Mbo(ts, received, order, price, size, action.decode(), side.decode(), flags, instrument)


def events(records: Iterator[Mbo]) -> Iterator[list[Mbo]]:
    """Records in groups that end with the flag of the last one; a snapshot is a group of its own."""
    group: list[Mbo] = []
    for record in records:
        if group and group[-1].flags & SNAPSHOT and not record.flags & SNAPSHOT:
            yield group
            group = []
        group.append(record)
        if record.flags & LAST:
            yield group
            group = []
    assert not group


def last(record: Mbo) -> Mbo:
    """The same record as the last of its event."""
    return replace_flags(record, record.flags | LAST)


def replace_flags(record: Mbo, flags: int) -> Mbo:
    return record._replace(flags=flags)


__all__ = ["Header", "Mbo", "Mbp", "events", "last", "mbo_records", "replace", "written"]
