"""Reconciliation: what people read, held against the journal, and what orders say they did against what venues executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec
from sqlalchemy import Table

from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.projector import Projector, Row
from metaorder.adapters.db.tables import PROJECTIONS

BESIDE = {"markets": {"clock", "event_index"}}
"""Columns that are noted each second beside the journal: they say how far a market has come, and nothing of orders."""

MOST = 1_000
"""Differences that are said."""

Tables = Mapping[str, Mapping[str, Row]]


def differences(journal: SqlJournal) -> tuple[int, list[str]]:
    """Rows of the journal, and everything that does not fit. Nothing is mended: `admin rebuild` draws projections anew."""
    made: dict[str, dict[str, Row]] = {}
    projector = Projector(lambda table, key: made.get(table, {}).get(key))
    count = 0
    for row in journal.everything():
        count += 1
        for table, changed in projector.fold([row]).items():
            for value in changed:
                made.setdefault(table, {})[str(next(iter(value.values())))] = value
    found = [line for table in PROJECTIONS for line in _table(table, made.get(table.name, {}), journal)]
    found += _executions(made)
    return count, found[:MOST]


def _table(table: Table, made: Mapping[str, Row], journal: SqlJournal) -> Iterator[str]:
    """Where the stored rows of a projection are not what the journal makes of them."""
    key = next(iter(table.primary_key.columns)).name
    stored = {str(row[key]): row for row in journal.stored_rows(table)}
    for name in sorted(made.keys() | stored.keys()):
        if name not in stored:
            yield f"{table.name} {name}: by the journal it is there, in the projection it is missing"
        elif name not in made:
            yield f"{table.name} {name}: in the projection it is there, the journal knows nothing of it"
        else:
            for column in made[name].keys() - BESIDE.get(table.name, set()):
                ours, theirs = stored[name][column], made[name][column]
                if ours != theirs:
                    yield f"{table.name} {name}: {column} is {ours!r} in the projection, {theirs!r} by the journal"


def _executions(made: Tables) -> Iterator[str]:
    """Where an order or a child has not done what the executions of its venue come to."""
    by_parent: Counter[str] = Counter()
    by_child: Counter[str] = Counter()
    for fill in made.get("fills", {}).values():
        quantity = int(msgspec.json.decode(fill["doc"])["quantity"])
        by_parent[fill["parent"]] += quantity
        by_child[fill["child"]] += quantity
    for kind, done in (("parents", by_parent), ("children", by_child)):
        for name, row in made.get(kind, {}).items():
            if row["filled"] != done[name]:
                yield f"{kind} {name}: filled is {row['filled']}, its executions come to {done[name]}"
            if row["filled"] > row["quantity"]:
                yield f"{kind} {name}: {row['filled']} filled of {row['quantity']}"
        for name in done.keys() - made.get(kind, {}).keys():
            yield f"{kind} {name}: executions of something that was never accepted"
