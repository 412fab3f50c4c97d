"""The entry point: the command line, joined to what it starts. The server's modules wait until somebody serves."""

from __future__ import annotations

from metaorder.bootstrap import admin
from metaorder.bootstrap.settings import Settings
from metaorder.bootstrap.state import CannotStart
from metaorder.cli.main import Commands, run
from metaorder.domain.errors import Invalid
from metaorder.ports.journal import Damaged, WriterLost
from metaorder.sim.tape import DataError


def _serve(settings: Settings) -> int:
    from metaorder.bootstrap.serve import serve

    return serve(settings)


def main() -> int:
    """Run the command line."""
    commands = Commands(
        settings=Settings,
        serve=_serve,
        verify=admin.verify,
        reconcile=admin.reconcile,
        backup=admin.backup,
        rebuild=admin.rebuild,
        migrate=admin.migrate,
        new_key=admin.new_key,
        refusals=(CannotStart, Damaged, WriterLost, Invalid, DataError, admin.Unreconciled),
    )
    return run(commands)
