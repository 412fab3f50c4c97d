"""Known vulnerabilities of the locked packages, by pip-audit; where its service cannot be asked, that is said."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Asked:
    """What the service of advisories said. asked: whether it could be asked at all; why_not where it could not."""

    asked: bool
    vulnerable: list[str]
    why_not: str | None = None


def advisories(program: Path, lock: Path) -> Asked:
    """Ask for every package of a lock."""
    if not program.exists():
        return Asked(False, [], f"{program.name} is not installed")
    which = ["--requirement", str(lock), "--require-hashes", "--disable-pip", "--strict", "--vulnerability-service", "osv"]
    how = ["--format", "json", "--progress-spinner", "off", "--timeout", "20"]
    said = subprocess.run([str(program), *which, *how], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(said.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = said.stderr.strip().splitlines() or ["it said nothing"]
        return Asked(False, [], lines[-1][:300])
    found = [f"{each['name']} {each['version']}: {flaw['id']}" for each in packages for flaw in each.get("vulns", ())]
    return Asked(True, found)
