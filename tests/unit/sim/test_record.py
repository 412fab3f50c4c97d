"""A market's record as bytes: what comes back is what was written, and what is none is not read."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metaorder.domain.units import Nanos
from metaorder.sim.record import AUCTION, HIDDEN, MarketRecord, from_bytes
from support.cases import Market, Print, Touch

FULL = Market(
    touches=(Touch(0, "49.99", "50.01"), Touch(5, None, "50.01"), Touch(9, "49.98", "50.01", halted=True)),
    prints=(Print(1, "50.0050", 7, parent="P", counterparty="Q", flags=4), Print(2, "49.99", 1, flags=HIDDEN)),
    reference=(Print(3, "50.00", 2, flags=AUCTION),),
)
EMPTY = Market(touches=(), prints=(), parents=("",))


@pytest.mark.parametrize(
    "record",
    [
        FULL.record(),
        EMPTY.record(),
        replace(FULL.record(), closed=False),
        replace(EMPTY.record(), parents=("", "ein-Auftrag-für-Zürich", "p")),
        replace(EMPTY.record(), clock=Nanos(2**63 - 1)),
    ],
    ids=["full", "empty", "open", "long and foreign ids", "latest clock"],
)
def test_a_record_comes_back_as_it_was_written(record: MarketRecord) -> None:
    back = from_bytes(record.to_bytes())
    assert (back.clock, back.closed, back.parents) == (record.clock, record.closed, record.parents)
    for name in ("quotes", "prints", "reference"):
        read, written = getattr(back, name), getattr(record, name)
        assert read.dtype == written.dtype
        assert read.tolist() == written.tolist()


def test_what_comes_back_has_plain_ints_and_strings() -> None:
    back = from_bytes(FULL.record().to_bytes())
    assert (type(back.clock), type(back.closed), {type(parent) for parent in back.parents}) == (int, bool, {str})


def test_the_bytes_of_a_quiet_day_are_compressed() -> None:
    record = Market(touches=[Touch(each, "49.99", "50.01") for each in range(5_000)]).record()
    assert len(record.to_bytes()) < record.quotes.nbytes // 5


def test_a_record_that_was_cut_short_is_not_half_read() -> None:
    data = FULL.record().to_bytes()
    for length in (len(data) - 1, len(data) // 2, 10):
        with pytest.raises((zipfile.BadZipFile, ValueError)):
            from_bytes(data[:length])


def test_a_damaged_array_is_not_read() -> None:
    record = Market(prints=[Print(each, "50.00", each + 1) for each in range(500)]).record()
    data = bytearray(record.to_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        middle = archive.getinfo("prints.npy").header_offset + archive.getinfo("prints.npy").compress_size // 2
    data[middle] ^= 0xFF
    with pytest.raises((zipfile.BadZipFile, zlib.error)):
        from_bytes(bytes(data))


class _Loaded:
    """Something that would run code if it were unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a record ran code",))


def test_a_record_never_runs_code_that_somebody_put_into_it() -> None:
    record, buffer = FULL.record(), io.BytesIO()
    arrays: dict[str, Any] = {name: getattr(record, name) for name in ("quotes", "prints", "reference")}
    np.savez(buffer, **arrays, clock=np.array([1, 1]), parents=np.array([_Loaded()], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        from_bytes(buffer.getvalue())
