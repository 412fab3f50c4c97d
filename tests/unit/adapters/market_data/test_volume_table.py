"""Tables of volume: read whole, or refused with the row."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaorder.adapters.market_data.volume_table import read
from metaorder.sim.tape import DataError


def table(directory: Path, text: str) -> Path:
    path = directory / "volume.csv"
    path.write_text(text)
    return path


def test_rows_are_intervals_and_columns_days(tmp_path: Path) -> None:
    found = read(table(tmp_path, ",2019-01-02,2019-01-03\n09:30,1,2\n09:45,3,4.5\n"))
    assert (found.days, found.volumes.tolist(), len(found.digest)) == (("2019-01-02", "2019-01-03"), [[1, 3], [2, 4.5]], 64)


@pytest.mark.parametrize(
    ("text", "row"), [("", 0), ("a,b\n", 0), (",d\nx,1,2\n", 2), (",d\nx,1\ny,two\n", 3), (",d\nx,-1\n", 2), (",d\nx,nan\n", 2)]
)
def test_what_is_no_table_is_refused_with_its_row(tmp_path: Path, text: str, row: int) -> None:
    with pytest.raises(DataError) as wrong:
        read(table(tmp_path, text))
    assert wrong.value.row == row
