"""How many examples a property is tried on: METAORDER_EXAMPLES multiplies every count."""

from __future__ import annotations

import os

FACTOR = int(os.environ.get("METAORDER_EXAMPLES", "1"))


def examples(count: int) -> int:
    """`count` examples, multiplied."""
    return count * FACTOR
