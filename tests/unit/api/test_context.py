"""The key ring: a key that is revoked while it is looked up does not come in, nor one that has ended."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from metaorder.adapters.clock import SystemClock
from metaorder.api.context import KeyRing
from metaorder.core.chain import GENESIS, seal
from metaorder.domain.units import Nanos
from metaorder.usecases import keys
from metaorder.usecases.errors import Unauthorized

ROW = {"id": "K1", "account": "main", "scopes": "read", "revoked": False, "expires_at": None}


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
    ring: Any = KeyRing(queries, SystemClock())  # type: ignore[arg-type]
    assert asyncio.run(ring.principal("secret")).key == "K1"
    ring = KeyRing(queries, SystemClock())  # type: ignore[arg-type]
    queries.ring = ring
    with pytest.raises(Unauthorized):
        asyncio.run(ring.principal("secret"))
    with pytest.raises(Unauthorized):
        asyncio.run(ring.principal("secret"))


class Kept:
    """A database that holds a key which was revoked before this start."""

    async def key_by_hash(self, digest: str) -> dict[str, Any]:
        return {**ROW, "revoked": True}


def test_a_key_that_was_revoked_before_the_start_does_not_come_in() -> None:
    ring = KeyRing(Kept(), SystemClock())  # type: ignore[arg-type]
    with pytest.raises(Unauthorized):
        asyncio.run(ring.principal("secret"))


class Still:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = Nanos(10)

    def now(self) -> Nanos:
        return self.at


class OneKey:
    """A database with one key, which ends at 20."""

    async def key_by_hash(self, digest: str) -> dict[str, Any]:
        return {**ROW, "expires_at": 20}


@pytest.mark.parametrize("moved", [None, 15])
def test_a_key_holds_until_it_ends_however_often_it_was_looked_up(moved: int | None) -> None:
    clock = Still()
    ring = KeyRing(OneKey(), clock)  # type: ignore[arg-type]
    holder = asyncio.run(ring.principal("secret"))
    if moved is not None:
        ring.on_rows([seal(GENESIS, 1, None, keys.end_at("K1", Nanos(moved)))])
    clock.at = Nanos((moved or 20) - 1)
    assert asyncio.run(ring.principal("secret")) == holder
    assert ring.valid(holder)
    clock.at = Nanos(moved or 20)
    assert not ring.valid(holder)
    with pytest.raises(Unauthorized) as refused:
        asyncio.run(ring.principal("secret"))
    assert refused.value.code == "key_expired"
