"""A hook of a server: its venue says everything twice, and of each order one fill of a child that was never sent."""

from __future__ import annotations

from dataclasses import replace

from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots
from metaorder.domain.venue import Report, ReportKind
from metaorder.sim.market import Market

NEVER_SENT = 900
LIE = Lots(300)
FIRST = 10**6
"""Executions that the venue invents are numbered from here."""

_honest = Market.take_reports


def _take_reports(market: Market) -> list[Report]:
    """What it says follows from the market alone: a re-run hears the same."""
    lied: set[ParentId] = market.__dict__.setdefault("lied", set())
    said: list[Report] = []
    for report in _honest(market):
        said += [report, report]
        if report.kind is ReportKind.FILL and report.parent not in lied:
            lied.add(report.parent)
            said.append(replace(report, number=NEVER_SENT, lots=LIE, number_of_fill=FIRST + len(lied)))
    return said


Market.take_reports = _take_reports  # type: ignore[method-assign]
