"""What a stream begins anew with: the orders that are open as of a seq, after which it goes on without a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from metaorder.ports.queries import Snapshot
from metaorder.runtime.broadcast import FRAME
from metaorder.usecases import views

ASKED, TOO_OLD = "asked", "too_old"
"""Why a stream begins anew: the client wants that, or it is further behind than events are kept for it."""

Admits = Callable[[str, str], bool]
"""Whether a client wants what is of such an order and symbol."""


def frames(found: Snapshot, reason: str, admits: Admits) -> Iterator[str]:
    """The frames of a snapshot: what it will hold, each order and each child that is open, and its end."""
    orders = [order for row in found.parents if admits((order := views.from_row(row))["id"], order["symbol"])]
    wanted = {order["id"] for order in orders}
    sent = [views.child(row) for row in found.children if row["parent"] in wanted]
    head = {"type": "reset", "reason": reason, "as_of_seq": found.as_of_seq, "parents": len(orders), "children": len(sent)}
    items: list[dict[str, Any]] = [head]
    items += [{"type": "snapshot.parent", "parent": order} for order in orders]
    items += [{"type": "snapshot.child", "child": child} for child in sent]
    items.append({"type": "snapshot.end", "as_of_seq": found.as_of_seq})
    for start in range(0, len(items), FRAME):
        yield msgspec.json.encode(items[start : start + FRAME]).decode()
