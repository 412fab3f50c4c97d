"""`make sabotage`: plants every bug, or those named, or `--quick` the worst, and runs the test that must notice each."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sabotage.bugs import BUGS, QUICK, Bug

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SIDE_BY_SIDE = 3
FAILED = 1
"""pytest's exit code when a test failed; any other says that it could not be run."""


def run(bug: Bug, planted: str | None) -> int:
    """The exit code of the bug's test, with the bug planted or without it."""
    path = os.pathsep.join([str(HERE), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": path, "METAORDER_EXAMPLES": "0.2"}
    environment.pop("METAORDER_SABOTAGE", None)
    if planted is not None:
        environment["METAORDER_SABOTAGE"] = planted
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *shlex.split(bug.test)]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False).returncode


def plant(name: str) -> dict[str, Any]:
    """What came of one bug."""
    bug, began = BUGS[name], time.monotonic()
    caught = run(bug, name) == FAILED
    sys.stdout.write(f"{'caught' if caught else 'MISSED':<7} {time.monotonic() - began:5.1f} s  {name:<44} {bug.test}\n")
    sys.stdout.flush()
    return {"bug": name, "module": bug.module, "test": bug.test, "caught": caught}


def main(arguments: list[str]) -> int:
    """Plant them; 0 if each was noticed, and no test fails without its bug. Some at a time: a test waits half of it."""
    asked = list(QUICK) if arguments == ["--quick"] else arguments or list(BUGS)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        rows = list(pool.map(plant, asked))
        tests = {BUGS[name].test: BUGS[name] for name in asked}
        unsound = [test for test, code in zip(tests, pool.map(lambda bug: run(bug, None), tests.values()), strict=True) if code]
    caught = sum(row["caught"] for row in rows)
    document = {"planted": len(rows), "caught": caught, "bugs": rows, "fail_without_a_bug": unsound}
    results = ROOT / "results"
    results.mkdir(exist_ok=True)
    (results / "sabotage.json").write_text(json.dumps(document, indent=1) + "\n")
    missed = [row["bug"] for row in rows if not row["caught"]]
    clean = "pass" if not unsound else f"FAIL: {', '.join(unsound)}"
    sys.stdout.write(f"{caught} of {len(rows)} caught; without a bug the tests {clean}\n")
    return int(bool(missed or unsound))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
