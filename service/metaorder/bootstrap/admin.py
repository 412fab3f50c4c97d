"""Administration of a database while no server runs on it."""

from __future__ import annotations

from metaorder.adapters.clock import SystemClock, SystemIds
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.tables import SCHEMA
from metaorder.bootstrap import state
from metaorder.bootstrap.settings import Settings
from metaorder.usecases import keys


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
