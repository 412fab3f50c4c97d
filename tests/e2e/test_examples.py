"""The examples run, the demo runs, and the command line says what is wrong in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.server import METAORDER, Server

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_examples_run(tmp_server: Server) -> None:
    tmp_server.start()
    quick = run(sys.executable, ROOT / "examples" / "quickstart.py", tmp_server.url, tmp_server.key)
    assert quick.returncode == 0, quick.stderr
    assert "10000 filled at" in quick.stdout
    plain = run(sys.executable, ROOT / "examples" / "plain_websocket.py", tmp_server.url, tmp_server.key, "5")
    assert plain.returncode == 0, plain.stderr
    seqs = [int(line.split()[0]) for line in plain.stdout.splitlines()]
    assert seqs == list(range(6, 6 + len(seqs)))
    assert len(seqs) > 100


def test_reasons_of_a_day_are_printed_for_the_children_that_are_asked_for() -> None:
    done = run(sys.executable, ROOT / "examples" / "reasons.py", "4", "thin", "2000", "1", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"placement"') == done.stdout.count('"band_behind"') == 2
    assert "children" in done.stdout.splitlines()[0]


def test_the_demo_ends_with_costs_and_a_plot(tmp_path: Path) -> None:
    done = run(METAORDER, "demo", "--quantity", "2000", "--algo", "twap", "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Implementation shortfall" in done.stdout
    plot = tmp_path / "demo.html"
    assert str(plot) in done.stdout.replace("\n", "")
    assert "Plotly" in plot.read_text()


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["serve"], {"METAORDER_STATE": "/proc/nothing"}, "cannot be used"),
        (["serve"], {"METAORDER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "cannot be reached"),
        (["admin", "verify"], {"METAORDER_STATE": "/proc/nothing"}, "cannot be used"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    done = run(METAORDER, *arguments, **{"METAORDER_STATE": str(tmp_path / "state"), **environment})
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_admin_verifies_rebuilds_and_makes_a_new_key(tmp_server: Server) -> None:
    tmp_server.start()
    assert run(METAORDER, "admin", "verify", METAORDER_STATE=str(tmp_server.state)).returncode == 2, "a server runs on it"
    tmp_server.stop()
    state = {"METAORDER_STATE": str(tmp_server.state)}
    assert "the chain holds" in run(METAORDER, "admin", "verify", **state).stdout
    assert "drawn anew" in run(METAORDER, "admin", "rebuild", **state).stdout
    secret = run(METAORDER, "admin", "new-key", **state).stdout.strip()
    tmp_server.start()
    with tmp_server.client(key=secret) as client:
        assert client.get("/v1/keys").status_code == 200
    config = run(METAORDER, "config", METAORDER_DATABASE_URL="postgresql://me:secret@host/db")
    assert "secret" not in config.stdout
