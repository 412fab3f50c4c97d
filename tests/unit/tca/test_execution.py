"""Spreads, improvement, waiting and capture, as docs/tca.md works them out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metaorder.tca.execution import Working, price_improvement, quoted_spread, waiting
from metaorder.tca.measures import Beside
from metaorder.tca.report import report
from support.data import ROOT
from support.tca import UNITS, Fill, fills, market, number, order, quotes, seconds, tables, worked_example

HEADING = "### The same order, fill by fill"


def ints(*values: float) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


@pytest.mark.parametrize("mirrored", [False, True], ids=["buy", "mirror sell"])
def test_the_measures_of_the_worked_example_are_as_the_documentation_prints_them(mirrored: bool) -> None:
    rows, printed = tables((ROOT / "docs" / "tca.md").read_text(), HEADING)
    example = worked_example(mirrored=mirrored)
    done = [float(number(row["filled"])) for row in rows]
    sent = [float(number(row["child sent"])) for row in rows]
    later = [100 - number(row["mid 10 s later"]) if mirrored else number(row["mid 10 s later"]) for row in rows]
    at = sorted({(moment + 10, mid) for moment, mid in zip(done, later, strict=True)})
    part = example.fills
    told = type(part)(
        *(ints(*map(seconds, done)), part.lots, part.price, part.maker, part.fee, part.certain),
        *(part.touch, part.mid2, part.reference2, part.evidence),
    )
    working = Working(
        children=2, canceled=0, sent=10_000, waited=told.ts - ints(*map(seconds, sent)), first_passive=told.lots * told.maker
    )
    found = report(example.order, told, market(quotes=quotes((0, 50), *at)), UNITS, Beside(working))
    flat = {
        **{name: found[name] for name in ("quoted_spread_bps", "price_improvement_bps", "effective_spread_bps")},
        "realized_spread_bps.10": found["realized_spread_bps"]["10"],
        "price_impact_bps.10": found["price_impact_bps"]["10"],
        "markouts_bps.10": found["markouts_bps"]["10"],
        **{f"spread_capture.{name}": value for name, value in found["spread_capture"].items()},
        **{f"time_to_fill_s.{name}": value for name, value in found["time_to_fill_s"].items()},
        **{name: found[name] for name in ("average_child_quantity", "average_fill_quantity", "cancel_ratio", "children")},
    }
    by_hand = {row["field"].strip("`"): float(number(row["value"])) for row in printed}
    assert set(flat) == set(by_hand)
    for name, value in by_hand.items():
        other_mid = mirrored and "_bps" in name  # a share of 49.95 in place of 50.05
        wanted = value * 50.05 / 49.95 if other_mid else value
        assert flat[name] == pytest.approx(wanted, abs=5e-3 if other_mid else 1e-6, rel=3e-3 if other_mid else 0), name


def test_walking_the_book_is_no_improvement_and_a_better_price_is() -> None:
    assert price_improvement(1, fills(1, Fill(10, 99, 98, 100))) == pytest.approx(1 / 99)
    assert price_improvement(-1, fills(-1, Fill(10, 99, 98, 100))) == pytest.approx(1 / 99)
    assert price_improvement(1, fills(1, Fill(10, 101, 98, 100))) == pytest.approx(-1 / 99)
    assert price_improvement(1, fills(1, Fill(10, 98, 98, 100, maker=True))) is None


def test_a_crossed_market_has_no_quoted_spread() -> None:
    assert quoted_spread(1, fills(1, Fill(10, 99, 100, 98))) is None
    assert quoted_spread(1, fills(1, Fill(10, 99, 100, 98), Fill(10, 100, 98, 100))) == pytest.approx(2 / 99)


def test_half_of_the_lots_had_waited_no_longer_than_the_median() -> None:
    done = fills(1, Fill(60, 100, 98, 100, ts=100), Fill(40, 100, 98, 100, ts=200))
    found = waiting(done, Working(2, 0, 100, ints(seconds(5), seconds(50)), ints(0, 0)), seconds(40))
    assert (found.first, found.mean, found.median) == (60.0, 23.0, 5.0)


def test_an_order_without_children_says_so() -> None:
    found = report(order(), fills(1), market(), UNITS)
    assert found["missing"]["cancel_ratio"] == "no child order was sent"
