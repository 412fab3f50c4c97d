"""The children of an order as arrays beside its fills: how long each had waited, and what was first placed passively."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.instrument import Instrument
from metaorder.tca.execution import ImpactUsed, Working
from metaorder.tca.facts import Fills, Ints
from metaorder.usecases.fill_facts import AT_ONCE, FillDoc

Row = Mapping[str, Any]

RESTS = frozenset({"gtd", "gtc", "day"})
CALLED_BACK = "canceled"
PPM = 1_000_000


def working(children: Sequence[Row], docs: Sequence[FillDoc], fills: Fills, instrument: Instrument) -> Working | None:
    """The children, as the fills saw them; None where there are none. docs: of the fills."""
    if not children:
        return None
    sent = {child["id"]: child["ts"] for child in children}
    began = np.array([sent[doc.child_id] for doc in docs], dtype=np.int64)
    canceled = sum(child["status"] == CALLED_BACK and child["filled"] < child["quantity"] for child in children)
    told = read_children(children)
    return Working(
        children=len(children),
        canceled=canceled,
        sent=sum(child["quantity"] for child in children) // instrument.lot_size,
        waited=fills.ts - began,
        first_passive=first_passive(children, fills, instrument.lot_size),
        queue_known=queue_known(children, told),
        impact=impact_used(told),
    )


class _Reason(msgspec.Struct, gc=False):
    """What a child was sent for, as far as it tells of the impact that its algorithm reckoned with."""

    strength: str | None = msgspec.field(default=None, name="lambda")
    lambda_from: str | None = None
    beta: str | None = None


class ChildDoc(msgspec.Struct, gc=False):
    """What analysis asks of a child's document: the queue that it joined, and its reason."""

    queue_ahead: int | None = None
    queue_known_ppm: int | None = None
    reason: _Reason | None = None


_read = msgspec.json.Decoder(list[ChildDoc]).decode


def read_children(children: Sequence[Row]) -> list[ChildDoc]:
    """The documents of the children."""
    told: list[ChildDoc] = []
    for start in range(0, len(children), AT_ONCE):
        told += _read(f"[{','.join([child['doc'] for child in children[start : start + AT_ONCE]])}]")
    return told


def queue_known(children: Sequence[Row], told: Sequence[ChildDoc]) -> float | None:
    """The share of the lots ahead of resting children, as they joined, whose arrival was seen. None: no child joined a queue."""
    ahead = known = joined = 0
    for child, doc in zip(children, told, strict=True):
        if doc.queue_ahead is not None and doc.queue_known_ppm is not None and child["time_in_force"] in RESTS:
            joined += 1
            ahead += doc.queue_ahead
            known += doc.queue_ahead * doc.queue_known_ppm
    if not joined:
        return None
    return known / (ahead * PPM) if ahead else 1.0


def impact_used(told: Sequence[ChildDoc]) -> ImpactUsed | None:
    """The impact of own fills that the children were reckoned with. None: with none, as most algorithms do."""
    reasons = [doc.reason for doc in told if doc.reason is not None and doc.reason.beta is not None]
    if not reasons:
        return None
    betas = [float(each.beta) for each in reasons if each.beta is not None]
    known = [float(each.strength) for each in reasons if each.strength is not None]
    return ImpactUsed(
        beta=(min(betas), max(betas)),
        strength=(min(known), max(known)) if known else None,
        source=", ".join(sorted({each.lambda_from for each in reasons if each.lambda_from is not None})),
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
