"""Administration of a database while no server runs on it."""

from __future__ import annotations

from pathlib import Path

from metaorder.adapters.clock import SystemClock, SystemIds
from metaorder.adapters.db.backup import copy
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.reconcile import differences
from metaorder.adapters.db.tables import SCHEMA
from metaorder.bootstrap import state
from metaorder.bootstrap.settings import Settings
from metaorder.usecases import keys

DATABASE = "metaorder.db"


class Unreconciled(RuntimeError):
    """What is read is not what was written."""


def verify(settings: Settings) -> str:
    """Check the whole chain of the journal."""
    with state.locked(settings.state):
        journal = _open(settings)
        rows = journal.verify()
        journal.close()
    return f"{rows} rows, the chain holds"


def rebuild(settings: Settings) -> str:
    """Draw every projection anew from the journal."""
    with state.locked(settings.state):
        journal = _open(settings)
        journal.verify()
        rows = journal.rebuild()
        journal.close()
    return f"projections drawn anew from {rows} rows"


def backup(settings: Settings, target: Path) -> str:
    """Copy a SQLite state to another directory while a server may be writing it: a consistent copy, and the admin key.

    Raises:
        CannotStart: PostgreSQL, which has its own tools, or a copy that is there already.
    """
    if not settings.url.startswith("sqlite"):
        raise state.CannotStart("PostgreSQL is backed up by its own tools: pg_dump, or a replica")
    if (target / DATABASE).exists():
        raise state.CannotStart(f"there is a {DATABASE} in {target} already; a backup is never written over")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy(settings.state / DATABASE, target / DATABASE)
    key = settings.state / "admin.key"
    if key.exists():
        state.write_key(target, key.read_text().strip())
    return f"copied to {target}; `metaorder admin verify --state {target}` checks it"


def reconcile(settings: Settings) -> str:
    """Hold what people read against the journal, and orders against the executions of their venues.

    Raises:
        Unreconciled: with every difference.
    """
    with state.locked(settings.state):
        journal = _open(settings)
        journal.verify()
        rows, found = differences(journal)
        journal.close()
    if found:
        raise Unreconciled("\n  ".join([f"{len(found)} differences in {rows} rows; nothing was changed:", *found]))
    return f"{rows} rows: the chain holds, every projection is what the journal makes of it, every order what was executed for it"


def migrate(settings: Settings) -> str:
    """Bring the database to the schema of this build."""
    with state.locked(settings.state):
        before = state.schema_of(settings.url)
        state.migrate(settings.url)
    return f"schema {before or 'none'} -> {SCHEMA}"


def new_key(settings: Settings) -> str:
    """Make a new admin key, for when the first one is lost."""
    with state.locked(settings.state):
        journal = _open(settings)
        secret, ids = SystemIds().secret(), SystemIds()
        journal.append([keys.create(ids.sortable(), secret, "main", "admin new-key", keys.EVERYTHING, SystemClock().now())], [])
        journal.close()
    return secret


def _open(settings: Settings) -> SqlJournal:
    state.bring_up_to_date(settings.url)
    return SqlJournal(writer_engine(settings.url))
