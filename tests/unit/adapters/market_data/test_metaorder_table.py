"""Tables of metaorders: read whole, or refused with the row."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaorder.adapters.market_data.metaorder_table import read
from metaorder.sim.tape import DataError

HEAD = "desk,date,quantity,adv,sigma_per_sqrt_day,impact_bps\n"


def table(directory: Path, text: str) -> Path:
    path = directory / "orders.csv"
    path.write_text(text)
    return path


def test_sizes_are_shares_of_a_day_and_impacts_volatilities(tmp_path: Path) -> None:
    rows = "a,2026-03-03,20000,1000000,0.02,-4\nb,2026-03-02,5000,500000,0.01,10\n"
    found = read(table(tmp_path, HEAD + rows))
    assert (found.sizes.tolist(), found.impacts.tolist()) == ([0.02, 0.01], pytest.approx([-0.02, 0.1]))
    assert (found.first, found.last, len(found.digest)) == ("2026-03-02", "2026-03-03", 64)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("", 0),
        (HEAD, 0),
        ("date,quantity,adv,impact_bps\n2026-03-02,1,1,1\n", 0),
        (HEAD + "a,2026-03-02,1,1,1\n", 2),
        (HEAD + "a,2026-03-02,1,1,.01,1\nb,yesterday,1,1,.01,1\n", 3),
        (HEAD + "a,2026-03-02,0,1,.01,1\n", 2),
        (HEAD + "a,2026-03-02,1,-1,.01,1\n", 2),
        (HEAD + "a,2026-03-02,1,1,nan,1\n", 2),
        (HEAD + "a,2026-03-02,1,1,.01,much\n", 2),
        (HEAD + "a,2026-03-02,1,1,.01,inf\n", 2),
    ],
)
def test_what_is_no_table_is_refused_with_its_row(tmp_path: Path, text: str, row: int) -> None:
    with pytest.raises(DataError) as wrong:
        read(table(tmp_path, text))
    assert wrong.value.row == row
