"""`make gauntlet`: runs the lanes, or those named, and writes what came of each into results/reliability.json at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from gauntlet.lanes import LANES, LONGEST_S, QUICK, Step

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results" / "reliability.json"
QUICKLY = "--quick"


def main(arguments: list[str]) -> int:
    """Run lanes; 0 if none failed."""
    lanes = QUICK if QUICKLY in arguments else LANES
    asked = [name for name in arguments if name != QUICKLY] or list(lanes)
    unknown = sorted(set(asked) - lanes.keys())
    if unknown:
        sys.stdout.write(f"no lane {', '.join(unknown)}; there are {', '.join(lanes)}\n")
        return 2
    failed = False
    for name in asked:
        entry = run_lane(lanes[name])
        write(name, entry)
        failed |= bool(entry["failures"])
        said = "FAILED" if entry["failures"] else "passed"
        sys.stdout.write(f"{said}  {name:<16} {entry['seconds']:7.0f} s  {json.dumps(entry['counts'])}\n")
        sys.stdout.writelines(f"  {line}\n" for line in entry["failures"])
        sys.stdout.flush()
    return int(failed)


def run_lane(steps: tuple[Step, ...]) -> dict[str, Any]:
    """What came of a lane: commit, dates, counts, seeds, and every failure by name."""
    began, started = time.monotonic(), datetime.now(UTC)
    counts: dict[str, float] = {}
    failures: list[str] = []
    with ThreadPoolExecutor(max_workers=len(steps) if all(step.alone for step in steps) else 1) as side_by_side:
        outcomes = side_by_side.map(lambda step: _run(step, LONGEST_S - (time.monotonic() - began)), steps)
    for step, (done, wrong) in zip(steps, outcomes, strict=True):
        failures += wrong
        for what, number in (*done.items(), *(() if wrong else step.counts.items()), *_numbers(step, wrong)):
            counts[what] = counts.get(what, 0) + number
    return {
        "commit": _git("rev-parse", "HEAD") + ("" if _git("status", "--porcelain") == "" else " and changes"),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began, 1),
        "cores": os.cpu_count(),
        "seeds": sorted({step.seeds for step in steps}),
        "counts": counts,
        "failures": failures,
    }


def write(name: str, entry: dict[str, Any], target: Path = RESULTS) -> None:
    """Put a lane's entry in the place of its last one."""
    target.parent.mkdir(exist_ok=True)
    before = json.loads(target.read_text()) if target.exists() else {}
    target.write_text(json.dumps({**before, name: entry}, indent=1) + "\n")


def _run(step: Step, left_s: float) -> tuple[dict[str, int], list[str]]:
    """What a step counted, and what failed in it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)]), **step.environment}
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        try:
            done = subprocess.run(
                _command(step, report),
                cwd=ROOT,
                env=environment,
                timeout=max(1.0, left_s),
                capture_output=True,
                text=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {}, [f"{step.program} {' '.join(step.arguments)}: not done in the {LONGEST_S // 60} minutes of a lane"]
        counts, failures = read_report(report) if report.exists() else ({}, [])
        if done.returncode and not failures:
            last = (done.stdout + done.stderr).strip().splitlines()[-3:]
            failures = [f"{step.program} {' '.join(step.arguments)} ended with {done.returncode}: {' / '.join(last)}"]
        return counts, failures


def _numbers(step: Step, wrong: list[str]) -> list[tuple[str, float]]:
    """Figures that a step left behind; none where it did not get so far."""
    found = []
    for what, (file, *keys) in ({} if wrong else step.numbers).items():
        value: Any = json.loads((RESULTS.parent / file).read_text())
        for key in keys:
            value = value[key]
        found.append((what, value))
    return found


def _command(step: Step, report: Path) -> list[str]:
    if step.program == "pytest":
        return [sys.executable, "-m", "pytest", "--junit-xml", str(report), *step.arguments]
    if step.program == "python":
        return [sys.executable, "-m", *step.arguments]
    return [str(ROOT / "build" / "sanitized" / step.program), *step.arguments]


def read_report(report: Path) -> tuple[dict[str, int], list[str]]:
    """Tests that passed and were skipped, and the names of those that did not pass, from a JUnit file."""
    passed, skipped, failures = 0, 0, []
    for case in ET.parse(report).iter("testcase"):
        outcomes = {child.tag: child.get("message") or "" for child in case if child.tag in {"failure", "error", "skipped"}}
        wrong = outcomes.keys() & {"failure", "error"}
        if wrong:
            said = " ".join(outcomes[min(wrong)].split())[:200]
            failures.append(f"{case.get('classname')}::{case.get('name')}: {said}")
        elif outcomes:
            skipped += 1
        else:
            passed += 1
    return {"tests passed": passed, "tests skipped": skipped}, failures


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
