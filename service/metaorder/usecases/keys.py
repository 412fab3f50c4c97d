"""API keys: made, shown once, kept as a hash, revoked; and who a secret belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from metaorder.core.chain import Entry, alone
from metaorder.domain.order import Account
from metaorder.domain.principal import Principal, Scope
from metaorder.domain.units import Nanos, time_text

EVERYTHING = tuple(Scope)


def digest(secret: str) -> str:
    """What is kept of a secret. It has 256 bits of chance: a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(key_id: str, secret: str, account: str, name: str, scopes: Sequence[Scope], now: Nanos) -> Entry:
    """The row that makes a key."""
    doc = {
        "id": key_id,
        "hash": digest(secret),
        "account": account,
        "name": name,
        "scopes": [str(scope) for scope in scopes],
        "created_at": now,
    }
    return _entry("key.created", doc)


def revoke(key_id: str) -> Entry:
    """The row that ends a key."""
    return _entry("key.revoked", {"id": key_id})


def named(entry: Entry) -> str:
    """The id of the key that a row is about."""
    key: str = msgspec.json.decode(entry.payload)["id"]
    return key


def principal(row: Mapping[str, Any]) -> Principal:
    """Who holds a key."""
    return Principal(Account(row["account"]), row["id"], frozenset(Scope(scope) for scope in row["scopes"].split()))


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A key as people may see it."""
    return {
        "id": row["id"],
        "account": row["account"],
        "name": row["name"],
        "scopes": row["scopes"].split(),
        "created_at": time_text(row["created_at"]),
        "revoked": bool(row["revoked"]),
    }


def _entry(kind: str, doc: dict[str, Any]) -> Entry:
    return alone(kind, msgspec.json.encode({"type": kind, **doc}))
