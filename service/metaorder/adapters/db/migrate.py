"""Migrations: brings a database to the schema of this build. Run in a process of its own: the server never imports alembic."""

from __future__ import annotations

import os
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from metaorder.adapters.db.engine import writer_engine


def config(url: str) -> Config:
    """Alembic's configuration for a database."""
    made = Config()
    made.set_main_option("script_location", str(files("metaorder.migrations")))
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """Bring the database to the newest schema."""
    command.upgrade(config(url), "head")


def versions(url: str) -> tuple[str | None, str | None]:
    """The schema that the database has, and the one that this build needs."""
    engine = writer_engine(url)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return current, ScriptDirectory.from_config(config(url)).get_current_head()


if __name__ == "__main__":  # the address comes by the environment: a command line can be read by others
    upgrade(os.environ["METAORDER_MIGRATE_URL"])
