"""Bounds of impact in a replay: the recording does not react, so what an order moved is bounded and not measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np

from metaorder.domain.units import SECOND
from metaorder.models.propagator import Exponential
from metaorder.tca.amounts import Amount
from metaorder.tca.facts import NO_PRICE, Bools, Decay, Fills, Ints, OrderFacts, Quotes
from metaorder.tca.sums import weighted

NO_DECAY = "no decay of impact is stated with the market (impact_decay)"
NO_LEVELS = "prices alone are recorded: what our takes displaced is not known"
REACTS = "the market reacts to the order: its impact is measured, not bounded"

_PRICES_ALONE = frozenset({"trades", "bars"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """What impact costs beyond what the unshifted tape shows [half points x lots], all of it >= 0.

    On filled lots, and on lots that were not filled: central with the decay as stated, upper without any.
    displaced: by how far all takes together moved the mid against us [half points]. takes: how many did.
    """

    filled_central: Amount
    filled_upper: Amount
    unfilled_central: Amount
    unfilled_upper: Amount
    displaced: Amount
    takes: int


@dataclass(frozen=True, slots=True)
class _Takes:
    """Takes in the order of time: when, by how far each moved the mid against us [half points], and the take of each fill.

    came: how many takes came before each fill; the fills of a take do not come after it.
    """

    ts: Ints
    moved: Ints
    came: Ints


def bounds(order: OrderFacts, fills: Fills, quotes: Quotes, decay: Decay | None) -> Bounds:
    """Shift every later price against us by what our takes displaced.

        upper: sum x_j D_j + sum u D_u,   D_j = sum of d_i over takes i before fill j;   central: d_i G(t_j - t_i) in d_i's place

    d_i: by how far the mid was further against us just after take i than just before it, at least 0. u: lots that an amendment
    took back, at that time, and lots left at the end.
    """
    takes = _takes(order.sign, fills, quotes)
    if isinstance(takes, str):
        gone = Amount.missing(takes)
        return Bounds(gone, gone, gone, gone, gone, 0)
    closed = [(change.ts, change.lots) for change in order.taken_back]
    end = order.ended if order.ended is not None else int(quotes.ts.max(initial=order.stop))
    closed.append((end, order.left(fills)))
    times = np.array([ts for ts, _ in closed], dtype=np.int64)
    lots = np.array([count for _, count in closed], dtype=np.int64)
    came = np.searchsorted(takes.ts, times, side="right")
    total = np.concatenate([[0], np.cumsum(takes.moved)])
    none = Amount.missing(NO_DECAY)
    return Bounds(
        filled_central=none if decay is None else _faded(takes, fills.ts, takes.came, fills.lots, decay),
        filled_upper=Amount(weighted(total[takes.came], fills.lots)),
        unfilled_central=none if decay is None else _faded(takes, times, came, lots, decay),
        unfilled_upper=Amount(weighted(total[came], lots)),
        displaced=Amount(int(total[-1])),
        takes=int((takes.moved > 0).sum()),
    )


def _takes(sign: int, fills: Fills, quotes: Quotes) -> _Takes | str:
    """What each of our takes displaced; or why that is not known.

    Fills that share their instant and the book before it are one take. Our messages act after all that is recorded of an instant,
    so its last quote is what our take left, unless another take of ours follows: then it is what that one met.
    """
    if _PRICES_ALONE.intersection(fills.evidence):
        return NO_LEVELS
    count = len(fills.ts)
    new = np.arange(count) == 0
    for column in (fills.ts, fills.mid2, fills.touch, fills.maker):
        new[1:] |= column[1:] != column[:-1]
    event = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    took: Bools = ~fills.maker[first]
    before, ts = fills.mid2[first], fills.ts[first]
    after = quotes.at(ts)
    again = (ts[1:] == ts[:-1]) & took[1:]
    after[:-1][again] = before[1:][again]
    blind = int((took & ((before == NO_PRICE) | (after == NO_PRICE))).sum())
    if blind:
        return f"the book had no mid just before or after {blind} of {int(took.sum())} takes"
    came = np.concatenate([[0], np.cumsum(took)])[event]
    return _Takes(ts[took], np.maximum(sign * (after - before)[took], 0), came)


def _faded(takes: _Takes, times: Ints, came: Ints, lots: Ints, decay: Decay) -> Amount:
    """The lots at their times, each with what is left of the displacements before it; to the nearest half point, half-even."""
    if isinstance(decay.kernel, Exponential):
        standing = np.concatenate([[0.0], _standing(takes, decay.kernel)])
        last = np.concatenate([times[:1], takes.ts])[came]  # of the take before each time; of none before any, nothing stands
        fade = decay.kernel.left((times - last) / SECOND)
        return Amount(round(fsum((lots * (fade * standing[came])).tolist())))
    parts = []
    for ts, count, each in zip(times.tolist(), came.tolist(), lots.tolist(), strict=True):
        left = decay.kernel.left((ts - takes.ts[:count]) / SECOND)
        parts.append(each * float(np.sum(left * takes.moved[:count])))
    return Amount(round(fsum(parts)))


def _standing(takes: _Takes, kernel: Exponential) -> list[float]:
    """What stands of all displacements just after each take: an exponential fades alike whatever it is made of."""
    after = np.diff(takes.ts, prepend=takes.ts[:1]) / SECOND
    standing, found = 0.0, []
    for left, moved in zip(kernel.left(after).tolist(), takes.moved.tolist(), strict=True):
        standing = standing * left + moved
        found.append(standing)
    return found
