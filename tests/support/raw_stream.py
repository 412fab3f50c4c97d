"""A stream client below WebSocket libraries: it stops reading, or drops the connection, at any byte it likes."""

from __future__ import annotations

import json
import socket
from typing import Any

from support.server import Server


def opened(server: Server, after: int, *, buffer: int | None = None) -> socket.socket:
    """A connection past its handshake. buffer: of the kernel for what it has not read [bytes]."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    made = socket.socket()
    if buffer is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    made.settimeout(20)
    made.connect((host, int(port)))
    made.sendall(
        f"GET /v1/stream?after={after} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
        f"Authorization: Bearer {server.key}\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += made.recv(1)
    assert head.startswith(b"HTTP/1.1 101"), head
    return made


def read(connection: socket.socket, most: int) -> bytes:
    """So many bytes, or fewer where the other side closes or has nothing more for a while."""
    found = b""
    try:
        while len(found) < most:
            part = connection.recv(most - len(found))
            if not part:
                break
            found += part
    except (TimeoutError, ConnectionError):
        pass
    return found


def events(data: bytes) -> list[dict[str, Any]]:
    """Events of the frames that are whole; what was cut off is nothing."""
    found: list[dict[str, Any]] = []
    at = 0
    while at + 2 <= len(data):
        length, start = data[at + 1] & 0x7F, at + 2
        if length > 125:
            wide = 2 if length == 126 else 8
            length, start = int.from_bytes(data[start : start + wide]), start + wide
        if start + length > len(data):
            break
        if data[at] & 0x0F == 1:
            found += [event for event in json.loads(data[start : start + length]) if "seq" in event]
        at = start + length
    return found


def close_code(connection: socket.socket) -> int:
    """Read what waits up to the close frame; its code."""
    with connection.makefile("rb") as stream:
        while True:
            opcode, length = stream.read(2)
            size = {126: 2, 127: 8}.get(length)
            length = length if size is None else int.from_bytes(stream.read(size), "big")
            payload = stream.read(length)
            if opcode & 0x0F == 8:
                return int.from_bytes(payload[:2], "big")
