"""Reports: their kinds are those of the native venue, and a bare report claims nothing."""

from __future__ import annotations

import re
from pathlib import Path

import metaorder
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import ParentId
from metaorder.domain.units import Nanos
from metaorder.domain.venue import Report, ReportKind


def test_the_kinds_are_those_of_the_native_venue_in_its_order() -> None:
    header = (Path(metaorder.__file__).parents[2] / "native/include/lob/venue.hpp").read_text()
    body = re.search(r"enum class ReportKind[^{]*\{([^}]*)\}", header)
    assert body is not None
    assert [part.split("=")[0].strip() for part in body[1].split(",")] == [kind.value for kind in ReportKind]


def test_a_bare_report_knows_no_price_no_queue_and_no_quote() -> None:
    report = Report(kind=ReportKind.ACCEPTED, parent=ParentId("p"), number=1, ts=Nanos(0))
    assert (report.lots, report.price, report.queue_ahead, report.queue_known_ppm) == (0, 0, None, None)
    assert (report.quote, report.reference) == (NO_QUOTE, NO_QUOTE)
