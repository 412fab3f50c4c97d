"""Requests that schemathesis makes from OpenAPI, in a process of its own: how many there were, and what was wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = Path(sys.executable).parent / "st"

CONFIG = """
hooks = "support.hostile_hooks"

[checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "412", "422", "428", "429"]
"""
"""422 is what a body that fits its schema and can never be gets: 'min' above 'max', a window that is over, an unknown cursor."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it. failures: each by its operation and what was wrong, with how to repeat it."""

    requests: int
    failures: list[str]


def fuzz(
    url: str, key: str, *, seed: int, examples: int, phases: str = "fuzzing,stateful", without: tuple[str, ...] = ()
) -> Found:
    """Hold a server against OpenAPI with every check; `examples` of each operation. without: paths that are left alone."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        (home / "schemathesis.toml").write_text(CONFIG)
        command = [
            *(str(SCHEMATHESIS), "--config-file", str(home / "schemathesis.toml"), "run", str(ROOT / "openapi" / "openapi.json")),
            *("--url", url, "--header", f"Authorization: Bearer {key}", "--checks", "all", "--seed", str(seed)),
            *("--max-examples", str(examples), "--phases", phases, "--continue-on-failure", "--no-shrink", "--warnings", "off"),
            *("--report", "json", "--report-json-path", "report.json", "--request-timeout", "60"),
            *(part for path in without for part in ("--exclude-path", path)),
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "NO_COLOR": "1"}
        said = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
        report = home / "report.json"
        assert report.exists(), said.stdout[-3_000:] + said.stderr[-3_000:]
        return _read(json.loads(report.read_text()), said.stdout)


def _read(report: dict[str, Any], said: str) -> Found:
    found = [f"{each['title']} at {', '.join(each['operations'])}" for each in report["failures"]]
    errors = [str(each) for each in report["errors"]]
    repeat = [said[said.find("FAILURES") :][:20_000]] if found or errors else []
    return Found(report["test_cases"]["generated"], [*found, *errors, *repeat])
