"""The rules of the house, as tests: what a rule says in prose only is a wish."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sabotage.bugs import BUGS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "service" / "metaorder"
PURE = ("domain", "models", "algos", "calibration", "routing", "risk", "tca", "sim", "core")
MOST_LINES = 400
MOST_FUNCTION = 70

BANNED_CALLS = {
    "time.time": "a time is a field of the stimulus",
    "time.time_ns": "a time is a field of the stimulus",
    "time.monotonic": "a time is a field of the stimulus",
    "datetime.now": "a time is a field of the stimulus",
    "datetime.utcnow": "a time is a field of the stimulus",
    "uuid.uuid4": "an id is a field of the command",
    "os.environ": "settings come as values",
    "os.getenv": "settings come as values",
    "print": "the core says nothing",
    "open": "the core reads nothing",
    "hash": "a hash differs from process to process",
}
BANNED_MODULES = {"random", "secrets", "uuid", "threading", "asyncio", "socket", "subprocess", "logging"}


def python(*places: str) -> list[Path]:
    return sorted(path for place in places for path in (ROOT / place).rglob("*.py") if ".venv" not in path.parts)


def native() -> list[Path]:
    return sorted(path for kind in ("*.cpp", "*.hpp") for path in (ROOT / "native").rglob(kind))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


SOURCES = python("service", "tests", "benchmarks", "examples", "migrations")
PURE_SOURCES = [path for floor in PURE for path in python(f"service/metaorder/{floor}")]


@pytest.mark.parametrize("path", SOURCES + native(), ids=name)
def test_a_file_is_short_and_begins_with_what_it_is(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= MOST_LINES
    if path.suffix == ".py":
        first = ast.get_docstring(tree(path))
        assert first, "the first line says what the file is"
        assert first.splitlines()[0].endswith((".", "…")), first
    else:
        assert lines[0].startswith("// "), "the first line says what the file is"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_function_fits_a_screen(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= MOST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", PURE_SOURCES, ids=name)
def test_the_pure_floors_ask_no_clock_no_dice_and_no_world(path: Path) -> None:
    for node in ast.walk(tree(path)):
        for module in _imported(node):
            assert module.partition(".")[0] not in BANNED_MODULES, f"line {node.lineno}: {module}"  # type: ignore[attr-defined]
        called = _called(node)
        assert called not in BANNED_CALLS, f"line {node.lineno}: {called}: {BANNED_CALLS.get(called or '')}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [p for p in PURE_SOURCES if "sim" not in p.parts], ids=name)
def test_no_set_is_iterated_where_order_matters(path: Path) -> None:
    """The order of a set of strings differs from process to process: it must not reach an output."""
    for node in ast.walk(tree(path)):
        iterated = node.iter if isinstance(node, ast.For | ast.comprehension) else None
        assert not isinstance(iterated, ast.Set | ast.SetComp), f"{name(path)} iterates a set"
        if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name):
            assert iterated.func.id not in {"set", "frozenset"}, f"{name(path)} iterates a set"


def test_the_native_core_is_reached_through_sim_and_the_split_alone() -> None:
    users = {path for path in python("service") for node in ast.walk(tree(path)) if _imports_native(node)}
    assert {path.parent.name for path in users} == {"sim", "routing"}
    assert {path.name for path in users if path.parent.name == "routing"} == {"split.py"}


def test_one_sqlite_library_in_the_process() -> None:
    """Two of them drop each other's locks."""
    for path in python("service"):
        for node in ast.walk(tree(path)):
            for module in _imported(node):
                assert module.partition(".")[0] not in {"sqlite3", "aiosqlite"}, name(path)


def test_errors_are_caught_by_name_but_in_the_outermost_loops() -> None:
    wide = [
        name(path).removeprefix("service/metaorder/")
        for path in python("service")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _named(node.type) in {"Exception", "BaseException"})
    ]
    allowed = {"runtime/writer.py", "runtime/desk.py", "runtime/loop.py", "adapters/db/journal.py", "cli/compare.py"}
    assert set(wide) <= allowed


SPECIAL = {"algos/test_registry.py": "algos/__init__.py", "core/test_states.py": "domain/order.py"}
"""Unit tests that are named for what they hold, and the module that it stands in."""


def test_every_unit_test_mirrors_a_module() -> None:
    for path in python("tests/unit"):
        if path.name.startswith("test_"):
            here = path.relative_to(ROOT / "tests" / "unit")
            module = SPECIAL.get(str(here), str(here.parent / here.name.removeprefix("test_")))
            assert (PACKAGE / module).exists(), f"{here} has no module"


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in PURE_SOURCES
        if p.name != "__init__.py"
        and p.parent.name in {"domain", "models", "algos", "calibration", "core", "risk", "routing", "tca"}
    ],
    ids=name,
)
def test_every_module_of_the_core_has_its_unit_test(path: Path) -> None:
    mirrored = ROOT / "tests" / "unit" / path.relative_to(PACKAGE).parent / f"test_{path.name}"
    assert mirrored.exists()


@pytest.mark.parametrize("lock", ["dev.lock", "run.lock", "audit.lock"])
def test_the_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    packages = re.findall(r"^[a-z0-9][^\s=]*==", text, flags=re.MULTILINE)
    assert len(packages) > (20 if lock == "audit.lock" else 40)
    assert text.count("--hash=sha256:") >= len(packages)
    assert not re.search(r"index-url|find-links|file:/|https?:|@ /", text)


def test_what_runs_is_pinned_as_it_is_tested() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9][^\s=\[]*)==(\S+)", (ROOT / "requirements" / lock).read_text(), flags=re.MULTILINE))
        for lock in ("run.lock", "dev.lock")
    ]
    run, dev = pins
    assert {name: dev.get(name) for name in run} == run


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine, no address of an index, in any file of the project."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = [ROOT / line for line in listed.stdout.splitlines()] or SOURCES
    suspicious = re.compile(r"/(home|root|work)/|(?<!no-emit)-(index-url|find-links)\b|file:///")
    for path in files:
        if (
            path.suffix in {".py", ".md", ".toml", ".cpp", ".hpp", ".yml", ".lock", ".txt", ""}
            and path.is_file()
            and path != Path(__file__)
        ):
            found = suspicious.search(path.read_text(errors="ignore"))
            assert found is None, f"{name(path)}: {found}"


@pytest.mark.parametrize("planted", BUGS)
def test_every_bug_can_be_planted_still(planted: str) -> None:
    bug = BUGS[planted]
    source = (ROOT / "service" / (bug.module.replace(".", "/") + ".py")).read_text()
    assert source.count(bug.good) == 1, f"{bug.module} has changed: {bug.good!r} is to be found once in it"
    assert (ROOT / bug.test.split(maxsplit=1)[0]).exists()


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        yield node.module


def _imports_native(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "metaorder._native" or (node.module == "metaorder" and any(a.name == "_native" for a in node.names))
    return isinstance(node, ast.Import) and any(alias.name == "metaorder._native" for alias in node.names)


def _called(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call):
        return _named(node.func)
    return _named(node) if isinstance(node, ast.Attribute) and _named(node) == "os.environ" else None


def _named(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return None
