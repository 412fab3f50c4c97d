"""What a server refuses to show to a network: the key that its first start printed, and switches that are for tests."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.sql import Select

from metaorder.adapters.db.tables import keys
from metaorder.bootstrap.settings import Settings
from metaorder.bootstrap.state import CannotStart

FIRST_KEY = "first start"
"""The name of the key that the first start makes and prints."""

SWITCHES = ("METAORDER_FAILPOINT", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE")
"""Variables of the environment that make a server break or talk on purpose."""


def loopback(host: str) -> bool:
    """Whether an address is this machine's own. A name other than localhost may be anybody's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class First(Protocol):
    """Where rows can be asked for."""

    def first(self, query: Select[Any]) -> tuple[Any, ...] | None:
        """The first row of a query."""
        ...


def refuse_exposed(settings: Settings, journal: First, environment: Mapping[str, str]) -> None:
    """Let a server listen beyond this machine only with keys that somebody chose to give out, and without debugging.

    Raises:
        CannotStart: what is in the way, and what to do about it.
    """
    if loopback(settings.host):
        return
    debugging = [name for name in SWITCHES if environment.get(name)] + ["-X dev"] * sys.flags.dev_mode
    if debugging:
        raise CannotStart(
            f"{settings.host} is a public address, and {', '.join(debugging)} is for tests: unset it, or use 127.0.0.1"
        )
    first = journal.first(select(keys.c.id).where(keys.c.name == FIRST_KEY, keys.c.revoked.is_(False)))
    if first is not None and not settings.allow_first_key:
        raise CannotStart(
            f"{settings.host} is a public address, and the admin key that the first start printed still opens everything. On "
            f"127.0.0.1 make keys (POST /v1/keys) and revoke it (DELETE /v1/keys/{first[0]}), or set "
            "METAORDER_ALLOW_FIRST_KEY=true if the address is published to this machine alone"
        )
