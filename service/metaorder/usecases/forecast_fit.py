"""What the estimate that an order named said of its cost, where it was about that order; or why it is held against nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.units import to_nanos
from metaorder.tca.measures import NO_ESTIMATE
from metaorder.tca.risk import Expected

Row = Mapping[str, Any]

NEAR_QUANTITY = 0.01
"""An order of a quantity within this share of the estimate's is the one that it was about."""

NEAR_WINDOW = 0.1
"""The same of the start and the end of its window: within this share of the window's length."""

LEAST_FILLED = 0.95
"""The share of what the estimate expected to be filled below which its cost is of another trade than the one that came."""

_decode = msgspec.json.Decoder().decode


def expected(estimate: Row | None) -> Expected | str:
    """What an estimate said of the cost; or why it said nothing."""
    if estimate is None:
        return NO_ESTIMATE
    cost, sd, error = (estimate[name] for name in ("expected_cost_bps", "sd_bps", "expected_cost_error_bps"))
    if cost is None or sd is None:
        whys = estimate.get("missing") or {}
        why = next((whys[name] for name in ("expected_cost_bps", "sd_bps") if name in whys), None)
        return "the estimate has no expected cost, or no spread around it" + ("" if why is None else f": {why}")
    return Expected(estimate["id"], cost, float(np.hypot(sd, error or 0.0)))


def expected_of(estimate: Row | None, parent: Row) -> Expected | str:
    """The same of the order that named it; or in what that order differs from the one that was estimated.

    estimate: as it was made. parent: the order as it stands now.
    """
    said = expected(estimate)
    if isinstance(said, str) or estimate is None:
        return said
    return _differs(estimate, parent) or _undone(estimate, parent) or said


def _differs(estimate: Row, parent: Row) -> str | None:
    """How the order differs from the estimate's, materially."""
    terms, facts = _decode(parent["terms"]), _decode(parent["facts"])
    for name, its in (("market", parent["market"]), ("symbol", parent["symbol"]), ("side", parent["side"])):
        if estimate[name] != its:
            return f"the estimate was of another {name}: {estimate[name]}, and the order's is {its}"
    if estimate["algo"] != terms["algo"]:
        return f"the estimate was of another algorithm: {estimate['algo']}, and the order's is {terms['algo']}"
    if estimate["params"] != terms["params"]:
        return "the estimate was of the algorithm with other parameters"
    asked = int(estimate["quantity"])
    had = [parent["quantity"], *(each["before"] for each in facts.get("amendments", []))]
    furthest = int(max(had, key=lambda quantity: abs(quantity - asked)))
    if abs(furthest - asked) > NEAR_QUANTITY * asked:
        amended = " after an amendment" if len(set(had)) > 1 else ""
        return f"the estimate was of another quantity: {asked:,}, and the order's was {furthest:,}{amended}"
    start, end = (to_nanos(estimate[name]) for name in ("start_time", "end_time"))
    moved = [abs(to_nanos(terms[name]) - was) for name, was in (("start_time", start), ("end_time", end))]
    if max(moved) > NEAR_WINDOW * (end - start):
        return "the estimate was of another window: its start or its end is away by more than a tenth of it"
    return None


def _undone(estimate: Row, parent: Row) -> str | None:
    """How much less was filled than the cost was estimated for."""
    filled, hoped = int(parent["filled"]), int(estimate.get("expected_quantity") or estimate["quantity"])
    if not filled:
        return "nothing was filled"
    if filled < LEAST_FILLED * hoped:
        return f"{filled:,} were filled of the {hoped:,} that the estimate's cost was for"
    return None
