"""What the plots of an order draw: quotes, fills, children and the schedule with its band, thinned to what a page can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.units import Nanos, time_text, to_nanos
from metaorder.usecases.analyse import Case
from metaorder.usecases.planned import Curve, plan

Doc = Mapping[str, Any]

MOST_POINTS = 1_500
MOST_FILLS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Times as texts, prices as numbers.

    quotes: time, bid and ask; null in a halt and where a side is empty. fills: as the API shows them, at most MOST_FILLS of
    `all_fills`. done: time and quantity filled by then. schedules: each stretch of what was planned with its band; none where it
    follows the market. children: their quantities. cap: most participation.
    """

    quotes: tuple[list[str], list[float | None], list[float | None]]
    fills: Sequence[Doc]
    all_fills: int
    done: tuple[list[str], list[int]]
    schedules: Sequence[Curve]
    children: Sequence[int]
    sizes: Sequence[int]
    limit: float | None
    cap: float
    start: str
    end: str


def series(case: Case) -> Series:
    """What the plots of an order need of its case."""
    terms = msgspec.json.decode(case.parent["terms"])
    start, stop = to_nanos(terms["start_time"]), to_nanos(terms["end_time"])
    end = stop if case.parent["ended"] is None else max(int(case.parent["ended"]), start + 1)
    limit = terms.get("limit_price")
    docs = [msgspec.json.decode(row["doc"]) for row in case.fills]
    sizes = [doc["quantity"] for doc in docs]
    done = np.cumsum(sizes, dtype=np.int64)
    kept = [] if not docs else np.unique(np.linspace(0, len(docs) - 1, min(len(docs), MOST_FILLS)).astype(int)).tolist()
    return Series(
        quotes=_quotes(case, start, end),
        fills=[docs[at] for at in kept],
        all_fills=len(docs),
        done=(
            [time_text(Nanos(start)), *(docs[at]["ts"] for at in kept), time_text(Nanos(end))],
            [0, *(int(done[at]) for at in kept), int(done[-1]) if docs else 0],
        ),
        schedules=plan(case).curves(),
        children=[int(child["quantity"]) for child in case.children],
        sizes=sizes,
        limit=None if limit is None else float(limit),
        cap=float(terms["max_participation"]),
        start=time_text(Nanos(start)),
        end=time_text(Nanos(end)),
    )


def _quotes(case: Case, start: int, end: int) -> tuple[list[str], list[float | None], list[float | None]]:
    """Bid and ask without our own orders at even times of the order's life."""
    rows = case.record.quotes
    times = np.unique(np.linspace(start, max(start, min(end, int(case.record.clock))), MOST_POINTS).astype(np.int64))
    at = np.searchsorted(rows["ts"], times, side="right") - 1
    tick = float(case.instrument.tick_size)
    digits = max(0, -int(case.instrument.tick_size.normalize().as_tuple().exponent))
    known = (at >= 0) & (rows["halted"][np.maximum(at, 0)] == 0) if len(rows) else np.zeros(len(times), dtype=np.bool_)
    sides: list[list[float | None]] = []
    for side in ("bid", "ask"):
        if not len(rows):
            sides.append([None] * len(times))
            continue
        prices, lots = rows["live"][side][np.maximum(at, 0)], rows["live"][f"{side}_lots"][np.maximum(at, 0)]
        shown = known & (lots > 0)
        sides.append([round(float(price) * tick, digits) if there else None for price, there in zip(prices, shown, strict=True)])
    return [time_text(Nanos(int(time))) for time in times], sides[0], sides[1]
