"""The key ring: a key that is revoked while it is looked up does not come in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from metaorder.api.context import KeyRing
from metaorder.core.chain import GENESIS, seal
from metaorder.usecases import keys
from metaorder.usecases.errors import Unauthorized

ROW = {"id": "K1", "account": "main", "scopes": "read", "revoked": False}


class SlowQueries:
    """A database whose answer is on its way while the key is revoked."""

    def __init__(self) -> None:
        self.ring: KeyRing | None = None

    async def key_by_hash(self, digest: str) -> dict[str, Any]:
        if self.ring is not None:
            self.ring.on_rows([seal(GENESIS, 1, None, keys.revoke("K1"))])
        return ROW


def test_a_key_that_is_revoked_while_it_is_looked_up_does_not_come_in() -> None:
    queries = SlowQueries()
    ring: Any = KeyRing(queries)  # type: ignore[arg-type]
    assert asyncio.run(ring.principal("secret")).key == "K1"
    ring = KeyRing(queries)  # type: ignore[arg-type]
    queries.ring = ring
    with pytest.raises(Unauthorized):
        asyncio.run(ring.principal("secret"))
    with pytest.raises(Unauthorized):
        asyncio.run(ring.principal("secret"))
