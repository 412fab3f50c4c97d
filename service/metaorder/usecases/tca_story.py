"""What happened to an order that its figures have to be read with: how it ended, amendments, pauses, halts, broken books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.order import EndReason, Status
from metaorder.domain.units import SECOND, to_nanos
from metaorder.usecases.analyse import Case

Doc = Mapping[str, Any]

ENDED: Mapping[str, str] = {
    EndReason.COMPLETED: "all of it was done",
    EndReason.CLIENT_REQUEST: "you canceled it",
    EndReason.WINDOW_ENDED: "its window ended",
    EndReason.SESSION_CLOSED: "the market closed",
    EndReason.CAP_BOUND: "its window ended, and the participation cap had left no room for the rest",
    EndReason.LIMIT_BOUND: "its window ended, and the market was beyond the limit price",
    EndReason.HALTED: "its window ended while trading was halted",
    EndReason.NO_LIQUIDITY: "its window ended, and there had been nothing to trade with",
    EndReason.MARKET_DELETED: "its market was deleted",
    EndReason.SESSION_LOST: "its market was lost",
}
"""Why an order ended, to be said after 'because' or 'and'."""


def story(case: Case) -> list[str]:
    """Sentences about the order's life; none where it went without incident."""
    row, facts = case.parent, msgspec.json.decode(case.parent["facts"])
    said = [*_ended(row), *_amended(facts)]
    if row["started"] is None:
        return said
    begin, end = int(row["started"]), int(row["ended"] or case.record.clock)
    paused = _paused(facts, end)
    if paused:
        said.append(f"It was suspended for {duration(paused)} in all.")
    halted = _halted(case, begin, end)
    if halted:
        said.append(f"Trading was halted for {duration(halted)} of its life: that time counts for no average and no share.")
    return said + _broken(case)


def duration(nanos: int) -> str:
    """A span as people say it: the two largest units."""
    seconds = nanos / SECOND
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, left = divmod(minutes, 60)
    return f"{hours} h" + (f" {left} min" if left else "")


def _ended(row: Doc) -> list[str]:
    if row["status"] == Status.REJECTED:
        return ["It was rejected and never worked."]
    left = row["quantity"] - row["filled"]
    if row["reason"] is None or row["reason"] == EndReason.COMPLETED:
        return []
    why = ENDED.get(row["reason"], row["reason"].replace("_", " "))
    return [f"It ended because {why}, with {left:,} left." if left else f"It ended because {why}."]


def _amended(facts: Doc) -> list[str]:
    changes = [each for each in facts.get("amendments", []) if each["before"] != each["after"]]
    if not changes:
        return []
    steps = "; ".join(f"from {each['before']:,} to {each['after']:,} at {each['ts'][11:19]} UTC" for each in changes)
    return [f"Its quantity was amended {steps}: what was added is judged from the mid at that time."]


def _paused(facts: Doc, end: int) -> int:
    """Time in suspension until its end."""
    total, began = 0, None
    for kind, text in facts.get("pauses", []):
        time = to_nanos(text)
        if kind == "suspended":
            began = time
        elif began is not None:
            total, began = total + time - began, None
    return total + (max(0, end - began) if began is not None else 0)


def _halted(case: Case, begin: int, end: int) -> int:
    """Time between begin and end in which trading was halted."""
    rows = case.record.quotes
    if not rows["halted"].any():
        return 0
    edges = np.append(rows["ts"], max(end, int(rows["ts"][-1])))
    spans = np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin)
    return int(np.maximum(spans, 0)[rows["halted"] != 0].sum())


def _broken(case: Case) -> list[str]:
    """Fills that met a book without a mid."""
    docs: Sequence[Doc] = [msgspec.json.decode(fill["doc"]) for fill in case.fills]
    between = sum(_crossed(doc["quote"]) and _whole(doc.get("venue_quote")) for doc in docs)
    without = sum(_crossed(doc["quote"]) or not _two_sided(doc["quote"]) for doc in docs) - between
    told = []
    if without:
        told.append(f"{_fills(without)} met a book that was one-sided or crossed: what needs a mid there is not known.")
    if between:
        told.append(f"{_fills(between)} met venues whose quotes crossed each other: its costs are held against the worse side.")
    return told


def _fills(count: int) -> str:
    return f"{count:,} {'fill' if count == 1 else 'fills'}"


def _two_sided(quote: Doc | None) -> bool:
    return quote is not None and quote["bid"] is not None and quote["ask"] is not None


def _crossed(quote: Doc | None) -> bool:
    return quote is not None and _two_sided(quote) and float(quote["bid"]) > float(quote["ask"])


def _whole(quote: Doc | None) -> bool:
    """Whether a fill's own venue is known, and was not crossed itself."""
    return quote is not None and not _crossed(quote)
