"""A venue's report as an event of the order that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from metaorder.core.decide import Gate
from metaorder.core.events import ChildAccepted, ChildCanceled, ChildExpired, ChildRejected, Event, Fill
from metaorder.core.execution import Execution
from metaorder.domain.child import Child
from metaorder.domain.units import Lots
from metaorder.domain.venue import Report, ReportKind
from metaorder.routing.costs import achieved, part


def reported(report: Report, execution: Execution, gates: Sequence[Gate], prefix: str) -> Event:
    """What a report tells. prefix: of execution ids. gates: of the venues that trade the symbol."""
    match report.kind:
        case ReportKind.ACCEPTED:
            return ChildAccepted(number=report.number, queue_ahead=report.queue_ahead, queue_known_ppm=report.queue_known_ppm)
        case ReportKind.REJECTED:
            return ChildRejected(number=report.number, reason=report.reason)
        case ReportKind.CANCELED:
            return ChildCanceled(number=report.number, lots=report.lots, reason=report.reason)
        case ReportKind.EXPIRED:
            return ChildExpired(number=report.number, lots=report.lots, reason=report.reason)
        case ReportKind.FILL:
            return _filled(report, execution, gates, prefix)
        case _:
            assert_never(report.kind)


def _filled(report: Report, execution: Execution, gates: Sequence[Gate], prefix: str) -> Fill:
    maker = report.liquidity == "maker"
    child = execution.open[report.number]
    filled = Lots(execution.filled + report.lots)
    gate = next(gate for gate in gates if gate.venue == child.venue)
    fee = gate.instrument.fee(report.price, report.lots, maker=maker)
    cost = achieved(
        execution.order.side, report.price, report.lots, fee, report.liquidity, child.mid2, report.quote, gate.instrument
    )
    return Fill(
        number=report.number,
        execution_id=f"{prefix}-{child.venue}-{report.number_of_fill}",
        venue=child.venue,
        price=report.price,
        lots=report.lots,
        liquidity=report.liquidity,
        fee=fee,
        quote=report.quote,
        reference=report.reference,
        evidence=report.evidence,
        certain=report.certain,
        after_end=report.ts > execution.order.end,
        filled=filled,
        leaves=Lots(execution.order.lots - filled),
        venue_quote=report.venue_quote,
        cost=None if child.cost is None else cost,
        expected_cost=None if cost is None else part(child.cost, report.lots, child.lots),
    )


def makes_room(report: Report, child: Child) -> bool:
    """Whether an order may send more at a report of its child: it is a fill, or a cancel that was asked for."""
    return child.status.leaving if report.kind is ReportKind.CANCELED else report.kind is ReportKind.FILL
