"""What is generated is as the code says: specifications, the stub of the native core, the schema of the database."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from metaorder import _native
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.migrate import config
from metaorder.adapters.db.tables import SCHEMA, metadata
from metaorder.bootstrap.specs import documents
from support.databases import KINDS, fresh

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", list(documents()))
def test_a_generated_document_has_not_drifted(path: str) -> None:
    assert (ROOT / path).read_text() == documents()[path], "run `make docs`"


def test_the_stub_names_what_the_native_core_offers() -> None:
    stub = ast.parse((ROOT / "service" / "metaorder" / "_native.pyi").read_text())
    for node in stub.body:
        if isinstance(node, ast.ClassDef):
            kind = getattr(_native, node.name)
            if issubclass(kind, Exception):
                continue
            members = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            members |= {
                item.target.id for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            }
            offered = {name for name in vars(kind) if not name.startswith("_")}
            assert offered == {member for member in members if not member.startswith("__")}, node.name
    named = {node.name for node in stub.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    named |= {node.target.id for node in stub.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    assert {name for name in vars(_native) if not name.startswith("_")} == named


@pytest.mark.parametrize("kind", KINDS)
def test_the_migrations_make_the_tables_that_the_code_knows(kind: str, tmp_path: Path) -> None:
    with fresh(kind, tmp_path) as url:
        engine = writer_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
            assert context.get_current_revision() == SCHEMA
        engine.dispose()
        assert ScriptDirectory.from_config(config(url)).get_current_head() == SCHEMA
