"""`make sabotage`: plants every bug in turn, or those named, and runs the test that must notice; results/sabotage.json."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from sabotage.bugs import BUGS, Bug

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
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


def main() -> int:
    """Plant them all; 0 if each was noticed, and no test fails without its bug."""
    asked, rows = sys.argv[1:], []
    for name, bug in BUGS.items():
        if asked and name not in asked:
            continue
        began = time.monotonic()
        caught = run(bug, name) == FAILED
        rows.append({"bug": name, "module": bug.module, "test": bug.test, "caught": caught})
        sys.stdout.write(f"{'caught' if caught else 'MISSED':<7} {time.monotonic() - began:5.1f} s  {name:<44} {bug.test}\n")
        sys.stdout.flush()
    honest = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *sorted({bug.test.split()[0] for bug in BUGS.values()})],
        cwd=ROOT,
        env={**os.environ, "METAORDER_EXAMPLES": "0.2"},
        check=False,
        capture_output=True,
    )
    results = ROOT / "results"
    results.mkdir(exist_ok=True)
    (results / "sabotage.json").write_text(json.dumps({"bugs": rows, "clean": honest.returncode == 0}, indent=1) + "\n")
    missed = [row["bug"] for row in rows if not row["caught"]]
    clean = "pass" if honest.returncode == 0 else "FAIL"
    sys.stdout.write(f"{len(rows) - len(missed)} of {len(rows)} caught; without a bug the tests {clean}\n")
    return int(bool(missed) or honest.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
