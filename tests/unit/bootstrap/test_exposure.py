"""A server listens beyond its machine only with keys that somebody chose to give out, and never while debugging."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.bootstrap.exposure import FIRST_KEY, loopback, refuse_exposed
from metaorder.bootstrap.settings import Settings
from metaorder.bootstrap.state import CannotStart
from metaorder.domain.units import Nanos
from metaorder.usecases import keys
from support.databases import fresh

OWN = ("127.0.0.1", "127.8.0.1", "::1", "localhost")
OTHERS = ("0.0.0.0", "::", "10.0.0.4", "trading.example", "")


def test_an_address_is_this_machines_own_or_not() -> None:
    assert [loopback(host) for host in (*OWN, *OTHERS)] == [True] * len(OWN) + [False] * len(OTHERS)


def test_the_first_key_and_debugging_stay_at_home(tmp_path: Path) -> None:
    with fresh("sqlite", tmp_path) as url:
        journal = SqlJournal(writer_engine(url))
        public, home = Settings(host="0.0.0.0"), Settings(host="127.0.0.1")
        refuse_exposed(public, journal, {})
        journal.append([keys.create("k1", "secret", "main", FIRST_KEY, keys.EVERYTHING, Nanos(1))], [])
        with pytest.raises(CannotStart, match="DELETE /v1/keys/k1"):
            refuse_exposed(public, journal, {})
        refuse_exposed(home, journal, {"METAORDER_FAILPOINT": "x"})
        refuse_exposed(Settings(host="0.0.0.0", allow_first_key=True), journal, {})
        journal.append([keys.revoke("k1")], [])
        refuse_exposed(public, journal, {})
        for name in ("METAORDER_FAILPOINT", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE"):
            with pytest.raises(CannotStart, match=name):
                refuse_exposed(public, journal, {name: "1"})
        journal.close()
