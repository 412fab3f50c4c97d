"""The `spreads` vectors, as far as they are about fills: effective and realised spread and price impact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from metaorder.tca.facts import Fills, Ints, Quotes
from metaorder.tca.markouts import SECOND, markouts
from support.tca import market
from support.vectors import vectors

HORIZON_S = 1


def points(values: list[float]) -> Ints:
    return np.array([int(Decimal(str(value)) * 10**8) for value in values], dtype=np.int64)


def measured(inputs: Mapping[str, Any], sign: int) -> tuple[dict[str, float], int]:
    """The trades of one sign as fills that are an hour apart, each followed by its later mid; and their lots."""
    chosen = [number for number, side in enumerate(inputs["D"]) if side == sign]
    mid, later, price = (points([inputs[name][number] for number in chosen]) for name in ("mid", "mid_future", "price"))
    ts = np.arange(len(chosen), dtype=np.int64) * 3_600 * SECOND
    lots = np.array([inputs["volume"][number] for number in chosen], dtype=np.int64)
    truth = np.ones(len(chosen), dtype=np.bool_)
    fills = Fills(ts, lots, price, ~truth, 0 * ts, truth, price, 2 * mid, 2 * mid)
    end = int(ts[-1]) + 3_600 * SECOND
    found = markouts(sign, fills, market(quotes=Quotes(ts + HORIZON_S * SECOND, 2 * later), clock=end, closes=end))
    means = {"effective_bps": found.effective, "realized_bps": found.realized[HORIZON_S], "impact_bps": found.impact[HORIZON_S]}
    return {name: value * 10_000 for name, value in means.items() if value is not None}, fills.total


def test_the_measures_of_the_vectors_come_out() -> None:
    for case in vectors("spreads"):
        bought, sold = (measured(case["inputs"], sign) for sign in (1, -1))
        for name in ("effective_bps", "realized_bps", "impact_bps"):
            found = (bought[0][name] * bought[1] + sold[0][name] * sold[1]) / (bought[1] + sold[1])
            assert found == pytest.approx(case["expected"][name], **case["tol"]), (case["id"], name)
