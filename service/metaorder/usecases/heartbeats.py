"""Heartbeats in the journal: who has armed one, and for how long."""

from __future__ import annotations

import msgspec

from metaorder.core.chain import Entry, alone
from metaorder.domain.order import Account


def armed(account: Account, timeout_s: int, actor: str) -> Entry:
    """The row that arms the heartbeat of an account; 0 disarms it."""
    doc = {"type": "risk.heartbeat", "account": account, "timeout_s": timeout_s, "actor": actor}
    return alone("risk.heartbeat", msgspec.json.encode(doc))
