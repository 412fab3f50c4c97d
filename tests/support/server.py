"""A real server in a process of its own: started, asked, killed, started again."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from support.conformance import check_answer, check_event
from support.forked import Forked

METAORDER = Path(sys.executable).parent / "metaorder"
START_S = 60.0


@dataclass
class Server:
    """One server on one state directory. `environment` is added to ours."""

    state: Path
    roots: Path
    database_url: str | None = None
    sim: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | Forked | None = None
    reader: threading.Thread | None = None
    url: str = ""
    lines: list[str] = field(default_factory=list)

    def start(self) -> Server:
        """Start, and wait until it says where it serves.

        Raises:
            RuntimeError: it ended instead, with what it said.
        """
        environment = {
            **os.environ,
            "METAORDER_STATE": str(self.state),
            "METAORDER_DATA_ROOTS": str(self.roots),
            "METAORDER_SIM": "true" if self.sim else "false",
            **self.environment,
        }
        if self.database_url is not None:
            environment["METAORDER_DATABASE_URL"] = self.database_url
        self.process = _process(["serve", "--port", "0"], environment)
        said: queue.Queue[str | None] = queue.Queue()
        self.reader = threading.Thread(target=self._read, args=(self.process, said), daemon=True)
        self.reader.start()
        deadline = time.monotonic() + START_S
        while True:
            try:
                line = said.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise RuntimeError(f"the server did not come up: {self.lines}") from None
            if line is None:
                raise RuntimeError(f"the server ended with {self.wait()}: {self.lines}")
            if "is serving on" in line:
                self.url = line.split()[-1]
                return self

    def _read(self, process: subprocess.Popen[str] | Forked, said: queue.Queue[str | None]) -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))
                said.put(line.strip())
        said.put(None)

    @property
    def key(self) -> str:
        """The admin key of the first start."""
        return (self.state / "admin.key").read_text().strip()

    def client(self, key: str | None = None) -> httpx.Client:
        """A client that holds a key. Every answer that it gets is held against OpenAPI."""
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, event_hooks={"response": [check_answer]})

    def unchecked(self) -> httpx.Client:
        """A client for many threads at once, whose answers are not held against OpenAPI: that takes longer than the answer."""
        limits = httpx.Limits(max_connections=None)
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=30, limits=limits)

    def stream(self, query: str = "?after=0", key: str | None = None) -> ClientConnection:
        """A WebSocket connection to the stream."""
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        return connect(self.url.replace("http", "ws") + "/v1/stream" + query, additional_headers=headers)

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end; the exit code."""
        if self.process is None or self.reader is None:
            return 0
        code = self.process.wait(timeout=30)
        self.reader.join(timeout=10)
        return code


def _process(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[str] | Forked:
    """A forked server; the command itself where a failpoint or a disk is armed, since those are read as a process begins."""
    if not {"METAORDER_FAILPOINT", "LD_PRELOAD"} & environment.keys():
        return Forked(arguments, environment)
    return subprocess.Popen(
        [str(METAORDER), *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@contextmanager
def serving(server: Server) -> Iterator[httpx.Client]:
    """A started server's client; killed afterwards."""
    server.start()
    try:
        with server.client() as client:
            yield client
    finally:
        server.kill()


def events(
    connection: ClientConnection, *, until: str | None = None, count: int | None = None, wait_s: float = 30.0
) -> list[dict[str, Any]]:
    """Events of a stream in order, up to the frame that holds the first of a type, or so many of them; no heartbeats."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + wait_s
    while True:
        frame = json.loads(connection.recv(timeout=max(0.01, deadline - time.monotonic())))
        for event in frame:
            check_event(event)
        found += [event for event in frame if event["type"] != "heartbeat"]
        if any(event["type"] == until for event in frame) or (count is not None and len(found) >= count):
            return found


def until_closed(connection: ClientConnection, wait_s: float = 5.0) -> tuple[int | None, list[dict[str, Any]]]:
    """Read until the other side closes: its close code, and what came before."""
    found: list[dict[str, Any]] = []
    while True:
        try:
            found += json.loads(connection.recv(timeout=wait_s))
        except ConnectionClosed as closed:
            return (None if closed.rcvd is None else closed.rcvd.code), found


def eventually(check: Any, wait_s: float = 30.0) -> Any:
    """Ask until the answer is true; the answer."""
    deadline = time.monotonic() + wait_s
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"it did not become true in {wait_s} s: {answer!r}"
        time.sleep(0.02)
