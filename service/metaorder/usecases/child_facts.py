"""The children of an order as arrays beside its fills: how long each had waited, and what was first placed passively."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metaorder.domain.instrument import Instrument
from metaorder.tca.execution import Working
from metaorder.tca.facts import Fills, Ints
from metaorder.usecases.fill_facts import FillDoc

Row = Mapping[str, Any]

RESTS = frozenset({"gtd", "gtc", "day"})
CALLED_BACK = "canceled"


def working(children: Sequence[Row], docs: Sequence[FillDoc], fills: Fills, instrument: Instrument) -> Working | None:
    """The children, as the fills saw them; None where there are none. docs: of the fills."""
    if not children:
        return None
    sent = {child["id"]: child["ts"] for child in children}
    began = np.array([sent[doc.child_id] for doc in docs], dtype=np.int64)
    canceled = sum(child["status"] == CALLED_BACK and child["filled"] < child["quantity"] for child in children)
    return Working(
        children=len(children),
        canceled=canceled,
        sent=sum(child["quantity"] for child in children) // instrument.lot_size,
        waited=fills.ts - began,
        first_passive=first_passive(children, fills, instrument.lot_size),
    )


def first_passive(children: Sequence[Row], fills: Fills, lot: int) -> Ints:
    """Lots of each fill that were first placed passively: what rested, and what was crossed later."""
    if not any(child["quantity"] > child["filled"] and child["time_in_force"] in RESTS for child in children):
        return np.where(fills.maker, fills.lots, 0)
    happened: list[tuple[int, int, int]] = []
    for child in children:
        if child["time_in_force"] in RESTS:
            happened.append((int(child["ts"]), 0, int(child["quantity"]) // lot))
            if child["ended"] is not None and child["quantity"] > child["filled"]:
                happened.append((int(child["ended"]), 1, int(child["quantity"] - child["filled"]) // lot))
    if not any(what for _, what, _ in happened):
        return np.where(fills.maker, fills.lots, 0)
    happened += [(ts, 2, at) for at, ts in enumerate(fills.ts.tolist())]
    happened.sort()
    pool, first, lots, maker = 0, fills.lots.copy(), fills.lots.tolist(), fills.maker.tolist()
    for _, what, value in happened:
        if what == 0:
            pool = max(0, pool - value)
        elif what == 1:
            pool += value
        elif not maker[value]:
            passive = min(lots[value], pool)
            first[value] = passive
            pool -= passive
    return first
