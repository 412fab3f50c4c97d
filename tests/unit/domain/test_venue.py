"""Latency is checked; kinds of reports are those of the native venue, and a bare report claims nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import metaorder
from metaorder.domain.errors import Invalid
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import ParentId
from metaorder.domain.units import Nanos
from metaorder.domain.venue import LONGEST_LATENCY, Latency, Report, ReportKind
from metaorder.sim.reports import KINDS, REPLACE_REJECTED, REPLACED


def test_the_kinds_are_those_of_the_native_venue_in_its_order() -> None:
    header = (Path(metaorder.__file__).parents[2] / "native/include/lob/venue.hpp").read_text()
    body = re.search(r"enum class ReportKind[^{]*\{([^}]*)\}", header)
    assert body is not None
    kinds = [part.split("=")[0].strip() for part in re.sub("//[^\n]*", "", body[1]).split(",")]
    assert kinds[:REPLACED] == [kind.value for kind in ReportKind] == [kind.value for kind in KINDS]
    assert (kinds[REPLACED], kinds[REPLACE_REJECTED]) == ("replaced", "replace_rejected")


def test_a_bare_report_knows_no_price_no_queue_and_no_quote() -> None:
    report = Report(kind=ReportKind.ACCEPTED, parent=ParentId("p"), number=1, ts=Nanos(0))
    assert (report.lots, report.price, report.queue_ahead, report.queue_known_ppm) == (0, 0, None, None)
    assert (report.quote, report.reference) == (NO_QUOTE, NO_QUOTE)


def test_a_latency_is_a_millisecond_in_and_none_back_unless_it_says_otherwise() -> None:
    latency = Latency()
    assert (latency.entry, latency.entry_jitter, latency.report, latency.report_jitter) == (1_000_000, 0, 0, 0)
    assert Latency(entry=Nanos(5), entry_jitter=Nanos(7)).longest_entry == 12


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"entry": 0}, "latency"),
        ({"entry": -1}, "latency"),
        ({"entry": LONGEST_LATENCY + 1}, "latency"),
        ({"entry_jitter": -1}, "latency_jitter"),
        ({"entry_jitter": LONGEST_LATENCY + 1}, "latency_jitter"),
        ({"report": -1}, "report_latency"),
        ({"report": LONGEST_LATENCY + 1}, "report_latency"),
        ({"report_jitter": -1}, "report_latency_jitter"),
        ({"seed": -1}, "latency_seed"),
        ({"seed": 2**64}, "latency_seed"),
    ],
)
def test_a_latency_that_cannot_be_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        Latency(**changes)
    assert caught.value.field == field
