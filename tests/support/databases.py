"""Databases for tests: a fresh SQLite file, or a fresh PostgreSQL database that is dropped afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from metaorder.adapters.db.migrate import upgrade

POSTGRES = os.environ.get("METAORDER_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")

KINDS = ("sqlite", "postgres")


@contextmanager
def fresh(kind: str, directory: Path) -> Iterator[str]:
    """The address of an empty database with this build's schema."""
    if kind == "sqlite":
        directory.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{directory / 'metaorder.db'}"
        upgrade(url)
        yield url
        return
    name = f"metaorder_test_{secrets.token_hex(6)}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        message = f"no PostgreSQL at METAORDER_TEST_POSTGRES ({POSTGRES}): {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            url = POSTGRES.rpartition("/")[0] + f"/{name}"
            upgrade(url)
            yield url
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
