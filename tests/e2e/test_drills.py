"""The drills of docs/operations.md, done as they are written there: backup, restore, reconciliation, a new key."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support.orders import market, pages, post, start
from support.server import METAORDER, Server, eventually


def admin(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "METAORDER_STATE": str(state)}
    return subprocess.run([str(METAORDER), "admin", *arguments], env=environment, capture_output=True, text=True, check=False)


def test_a_backup_taken_while_it_runs_is_restored_and_goes_on(tmp_server: Server, tmp_path: Path) -> None:
    tmp_server.start()
    with tmp_server.client() as client:
        lab = market(client, speed=600)
        made = post(client, lab, quantity=20_000)
        start(client, lab)
        eventually(lambda: client.get(f"/v1/parent-orders/{made['id']}").json()["filled_quantity"] > 0)
        copy = tmp_path / "copy"
        done = admin(tmp_server.state, "backup", str(copy))
        assert done.returncode == 0, done.stderr
        eventually(lambda: client.get(f"/v1/parent-orders/{made['id']}").json()["status"] == "filled")
        whole = pages(client, "/v1/events")
    tmp_server.kill()
    assert admin(copy, "reconcile").returncode == 0
    restored = Server(copy, tmp_server.roots).start()
    try:
        with restored.client() as client:
            assert client.get("/health/ready").status_code == 200
            eventually(lambda: client.get(f"/v1/parent-orders/{made['id']}").json()["status"] == "filled")
            again = pages(client, "/v1/events")
    finally:
        restored.kill()
    told = [[{**event, "received_at": None} for event in events] for events in (again, whole)]
    assert told[0] == told[1], "what it lacked of the day happens again, as it had happened"
    assert admin(copy, "verify").returncode == 0


def test_reconciliation_names_what_was_changed_and_a_rebuild_mends_it(tmp_server: Server) -> None:
    from metaorder.adapters.db.engine import writer_engine

    tmp_server.start()
    with tmp_server.client() as client:
        lab = market(client)
        made = post(client, lab)
        start(client, lab)
        eventually(lambda: client.get(f"/v1/parent-orders/{made['id']}").json()["status"] == "filled")
    tmp_server.stop()
    good = admin(tmp_server.state, "reconcile")
    assert (good.returncode, "the chain holds" in good.stdout) == (0, True)
    engine = writer_engine(f"sqlite:///{tmp_server.state / 'metaorder.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE parents SET filled = filled - 100")
    engine.dispose()
    wrong = admin(tmp_server.state, "reconcile")
    assert wrong.returncode == 2
    assert f"parents {made['id']}: filled is 4900 in the projection, 5000 by the journal" in wrong.stderr
    assert admin(tmp_server.state, "rebuild").returncode == 0
    assert admin(tmp_server.state, "reconcile").returncode == 0
