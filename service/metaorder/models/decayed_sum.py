"""Sums that fade: each event adds to a memory, and the memory decays between events."""

from __future__ import annotations

import numpy as np

from metaorder.models.inputs import Floats


def decayed_sum(kept: Floats, added: Floats) -> Floats:
    """The memory after each event.

        x_i = kept_i x_{i-1} + added_i,   x_{-1} = 0

    kept: what is left of the memory when event i comes, in [0, 1], shape (n,). added: what event i adds, shape (n,).
    Returns x, shape (n,). Doubles the span of each partial sum in log2(n) passes: no loop over events, and no exponential of
    a large number, so that hours between two events are as exact as microseconds.
    """
    memory, factor = added.astype(np.float64, copy=True), kept.astype(np.float64, copy=True)
    span = 1
    while span < memory.size:
        memory[span:] += factor[span:] * memory[:-span]  # numpy buffers operands that overlap
        factor[span:] *= factor[:-span]
        span *= 2
    return memory


def kept_between(times: Floats, rate: float) -> Floats:
    """What is left of a memory that decays at `rate` when each event comes: e^{-rate (t_i - t_{i-1})}, 0 at the first.

    times: increasing, shape (n,) [time]. rate: >= 0 [1/time].
    """
    kept = np.zeros_like(times)
    kept[1:] = np.exp(-rate * np.diff(times))
    return kept


def sums_within(times: Floats, rate: float) -> Floats:
    """What is left, at each event, of a unit from each event before it in the list.

        sum over j < i of e^{-rate (t_i - t_j)}

    times: never decreasing, shape (n,) [time]. rate: >= 0 [1/time]. Returns shape (n,).
    """
    kept = kept_between(times, rate)
    return decayed_sum(kept, kept)


def sums_across(times: Floats, others: Floats, rate: float) -> Floats:
    """What is left, at each of `times`, of a unit from each of `others` that came strictly before.

        sum over s_j < t_i of e^{-rate (t_i - s_j)}

    times, others: never decreasing, shapes (n,) and (m,) [time]. rate: >= 0 [1/time]. Returns shape (n,).
    """
    after = decayed_sum(kept_between(others, rate), np.ones_like(others))
    last = np.searchsorted(others, times, side="left") - 1
    seen = last >= 0
    found = np.zeros_like(times)
    found[seen] = after[last[seen]] * np.exp(-rate * (times[seen] - others[last[seen]]))
    return found
