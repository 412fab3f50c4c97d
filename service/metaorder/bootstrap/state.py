"""The state directory: one server at a time, and the key of the first start."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect, text

from metaorder.adapters.db.engine import is_sqlite, writer_engine
from metaorder.adapters.db.tables import SCHEMA

BROKEN = "unwritable"
LOCK = "lock"
NOTE_BYTES = 4_096
"""What the lock file holds: room that is taken at the start, for a note that a disk without any must still take."""


class CannotStart(RuntimeError):
    """The server cannot start, and what to do about it."""


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold a state directory for as long as the server runs.

    Raises:
        CannotStart: another server holds it, or it cannot be made.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(state / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(f"the state directory {state} cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise CannotStart(f"another Metaorder server is using the state directory {state}; stop it or choose another") from None
    if os.fstat(descriptor).st_size < NOTE_BYTES:
        with contextlib.suppress(OSError):  # a disk that is full already must not keep a server from starting to cancel
            _note(descriptor, "")
    try:
        yield
    finally:
        os.close(descriptor)


def mark_broken(state: Path) -> None:
    """Note that the journal could not be written, so that a power cut keeps the note: the next start begins killed.

    It is written over what the lock file holds since the start, which takes no room, and beside it as a file of its own.
    """
    with contextlib.suppress(OSError):
        _note_in(state, BROKEN)
    with contextlib.suppress(OSError):
        (state / BROKEN).touch()
        directory = os.open(state, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def was_broken(state: Path) -> bool:
    """Whether the journal could not be written before the last end."""
    lock = state / LOCK
    return (state / BROKEN).exists() or (lock.exists() and lock.read_bytes().startswith(BROKEN.encode()))


def forget_broken(state: Path) -> None:
    """The latch is in the journal: the note has done its work."""
    _note_in(state, "")
    (state / BROKEN).unlink(missing_ok=True)


def _note_in(state: Path, word: str) -> None:
    descriptor = os.open(state / LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _note(descriptor, word)
    finally:
        os.close(descriptor)


def _note(descriptor: int, word: str) -> None:
    os.pwrite(descriptor, word.encode().ljust(NOTE_BYTES), 0)
    os.fsync(descriptor)


def write_key(state: Path, secret: str) -> Path:
    """Write the admin key of the first start where its owner alone can read it."""
    path = state / "admin.key"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)
    return path


def schema_of(url: str) -> str | None:
    """The schema that a database has; None if it is empty."""
    engine = writer_engine(url)
    try:
        if not inspect(engine).has_table("alembic_version"):
            return None
        with engine.connect() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()


def bring_up_to_date(url: str) -> None:
    """Migrate an empty or older SQLite; ask for it elsewhere, where others may be using the database.

    Raises:
        CannotStart: a PostgreSQL of another schema, or a migration that failed.
    """
    found = schema_of(url)
    if found == SCHEMA:
        return
    if not is_sqlite(url):
        said = "is empty" if found is None else f"has the schema {found}, this build needs {SCHEMA}"
        raise CannotStart(f"the database {said}; run: metaorder admin migrate")
    migrate(url)


def migrate(url: str) -> None:
    """Run the migrations in a process of their own.

    Raises:
        CannotStart: they failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "metaorder.adapters.db.migrate"],
        env={**os.environ, "METAORDER_MIGRATE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"the migration failed: {done.stderr.strip().splitlines()[-1:]}")
