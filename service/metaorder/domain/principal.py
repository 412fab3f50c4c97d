"""Who asks: the account that a key belongs to, and what the key may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metaorder.domain.order import Account
from metaorder.domain.units import Nanos


class Scope(StrEnum):
    """What a key may do; `admin` manages keys and markets, and reads what is not an account's."""

    READ = "read"
    TRADE = "trade"
    CANCEL = "cancel"
    RISK = "risk"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a key. Every repository function takes one, and sees its account alone.

    expires: when the key ends by the server's clock; None: when it is revoked.
    """

    account: Account
    key: str
    scopes: frozenset[Scope]
    expires: Nanos | None = None
