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
from metaorder.usecases.errors import Unprocessable

EVERYTHING = tuple(Scope)


def digest(secret: str) -> str:
    """What is kept of a secret. It has 256 bits of chance: a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(
    key_id: str, secret: str, account: str, name: str, scopes: Sequence[Scope], now: Nanos, expires: Nanos | None = None
) -> Entry:
    """The row that makes a key. expires: when it ends by itself; None: never.

    Raises:
        Unprocessable: it would have ended already.
    """
    if expires is not None and expires <= now:
        rule = "must be to come"
        raise Unprocessable("validation", f"expires_at {rule}, was {time_text(expires)}", errors=[("/expires_at", rule)])
    doc = {
        "id": key_id,
        "hash": digest(secret),
        "account": account,
        "name": name,
        "scopes": [str(scope) for scope in scopes],
        "created_at": now,
        "expires_at": expires,
    }
    return _entry("key.created", doc)


def revoke(key_id: str) -> Entry:
    """The row that ends a key."""
    return _entry("key.revoked", {"id": key_id})


def end_at(key_id: str, expires: Nanos) -> Entry:
    """The row that lets a key end at a time."""
    return _entry("key.expiring", {"id": key_id, "expires_at": expires})


def named(entry: Entry) -> str:
    """The id of the key that a row is about."""
    key: str = msgspec.json.decode(entry.payload)["id"]
    return key


def ends(entry: Entry) -> Nanos:
    """When the key of a row is to end."""
    return Nanos(msgspec.json.decode(entry.payload)["expires_at"])


def principal(row: Mapping[str, Any]) -> Principal:
    """Who holds a key."""
    scopes = frozenset(Scope(scope) for scope in row["scopes"].split())
    return Principal(Account(row["account"]), row["id"], scopes, row["expires_at"])


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A key as people may see it."""
    return {
        "id": row["id"],
        "account": row["account"],
        "name": row["name"],
        "scopes": row["scopes"].split(),
        "created_at": time_text(row["created_at"]),
        "expires_at": None if row["expires_at"] is None else time_text(row["expires_at"]),
        "revoked": bool(row["revoked"]),
    }


def _entry(kind: str, doc: dict[str, Any]) -> Entry:
    return alone(kind, msgspec.json.encode({"type": kind, **doc}))
