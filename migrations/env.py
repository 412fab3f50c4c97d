"""Alembic's entry: runs the migrations on the connection, or the address, that it is given."""

from __future__ import annotations

from alembic import context

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.tables import metadata


def run() -> None:
    """Migrate."""
    engine = writer_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
