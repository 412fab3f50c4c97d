"""Impact bounds: the worked example of docs/tca.md, the plain sum beside the fast one, and what cannot be known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.models.propagator import Exponential, PowerLaw
from metaorder.tca.bounds import NO_DECAY, NO_LEVELS, REACTS, bounds
from metaorder.tca.facts import Decay, Fills, OrderFacts, Quotes
from metaorder.tca.report import report
from support.data import ROOT
from support.tca import UNITS, Fill, cut, fills, market, number, order, quotes, seconds, tables

MINUTE = Decay(Exponential(np.log(2) / 60), {"kernel": "exponential", "half_life_s": 60, "source": "a guess"})
NEVER = Decay(PowerLaw(1.0, 1e-12), {"kernel": "power_law", "tau_s": 1, "beta": 1e-12, "source": "a guess"})


@pytest.mark.parametrize("mirrored", [False, True], ids=["buy", "mirror sell"])
def test_the_worked_example_reads_as_the_documentation_prints_it(mirrored: bool) -> None:
    _, (head,), rows, results = tables(
        (ROOT / "docs" / "tca.md").read_text(), "### `impact_bounds`: how large impact in a replay can be"
    )
    sign = -1 if mirrored else 1

    def turned(text: str) -> Decimal:
        return 100 - number(text) if mirrored else number(text)

    def fill(row: dict[str, str]) -> Fill:
        low, high = sorted([turned(row["bid before"]), turned(row["ask before"])])
        return Fill(
            int(number(row["quantity"])),
            turned(row["price"]),
            low,
            high,
            maker=row["liquidity"] == "maker",
            ts=float(row["after"]),
        )

    placed = order(
        int(number(head["quantity"])),
        sign=sign,
        **{name: turned(head[name]) for name in ("decision", "arrival", "end")},  # type: ignore[arg-type]
        arrived=0,
        ended=seconds(float(head["ended after"])),
    )
    moved = quotes(*((float(row["after"]), turned(row["mid after"])) for row in rows))
    assert MINUTE.stated["half_life_s"] == float(head["half-life"])
    found = report(placed, fills(sign, *map(fill, rows)), market(quotes=moved, decay=MINUTE), UNITS)
    held = found["impact_bounds"]
    printed = {row[""]: {name: float(number(text)) for name, text in row.items() if name} for row in results}
    assert {name: held[f"{name}_bps"] for name in ("lower", "central", "upper")} == printed["impact, bps"]
    assert {name: held[f"is_{name}_bps"] for name in ("lower", "central", "upper")} == printed["IS, bps"]
    for name in ("impact", "IS"):
        for bound, amount in printed[name].items():
            assert amount / 500_000 * 10_000 == pytest.approx(printed[f"{name}, bps"][bound])
    assert (held["displacement"], held["takes"], held["decay"]) == ("0.0250", 2, MINUTE.stated)
    assert (held["basis"], held["lower_bps"]) == (found["impact_basis"], found["components_bps"]["impact"])


@st.composite
def cases(draw: st.DrawFn) -> tuple[OrderFacts, Fills, Quotes]:
    """An order whose fills come at few instants, several takes at some of them, mids that move between and after."""
    sign, each, changes, ts = draw(st.sampled_from((1, -1))), [], [(0.0, Decimal(50))], 1.0
    for _ in range(draw(st.integers(0, 6))):
        ts += draw(st.sampled_from((0, 0.5, 10)))
        mid = Decimal(50) + draw(st.integers(-9, 9)) / Decimal(100)
        maker = draw(st.booleans())
        count = draw(st.integers(1, 3))
        each += [Fill(draw(st.integers(1, 50)), "50.00", mid - 1, mid + 1, ts=ts, maker=maker) for _ in range(count)]
        changes.append((ts, Decimal(50) + draw(st.integers(-9, 9)) / Decimal(100)))
    done = fills(sign, *each)
    back = (cut(draw(st.sampled_from((0.5, 5.0, 60.0))), 7, "50.00"),)
    return order(1_000, sign=sign, amended=back, ended=seconds(ts + 5)), done, quotes(*changes)


def shifted(placed: OrderFacts, done: Fills, there: Quotes, decay: Decay | None) -> tuple[float, float]:
    """The two sums, plainly: each fill and each lot left, beside every take before it."""
    takes: list[tuple[int, int, int]] = []  # (time, first fill, half points)
    n = len(done.ts)
    last: dict[tuple[int, ...], int] = {}
    began = []
    for i in range(n):
        key = (int(done.ts[i]), int(done.mid2[i]), int(done.touch[i]), int(done.maker[i]))
        fresh = i == 0 or key != began[-1][0]
        began.append((key, i if fresh else began[-1][1]))
        last[key] = i
    starts = [i for i in range(n) if began[i][1] == i]
    for here, following in zip(starts, [*starts[1:], None], strict=False):
        if done.maker[here]:
            continue
        after = int(there.at(done.ts[here : here + 1])[0])
        if following is not None and done.ts[following] == done.ts[here] and not done.maker[following]:
            after = int(done.mid2[following])
        takes.append((int(done.ts[here]), here, max(0, placed.sign * (after - int(done.mid2[here])))))

    def left(since: int, until: int) -> float:
        return 1.0 if decay is None else float(decay.kernel.left(np.array([(until - since) / 1e9]))[0])

    on_fills = sum(
        int(done.lots[j]) * d * left(t, int(done.ts[j])) for j in range(n) for t, first, d in takes if first < began[j][1]
    )
    ends = [(change.ts, change.lots) for change in placed.taken_back] + [(placed.ended or 0, placed.left(done))]
    return on_fills, sum(lots * d * left(t, ts) for ts, lots in ends for t, _, d in takes if t <= ts)


@given(cases())
def test_the_bounds_are_the_plain_sums(case: tuple[OrderFacts, Fills, Quotes]) -> None:
    placed, done, there = case
    found = bounds(placed, done, there, MINUTE)
    assert (found.filled_upper.value, found.unfilled_upper.value) == shifted(placed, done, there, None)
    for amount, wanted in zip((found.filled_central, found.unfilled_central), shifted(placed, done, there, MINUTE), strict=True):
        assert amount.value is not None
        assert abs(amount.value - wanted) <= 0.5 + 1e-6


@given(cases())
def test_the_central_case_lies_between_the_bounds_and_reaches_the_upper_one_if_nothing_fades(
    case: tuple[OrderFacts, Fills, Quotes],
) -> None:
    fading, lasting = bounds(*case, MINUTE), bounds(*case, NEVER)
    for part in ("filled", "unfilled"):
        low, high = getattr(fading, f"{part}_central").value, getattr(fading, f"{part}_upper").value
        assert 0 <= low <= high
        assert getattr(lasting, f"{part}_central").value == pytest.approx(high, abs=1, rel=1e-6)


def test_a_passive_order_displaces_nothing() -> None:
    rested = [Fill(100, "49.99", "49.99", "50.01", maker=True, ts=ts) for ts in (20, 30, 40)]
    held = report(order(), fills(1, *rested), market(quotes=quotes((0, "50.00"), (30, "50.08"))), UNITS)["impact_bounds"]
    assert (held["lower_bps"], held["upper_bps"], held["takes"], held["displacement"]) == (0.0, 0.0, 0, "0.0000")
    assert held["is_upper_bps"] == held["is_lower_bps"]


def test_more_takes_never_lower_the_upper_bound() -> None:
    each = [Fill(100, "50.02", "49.98", "50.02", ts=10.0 * k) for k in range(1, 9)]
    there = quotes((0, "50.00"), *((10.0 * k, "50.01") for k in range(1, 9)))
    amounts = [bounds(order(), fills(1, *each[:k]), there, None).filled_upper.value or 0 for k in range(len(each) + 1)]
    assert all(a <= b for a, b in pairwise(amounts))
    assert amounts[-1] == 2 * 100 * 100 * sum(range(8))


TOOK = Fill(600, "50.02", "49.98", "50.02", ts=100)


@pytest.mark.parametrize(
    ("there", "done", "missing"),
    [
        ({"decay": None}, TOOK, {"central_bps": NO_DECAY, "is_central_bps": NO_DECAY, "decay": NO_DECAY}),
        ({}, replace(TOOK, evidence="bars"), dict.fromkeys(("central_bps", "upper_bps", "displacement"), NO_LEVELS)),
        ({}, replace(TOOK, evidence="trades"), dict.fromkeys(("is_central_bps", "is_upper_bps"), NO_LEVELS)),
        (
            {"quotes": quotes((0, "50.00"), (100, None))},
            TOOK,
            dict.fromkeys(("upper_bps",), "the book had no mid just before or after 1 of 1 takes"),
        ),
        ({"basis": "simulated"}, TOOK, {"impact_bounds": REACTS}),
    ],
)
def test_what_cannot_be_bounded_is_null_and_why(there: dict[str, Any], done: Fill, missing: dict[str, str]) -> None:
    found = report(order(), fills(1, done), market(**{"decay": MINUTE, **there}), UNITS)
    assert missing.items() <= found["missing"].items()
    held = found["impact_bounds"] or {}
    assert all(held.get(name) is None for name in missing)
    assert held == {} or held["is_lower_bps"] is not None


def test_an_assumed_fill_counts_for_its_evidence_alone() -> None:
    done = fills(1, TOOK, replace(TOOK, certain=False, lots=200), replace(TOOK, certain=False, evidence="l2"))
    found = report(order(2_000), done, market(), UNITS)
    assert found["assumed_share_by_evidence"] == {"l2": 1.0, "l3": 0.25}
