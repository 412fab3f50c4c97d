"""Reconciliation notices every kind of difference between projections, journal and executions, and names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, text

from metaorder.adapters.db import tables
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.reconcile import differences
from metaorder.domain.units import SECOND, Lots, Nanos
from support.databases import KINDS, fresh
from support.sessions import DAY, accept, order, simulated


def journaled(url: str) -> SqlJournal:
    live = simulated().live
    live.apply(accept(order("o1", algo="twap", lots=Lots(5_000), end=Nanos(DAY.open + 600 * SECOND))))
    live.run(until=Nanos(DAY.open + 700 * SECOND))
    journal = SqlJournal(writer_engine(url))
    journal.append(live.take(), [])
    return journal


CHANGES = {
    "UPDATE parents SET filled = filled + 1": "filled is 5001 in the projection, 5000 by the journal",
    "UPDATE fills SET seq = -seq": "seq is",
    "UPDATE children SET status = 'new' WHERE number = 1": "status is 'new' in the projection",
    "DELETE FROM fills WHERE seq = (SELECT max(seq) FROM fills)": "in the projection it is missing",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_difference_is_named_and_a_rebuild_mends_it(kind: str, tmp_path: Path) -> None:
    with fresh(kind, tmp_path) as url:
        journal = journaled(url)
        rows, found = differences(journal)
        assert rows > 20
        assert found == []
        for change, said in CHANGES.items():
            engine = writer_engine(url)
            with engine.begin() as connection:
                connection.execute(text(change))
            engine.dispose()
            assert any(said in line for line in differences(journal)[1]), change
            journal.rebuild()
            assert differences(journal)[1] == []
        engine = writer_engine(url)
        with engine.begin() as connection:  # an execution that the journal does not have, and one that it lacks
            connection.execute(delete(tables.fills))
        engine.dispose()
        assert len(differences(journal)[1]) > 5
        journal.close()
