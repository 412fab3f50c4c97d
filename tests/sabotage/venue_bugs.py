"""Bugs in what is made of what venues say, and in the limits at the gate."""

from __future__ import annotations

from sabotage.bug import ACCESS, FAULTY, HEARING, SIGHT, SILENCE, Bug

VENUE_BUGS: dict[str, Bug] = {
    "a fill that cannot be and is forgotten": Bug(
        "metaorder.core.execution",
        "Lots(execution.disputed + event.held)",
        "Lots(execution.disputed)",
        HEARING,
    ),
    "what is in dispute, sent again": Bug(
        "metaorder.core.decide",
        "order, out, now = execution.order, execution.out, market.now",
        "order, out, now = execution.order, execution.working, market.now",
        HEARING,
    ),
    "an order that goes on after a fill that cannot be": Bug(
        "metaorder.core.engine", "        if found.halts:\n", "        if False:\n", HEARING
    ),
    "a child that is forgotten when its venue is silent": Bug(
        "metaorder.core.silence", "is not None and due <= now:", "is None:", SILENCE
    ),
    "a silent venue that is sent more": Bug(
        "metaorder.core.decide",
        "if market.silent and all(gate.dark for gate in speaking):",
        "if False:",
        SILENCE,
    ),
    "an end that frees what was traded before it": Bug(
        "metaorder.core.hearing",
        "report.lots < child.open:\n        return Judged(None, early=True)",
        "False:\n        pass",
        HEARING,
    ),
    "reads that wait for a reader for ever": Bug(
        "metaorder.adapters.db.queries",
        "await asyncio.wait_for(begun.wait(), BEGINS_S)",
        "await begun.wait()",
        "tests/faults/test_database_restart.py -k holds_up",
    ),
    "a dispute that anybody settles": Bug(
        "metaorder.api.parent_orders", "body: SettleIn, principal: RiskManager", "body: SettleIn, principal: Trader", ACCESS
    ),
    "what no venue filled, counted for ever": Bug(
        "metaorder.core.gatekeeper", "        self._guard.released(order.id, released)\n", "", HEARING
    ),
    "what is settled, sent again": Bug(
        "metaorder.core.execution",
        "Lots(self.working + self.disputed + self.settled)",
        "Lots(self.working + self.disputed)",
        HEARING,
    ),
    "a report that comes twice and counts twice": Bug(
        "metaorder.core.repeats", "        if key in said:\n", "        if False:\n", FAULTY
    ),
    "a child of which nothing is known, and which is free": Bug(
        "metaorder.core.execution",
        "Lots(sum([child.open for child in self.open.values()]))",
        "Lots(sum(each.open for each in self.open.values() if each.status is not ChildStatus.PENDING_UNKNOWN))",
        FAULTY,
    ),
    "an end that frees what is not told yet": Bug(
        "metaorder.core.hearing", "        return Judged(None, early=True)\n", "        return Judged(report)\n", FAULTY
    ),
    "data that are old and traded on": Bug(
        "metaorder.core.sight", "market.now - time > age)", "market.now - time > 10**6 * age)", SIGHT
    ),
    "an order that arrives on old data": Bug(
        "metaorder.core.engine", "if market.halted or market.stale or not", "if market.halted or not", SIGHT
    ),
    "a throttle that counts nothing": Bug(
        "metaorder.core.engine",
        "                if later is not None:\n",
        "                if False:\n",
        "tests/unit/core/test_gatekeeper.py",
    ),
    "repeated executions that are let pass": Bug(
        "metaorder.risk.watch",
        "if limits.max_children_per_5_min is not None and recent >= limits.max_children_per_5_min:",
        "if False:",
        "tests/unit/risk/test_watch.py",
    ),
    "a resumed order whose count goes on": Bug(
        "metaorder.risk.watch", "        self._parents.pop(parent, None)\n", "", "tests/unit/risk/test_watch.py"
    ),
    "a child that goes to a venue that its order denies": Bug(
        "metaorder.core.decide",
        "market.silent and order.goes_to(gate.venue)]",
        "market.silent]",
        "tests/unit/core/test_decide.py -k permits_whatever",
    ),
    "a venue that an order denies, seen": Bug(
        "metaorder.runtime.session",
        "return permitted(profiled(seen, order, self._day), order)",
        "return profiled(seen, order, self._day)",
        "tests/contract/test_order_venues.py -k cap",
    ),
    "a guard that looks at no venue": Bug(
        "metaorder.risk.guard", "if not order.goes_to(child.venue):", "if False:", "tests/unit/risk/test_guard.py"
    ),
    "history of every account": Bug(
        "metaorder.adapters.db.venue_history",
        "        children.c.account == account,\n        parents.c.account == account,\n",
        "",
        "tests/e2e/test_venue_history.py -k 'sqlite and disappointed'",
    ),
    "history that outweighs the order's own": Bug(
        "metaorder.routing.history", "min(whole, lots // PART)", "whole", "tests/unit/routing/test_history.py"
    ),
    "an order that is told its history and forgets it": Bug(
        "metaorder.core.execution",
        "{} if order.history is None else dict(order.history.venues)",
        "{}",
        "tests/unit/usecases/test_venue_history.py -k counts",
    ),
    "a data age that is nobody's": Bug(
        "metaorder.core.engine", "age = self._gatekeeper.watch.data_age(order.account)", "age = None", SIGHT
    ),
    "a throttle that lets one more go": Bug(
        "metaorder.risk.watch", "len(parent.sent) < limit:", "len(parent.sent) <= limit:", "tests/unit/risk/test_watch.py"
    ),
    "who trades it enables what disabled itself": Bug(
        "metaorder.runtime.desk",
        "if command.risk or execution.suspended not in RISK_DESK:",
        "if True:",
        "tests/e2e/test_risk.py -k disabled",
    ),
    "children that rest into the closing call": Bug(
        "metaorder.core.decide",
        "good_till=over if parcel.until",
        "good_till=execution.order.end if parcel.until",
        "tests/contract/test_closing_auction.py -k does_not_ask",
    ),
    "an auction without a share": Bug(
        "metaorder.core.closing",
        "max(0, most(execution.order, market) - there(execution))",
        "execution.leaves",
        "tests/contract/test_closing_auction.py -k own_share",
    ),
    "a part for the auction that is worked before it": Bug(
        "metaorder.core.decide",
        "closing.trading_ends(order, market), Lots(order.lots - closing.kept(execution, market))",
        "closing.trading_ends(order, market), order.lots",
        "tests/contract/test_closing_auction.py -k must_complete",
    ),
}
"""By what goes wrong."""
