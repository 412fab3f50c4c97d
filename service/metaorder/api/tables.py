"""Rows as files for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def as_csv(rows: Rows) -> bytes:
    """Rows with a header; null is empty. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    target = io.StringIO()
    if rows:
        writer = csv.DictWriter(target, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return target.getvalue().encode()


def as_parquet(rows: Rows) -> bytes:
    """Rows as a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    target = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([dict(row) for row in rows]), target)
    return target.getvalue()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
