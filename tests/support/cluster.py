"""A PostgreSQL cluster of a test's own, made in a directory of its own: one that it may stop, fill and crash."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OWNER = "postgres"
"""Whose processes they are where the tests are root's: PostgreSQL refuses to be."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster. binaries: of the newest PostgreSQL that is installed."""

    binaries: Path
    directory: Path
    port: int

    @property
    def url(self) -> str:
        """Its own database."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"

    def control(self, *arguments: str) -> None:
        """Say something to `pg_ctl`, and wait until it is done."""
        data, log = self.directory / "data", self.directory / "log"
        _run(self.directory, self.binaries / "pg_ctl", "-w", "-s", "-D", data, "-l", log, *arguments)

    def crash(self) -> None:
        """End every process of it at once, as a power cut does, and start it again: it recovers from its log."""
        self.control("-m", "immediate", "restart")


@contextmanager
def cluster(**settings: Any) -> Iterator[Cluster]:
    """A cluster with these settings; stopped and gone afterwards."""
    binaries = _binaries()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no initdb: PostgreSQL's server is not installed")
        pytest.skip("no initdb: PostgreSQL's server is not installed")
    directory = Path(tempfile.mkdtemp(prefix="metaorder-cluster-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(directory, OWNER, OWNER)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        made = Cluster(binaries, directory, port)
        _run(directory, binaries / "initdb", "-A", "trust", "-U", OWNER, "--no-sync", "-D", directory / "data")
        said = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": directory, **settings}
        lines = "".join(f"{name} = '{value}'\n" for name, value in said.items())
        with (directory / "data" / "postgresql.conf").open("a") as conf:
            conf.write(lines)
        made.control("start")
        try:
            yield made
        finally:
            made.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return installed[-1].parent if installed else None


def _run(directory: Path, *command: str | Path) -> None:
    """As the owner, from a directory that the owner may be in."""
    who = {"user": OWNER, "group": OWNER} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [str(word) for word in command], cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, **who
    )
    assert done.returncode == 0, done.stderr.decode()
