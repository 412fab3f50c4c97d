"""The schedules of an order, one after another as each was in force: what was to be done by when, and the band around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.units import Nanos, time_text, to_nanos
from metaorder.tca.facts import Ints
from metaorder.usecases.analyse import Case

Doc = Mapping[str, Any]

FOLLOWS = "the schedule follows the market's volume and cannot be known ahead"
SUSPENDED = "the order was suspended, and no schedule was in force"


@dataclass(frozen=True, slots=True)
class Span:
    """A schedule while it was in force, from begin to end [ns]. times [ns], done: units to be done by when, read along a line
    between two points; none where it follows the market.
    """

    begin: int
    end: int
    times: Ints
    done: Ints

    def at(self, times: Ints) -> Ints:
        """Units to be done by each time, rounded down."""
        return np.floor(np.interp(times, self.times, self.done) + 1e-9).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Curve:
    """A stretch without a break, to be drawn: times as texts; units planned, the least and the most that the band allows."""

    times: list[str]
    planned: list[int]
    least: list[int]
    most: list[int]


@dataclass(frozen=True, slots=True)
class Plan:
    """All schedules of an order, oldest first, and what they are counted on.

    changes: (from, units ordered), oldest first. behind, ahead: the band, as shares of what is ordered.
    """

    spans: tuple[Span, ...]
    changes: tuple[tuple[int, int], ...]
    behind: float
    ahead: float

    def at(self, times: Ints) -> tuple[list[int | None], list[int | None], list[int | None]]:
        """Target, least and most at each time; None while none was in force, or the one that was follows the market."""
        target, known = np.zeros(len(times), dtype=np.int64), np.zeros(len(times), dtype=np.bool_)
        for span in self.spans:
            inside = (times >= span.begin) & (times < span.end)
            known[inside] = len(span.times) > 0
            if len(span.times):
                target[inside] = span.at(times[inside])
        least, most = self._band(target, times)
        target_, least_, most_ = (
            [value if there else None for value, there in zip(values.tolist(), known.tolist(), strict=True)]
            for values in (target, least, most)
        )
        return target_, least_, most_

    def why_not(self, times: Ints) -> str | None:
        """Why some of the times have no target; None where all have one."""
        unknown = [value is None for value in self.at(times)[0]]
        if not any(unknown):
            return None
        blind = [span for span in self.spans if not len(span.times)]
        follows = any(bool(((times >= span.begin) & (times < span.end)).any()) for span in blind)
        return FOLLOWS if follows or not self.spans else SUSPENDED

    def curves(self) -> list[Curve]:
        """What is drawn: schedules that follow each other at once are one curve."""
        pieces: list[list[Span]] = []
        for span in self.spans:
            if not len(span.times) or span.end <= span.begin:
                continue
            if pieces and pieces[-1][-1].end == span.begin:
                pieces[-1].append(span)
            else:
                pieces.append([span])
        return [self._curve(piece) for piece in pieces]

    def _curve(self, piece: Sequence[Span]) -> Curve:
        times, done, counted = [], [], []
        for span in piece:
            inner = span.times[(span.times > span.begin) & (span.times < span.end)]
            corners = np.unique([span.begin, *inner.tolist(), min(span.end, max(int(span.times[-1]), span.begin))])
            times.append(corners)
            done.append(span.at(corners))
            counted.append(np.append(corners[:-1], span.begin))  # its last corner is of what was ordered until then
        target, ts = np.concatenate(done), np.concatenate(times)
        least, most = self._band(target, np.concatenate(counted))
        return Curve([time_text(Nanos(int(at))) for at in ts], target.tolist(), least.tolist(), most.tolist())

    def _band(self, target: Ints, times: Ints) -> tuple[Ints, Ints]:
        since = np.array([ts for ts, _ in self.changes], dtype=np.int64)
        ordered = np.array([units for _, units in self.changes], dtype=np.int64)
        whole = ordered[np.maximum(np.searchsorted(since, times, side="right") - 1, 0)]
        behind, ahead = ((share * whole).astype(np.int64) for share in (self.behind, self.ahead))
        return np.maximum(target - behind, 0), np.minimum(target + ahead, whole)


def plan(case: Case) -> Plan:
    """The schedules of an order. Where they were not read from the journal, the last one is known alone."""
    facts, terms = msgspec.json.decode(case.parent["facts"]), msgspec.json.decode(case.parent["terms"])
    drawn = case.schedules or [facts[name] for name in ("schedule",) if name in facts]
    amended = [each for each in facts.get("amendments", []) if each["before"] != each["after"]]
    first = amended[0]["before"] if amended else int(case.parent["quantity"])
    changes = [(0, first), *((int(to_nanos(each["ts"])), int(each["after"])) for each in amended)]
    behind, ahead = (float(terms.get(name, "0")) for name in ("band_behind", "band_ahead"))
    return Plan(tuple(_spans(drawn, _suspended(facts))), tuple(changes), behind, ahead)


def _spans(drawn: Sequence[Doc], suspended: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Each schedule until the next one is drawn, or the order is suspended: what was drawn in a suspension is never in force."""
    points = [[(int(to_nanos(time)), int(units)) for time, units in each["points"]] for each in drawn]
    begins = [int(to_nanos(each["ts"])) if "ts" in each else known[0][0] for each, known in zip(drawn, points, strict=True)]
    for number, (begin, known) in enumerate(zip(begins, points, strict=True)):
        if any(since <= begin < until for since, until in suspended):
            continue
        ends = [*begins[number + 1 : number + 2], *(since for since, _ in suspended if since >= begin)]
        times, done = (np.array([point[part] for point in known], dtype=np.int64) for part in (0, 1))
        yield Span(begin, min(ends, default=np.iinfo(np.int64).max), times, done)


def _suspended(facts: Doc) -> list[tuple[int, int]]:
    """(from, to) of each suspension; the last one may be open."""
    edges = [*((kind, int(to_nanos(text))) for kind, text in facts.get("pauses", [])), ("", np.iinfo(np.int64).max)]
    return [(ts, until) for (kind, ts), (_, until) in pairwise(edges) if kind == "suspended"]
