"""The splits of one order in a simulated market that kept its messages, held against the outflows that came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from metaorder.domain.order import ParentOrder
from metaorder.domain.state import RECENT_S
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.hosted import Hosted
from metaorder.sim.queues import queues
from metaorder.usecases.regret import Decided, decided, held_against


def routed_run(hosted: Hosted, order: ParentOrder, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Decisions, and what each way cost [bps]; None where nothing was split. rows: of the session's journal.

    The outflow of a queue is what came to it while the split's time ran, from when a child reached the venue. What had come to
    children of ours that rested there before is theirs, and is taken off.
    """
    market = hosted.live.market
    listing = market.listing(order.symbol)
    instrument = listing.instrument
    children = {str(row["id"]): row for row in rows.get("children", {}).values()}
    floors = {floor.venue: floor for floor in listing.lit}
    volumes = {venue: market.second_volumes(floor) for venue, floor in floors.items()}

    recent_s = int(order.params.get("lookup_s") or RECENT_S)

    def seconds(venue: str, ts: Nanos) -> Sequence[int]:
        now = (ts - market.open) // SECOND
        return volumes[venue][max(0, now - recent_s) : now]

    rows_of, point = list(children.values()), float(instrument.point_size)
    found, unknown = decided(rows_of, order.params, order.start, order.end, point, seconds)
    seen = {venue: queues(market.record(order.symbol, venue).prints, market.messages(floor)) for venue, floor in floors.items()}
    rested: dict[str, list[tuple[int, int, int]]] = {venue: [] for venue in floors}
    for fill in rows.get("fills", {}).values():
        doc = msgspec.json.decode(fill["doc"])
        if doc["liquidity"] == "maker" and doc["venue"] in rested:
            rested[doc["venue"]].append((int(fill["ts"]), int(children[str(fill["child"])]["ts"]), int(doc["quantity"])))

    def outflow(venue: str, each: Decided) -> Lots:
        begin = Nanos(each.ts + floors[venue].latency.longest_entry)
        came = seen[venue].outflow(order.side, each.price, instrument.points_per_tick, begin, each.until)
        earlier = sum(units for ts, sent, units in rested[venue] if begin < ts <= each.until and sent < each.ts)
        return Lots(max(0, came - earlier // instrument.lot_size))

    found_costs = held_against(found, outflow)
    return None if found_costs is None else {**found_costs, "unknown": unknown}
