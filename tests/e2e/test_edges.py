"""Clients that say too much, too slowly, or take nothing: they cost the server little, and the others nothing."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from metaorder.api.stream import SEND_DEADLINE_S
from support.data import DATA
from support.orders import market, post, start
from support.raw_stream import close_code, opened
from support.server import Server, eventually

MIB = 1024 * 1024
STALLED = 200
PAUSE_S = 1.0
UNDER_WAY = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that works on few requests at once."""
    environment = {"METAORDER_MOST_UNDER_WAY": str(UNDER_WAY)}
    running = Server(tmp_path_factory.mktemp("server") / "state", DATA, environment=environment).start()
    yield running
    running.kill()


def rss(server: Server) -> int:
    """Memory of the server's process that is in use [bytes]."""
    assert server.process is not None
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def descriptors(server: Server) -> int:
    """Files and sockets that the server's process has open."""
    assert server.process is not None
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def reached(server: Server) -> socket.socket:
    """A plain connection that takes little at a time."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.connect((host, int(port)))
    made.settimeout(10)
    return made


def poured(connection: socket.socket, what: bytes, most: int) -> int:
    """Send one thing over and over: bytes that the other side took before it took no more, or ended it."""
    sent, connection_s = 0, connection.gettimeout()
    connection.settimeout(PAUSE_S)
    try:
        while sent < most:
            sent += connection.send(what)
    except (OSError, TimeoutError):
        pass
    connection.settimeout(connection_s)
    return sent


def history(client: httpx.Client, orders: int) -> int:
    """Events of a day that is over; how many."""
    lab = market(client)
    for _ in range(orders):
        post(client, lab, quantity=40_000, algo="pov", end_time="2026-03-02T20:35:00Z")
    start(client, lab)
    eventually(lambda: client.get(f"/v1/markets/{lab}").json()["state"] == "closed", wait_s=240)
    return int(client.get("/v1/events", params={"limit": 1}).json()["as_of_seq"])


def test_a_head_without_an_end_is_cut_off(server: Server) -> None:
    with reached(server) as endless:
        endless.sendall(b"GET /v1/fills HTTP/1.1\r\n")
        assert poured(endless, b"X-More: " + b"x" * 8_000 + b"\r\n", 64 * MIB) < 8 * MIB


def test_pings_of_a_client_that_takes_no_pong_pile_up_nowhere(server: Server, client: httpx.Client) -> None:
    before = rss(server)
    with opened(server, 0, buffer=4_096) as flooding:
        ping = b"\x89\xfd\x00\x00\x00\x00" + b"p" * 125
        assert poured(flooding, ping * 1_000, 24 * MIB) >= 24 * MIB, "they are read"
        assert client.get("/health/ready").status_code == 200
        assert rss(server) - before < 10 * MIB


def test_a_message_in_endless_parts_is_refused(server: Server) -> None:
    with opened(server, 0, buffer=65_536) as endless:
        empty = b"\x00\x80\x00\x00\x00\x00"
        poured(endless, b"\x01\x80\x00\x00\x00\x00" + empty * 10_000, 60_000)
        assert close_code(endless) == 1009


def test_who_asks_and_takes_no_answer_keeps_nobody_out(server: Server, client: httpx.Client) -> None:
    """As many as may be worked on at once, each with more asked for than it takes; and as many that send half a body."""
    key = f"Authorization: Bearer {server.key}\r\n"
    ask = f"GET /v1/algos HTTP/1.1\r\nHost: x\r\n{key}\r\n".encode()
    half = f"POST /v1/parent-orders HTTP/1.1\r\nHost: x\r\n{key}Content-Length: 1000\r\n\r\n{{".encode()
    with ExitStack() as open_for_long:
        for _ in range(2 * UNDER_WAY):
            open_for_long.enter_context(reached(server)).sendall(ask * 60)
            open_for_long.enter_context(reached(server)).sendall(half)
        for _ in range(5):
            time.sleep(PAUSE_S / 5)
            assert client.get("/v1/fills").status_code in {200, 503}
        assert client.get("/v1/fills").status_code == 200


def framed(server: Server, chunked: bool, length: int) -> tuple[bytes, bytes]:
    """A request's head, and a body of so many bytes."""
    how = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {length}"
    head = f"POST /v1/parent-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n{how}\r\n\r\n".encode()
    return head, (b"1000\r\n" + b" " * 4_096 + b"\r\n") * (length // 4_096) + b"0\r\n\r\n" if chunked else b" " * length


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("late", [True, False])
def test_who_says_all_before_it_listens_hears_that_it_was_too_much(server: Server, chunked: bool, late: bool) -> None:
    """late: it goes on once it has been answered."""
    for _ in range(50):
        head, said = framed(server, chunked, 500_000)
        with reached(server) as speaking:
            speaking.sendall(head + said[:80_000])
            if late:
                speaking.recv(1, socket.MSG_PEEK)
            for start in range(80_000, len(said), 4_096):
                speaking.sendall(said[start : start + 4_096])
            with speaking.makefile("rb") as heard:
                answer = heard.read()
        assert answer.startswith(b"HTTP/1.1 413")
        assert b'"body_too_large"' in answer


@pytest.mark.parametrize("chunked", [True, False])
def test_who_never_stops_is_cut(server: Server, client: httpx.Client, chunked: bool) -> None:
    before = rss(server)
    head, said = framed(server, chunked, 512 * MIB if not chunked else 64 * 1024)
    with reached(server) as endless:
        endless.sendall(head)
        assert poured(endless, said[:65_000] if not chunked else said[:-5], 64 * MIB) < 16 * MIB
    assert client.get("/health/ready").status_code == 200
    assert rss(server) - before < 10 * MIB


@pytest.mark.gauntlet
def test_200_stalled_clients_are_cut_cost_little_and_hold_up_nobody(server: Server, client: httpx.Client) -> None:
    """Each holds a socket and a frame, no more; each is told why; the others are answered as before."""
    assert history(client, 20) > 20_000

    def answered(count: int = 300) -> float:
        """The time in which 99 of 100 are answered [s]."""
        took = []
        for _ in range(count):
            began = time.perf_counter()
            assert client.get("/v1/parent-orders", params={"limit": 1}).status_code == 200
            took.append(time.perf_counter() - began)
        return sorted(took)[count * 99 // 100]

    alone, memory, files = answered(), rss(server), descriptors(server)
    for _ in range(3):
        with ExitStack() as stalled:
            clients = [stalled.enter_context(opened(server, 0, buffer=4_096)) for _ in range(STALLED)]
            told = stalled.enter_context(ThreadPoolExecutor(1)).submit(_told, clients[-10:])  # the first may be cut by now
            among, most = answered(), rss(server)
            eventually(lambda: stream_clients(client) == 0, wait_s=60)
            most = max(most, rss(server))
            assert most - memory <= STALLED * MIB + 32 * MIB
            assert told.result() == [4408] * 10
        print(f"p99 {1000 * alone:.1f} ms alone, {1000 * among:.1f} ms among them; {(most - memory) / MIB:.0f} MiB more")  # noqa: T201
        assert among <= 3 * alone + SEND_DEADLINE_S / 10, "nobody waits for one of them; the machine may be busy"
        eventually(lambda: descriptors(server) <= files + 4, wait_s=60)


def _told(clients: list[socket.socket]) -> list[int]:
    """What clients that had stalled long enough are told, once they read on."""
    time.sleep(SEND_DEADLINE_S + 5)
    return [close_code(each) for each in clients]


def stream_clients(client: httpx.Client) -> float:
    """Streams that are open, as the server counts them."""
    line = next(line for line in client.get("/metrics").text.splitlines() if line.startswith("metaorder_stream_clients "))
    return float(line.split()[1])
