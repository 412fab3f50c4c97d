"""How many examples a property is tried on: METAORDER_EXAMPLES multiplies every count, and may be a part of 1."""

from __future__ import annotations

import os

FACTOR = float(os.environ.get("METAORDER_EXAMPLES", "1"))
FEWEST = 3


def examples(count: int) -> int:
    """`count` examples, multiplied; never so few that a law is not tried."""
    return max(min(count, FEWEST), round(count * FACTOR))
