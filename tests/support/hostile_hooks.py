"""What schemathesis cannot guess: the market that is there. Half of the orders that fit their schema are made for it."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext

ORDERS = {"/v1/parent-orders", "/v1/estimates", "/v1/baskets"}
TIMES = ("start_time", "end_time", "decision_time", "decision_price", "limit_price", "i_would_price", "blackouts")


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Make every second order one that can be accepted."""
    body: Any = case.body
    if case.method != "POST" or case.operation.path not in ORDERS or not isinstance(body, dict) or len(str(body)) % 2:
        return
    if case.meta is not None and case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    for each in (body, *body.get("legs", ())):
        if "symbol" in each:
            each["symbol"] = "ACME"
    for name in TIMES:
        body.pop(name, None)
    body.update(market="lab", duration_s=3_600)
    if "algo" in body:
        body.update(algo="twap", params={}, quantity=1_000)
