"""Servers for end-to-end tests, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.data import DATA
from support.databases import KINDS, fresh
from support.server import Server


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a file, on each kind of database."""
    directory = tmp_path_factory.mktemp("server")
    with fresh(request.param, directory / "db") as url:
        running = Server(directory / "state", DATA, database_url=url).start()
        yield running
        running.kill()


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """A client with the admin key."""
    with server.client() as made:
        yield made


@pytest.fixture
def tmp_server(tmp_path: Path) -> Iterator[Server]:
    """A server on SQLite that a test starts and kills itself."""
    made = Server(tmp_path / "state", DATA)
    yield made
    made.kill()
