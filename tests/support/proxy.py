"""A network between a server and its PostgreSQL that fails on demand: cut at a COMMIT, cut at once, or silent."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

from sqlalchemy.engine import make_url

COMMIT = b"COMMIT"
WRITER = b"metaorder-writer"
"""What a connection that writes says of itself as it begins; reads end with a COMMIT too, and are not meant."""

LATE_S = 0.3


class Proxy:
    """Passes bytes on between clients and a database.

    at_commit: what becomes of the next writer that commits: `lost` (cut; the database never hears of it), `unanswered` (cut
    as soon as the database has heard) or `late` (cut at once, and the database hears of it after that). silent: nothing is passed
    on, no connection ends. refusing: new ones end at once.
    """

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._open = threading.Event()
        self._open.set()
        self._change = threading.Lock()
        self.at_commit: str | None = None
        self.refusing = False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The database's address by way of here."""
        here = self._target.set(host="127.0.0.1", port=self._listener.getsockname()[1])
        return here.render_as_string(hide_password=False)

    def silent(self, *, on: bool) -> None:
        """Pass nothing on from now on, or go on."""
        (self._open.clear if on else self._open.set)()

    def cut(self) -> None:
        """End every connection."""
        with self._change:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _end(*pair)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._listener.close()
        self._open.set()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.refusing:
                    client.close()
                    continue
                server = socket.create_connection((self._target.host or "127.0.0.1", self._target.port or 5432))
                with self._change:
                    self._pairs.append((client, server))
                threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, asks: bool) -> None:
        writes = False
        with suppress(OSError):
            while data := source.recv(65_536):
                self._open.wait()
                writes = writes or WRITER in data
                fault = self._fault(data) if asks and writes else None
                if fault == "late":
                    _end(source)
                    time.sleep(LATE_S)
                if fault != "lost":
                    sink.sendall(data)
                if fault is not None:
                    break
        _end(source, sink)

    def _fault(self, data: bytes) -> str | None:
        with self._change:
            if COMMIT not in data or self.at_commit is None:
                return None
            fault, self.at_commit = self.at_commit, None
            self.cuts += 1
            return fault


def _end(*ends: socket.socket) -> None:
    for each in ends:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
