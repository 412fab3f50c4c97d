"""Orders of every kind that a report has to read well for: never filled, one fill, a sell, canceled, amended, halted, crossed."""

from __future__ import annotations

from typing import Any

from metaorder.usecases.analyse import Case
from support.cases import NO_TOUCH, Market, Touch, case, fill, stamp, touch

ORDER: dict[str, Any] = {"symbol": "ACME", "algo": "twap", "market": "day", "client_order_id": "a-1"}

HALF = Market(touches=(Touch(0, "49.99", "50.01"), Touch(300, "49.99", "50.01", halted=True), Touch(500, "50.19", "50.21")))
CROSSED = Market(touches=(Touch(0, "49.99", "50.01"), Touch(50, "50.02", "50.01"), Touch(200, "49.99", "50.01")))
AMENDED = {
    "amendments": [
        {"ts": stamp(200), "before": 1_000, "after": 1_400, "quote": touch("50.01", "50.03")},
        {"ts": stamp(400), "before": 1_400, "after": 1_200, "quote": touch("50.03", "50.05")},
    ]
}
PAUSED = {"pauses": [["suspended", stamp(300)], ["resumed", stamp(365)]]}

CASES: dict[str, Case] = {
    "filled": case(fill(100, 1_000, "50.01"), status="filled", reason="completed"),
    "never filled": case(reason="limit_bound"),
    "a single fill": case(fill(100, 300, "50.01")),
    "a sell": case(fill(100, 1_000, "49.99"), side="sell", status="filled", reason="completed"),
    "canceled by the client": case(fill(100, 300, "50.01"), status="canceled", reason="client_request"),
    "amended": case(fill(100, 300, "50.01"), fill(600, 500, "50.04"), quantity=1_200, facts=AMENDED),
    "paused": case(fill(100, 300, "50.01"), facts=PAUSED),
    "across a halt": case(fill(100, 300, "50.01"), fill(600, 300, "50.21", quote=touch("50.19", "50.21")), market=HALF),
    "in a crossed market": case(fill(100, 300, "50.01", quote=touch("50.02", "50.01")), market=CROSSED),
    "in an empty book": case(fill(100, 300, "50.01", quote=NO_TOUCH)),
    "without a reference": case(fill(100, 300, "50.01"), kind="external", why_no_twin="the market cannot be run again"),
    "without a decision price": case(fill(100, 300, "50.01"), facts={"decision": NO_TOUCH}),
    "rejected": case(status="rejected", reason=None, started=None, ended=None, facts={"arrival": None, "end": None}),
    "not arrived": case(status="new", reason=None, started=None, ended=None, facts={"arrival": None, "end": None}),
    "running": case(fill(100, 300, "50.01"), status="partially_filled", reason=None, ended=None, facts={"end": None}),
}
"""Every order by what is particular about it."""
