"""The end of a dispute after its session: what was held when the market closed, told by who asked the venues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from metaorder.core.chain import Entry
from metaorder.domain.units import Nanos, time_text
from metaorder.usecases.errors import Conflict

Row = Mapping[str, Any]
_decode = msgspec.json.Decoder().decode


def settlement(order: Row, market: Row, *, disputed: int, traded: int, actor: str) -> Entry:
    """The row that says so, in units; no re-run makes it again. actor: the key that says so.

    Raises:
        Conflict: it is not what is held.
    """
    held = _decode(order["facts"]).get("disputed", 0)
    if disputed != held or not held or not 0 <= traded <= disputed:
        said = f"{held} are in dispute: {traded} of {disputed} cannot be settled"
        raise Conflict("dispute_moved", said)
    clock = Nanos(market["clock"])
    doc = {
        "type": "risk.settled",
        "ts": time_text(clock),
        "parent_id": order["id"],
        "client_order_id": order["client_order_id"],
        "symbol": order["symbol"],
        "side": order["side"],
        "status": order["status"],
        "traded_quantity": traded,
        "released_quantity": disputed - traded,
        "actor": actor,
    }
    return Entry(
        session=order["session"],
        session_index=None,
        stream=order["account"],
        type="risk.settled",
        version=1,
        market_time=clock,
        event_index=None,
        parent=order["id"],
        payload=msgspec.json.encode(doc),
    )
