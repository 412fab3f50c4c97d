"""`make audit`: vulnerabilities, bill of materials, secrets. 0: none found; 1: some; 3: nobody could be asked for advisories."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from audit.advisories import advisories
from audit.sbom import sbom
from audit.secrets import in_files
from metaorder import __version__

ROOT = Path(__file__).parents[2]
OFFLINE = "--offline"
"""Pass although the service of advisories cannot be asked; the answer and results/audit.json say that it was not."""


def main(arguments: list[str]) -> int:
    """Look, say, and write results/audit.json and results/sbom.json."""
    results, lock = ROOT / "results", ROOT / "requirements" / "run.lock"
    results.mkdir(exist_ok=True)
    bill = sbom(lock.read_text(), __version__)
    (results / "sbom.json").write_text(json.dumps(bill, indent=1) + "\n")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = listed.stdout.splitlines()
    found = in_files(ROOT, files)
    asked = advisories(ROOT / "build" / "audit" / "bin" / "pip-audit", lock)
    document = {
        "components": len(bill["components"]),
        "files_searched": len(files),
        "secrets": found,
        "advisories_asked": asked.asked,
        "advisories_why_not": asked.why_not,
        "vulnerable": asked.vulnerable,
    }
    (results / "audit.json").write_text(json.dumps(document, indent=1) + "\n")
    say(f"bill of materials: {len(bill['components'])} packages in results/sbom.json")
    say(f"secrets: {len(found)} in {len(files)} files")
    for line in (*found, *asked.vulnerable):
        say(f"  {line}")
    if asked.asked:
        say(f"advisories: {len(asked.vulnerable)} known vulnerabilities")
    else:
        say(f"advisories: NOT ASKED ({asked.why_not}); nothing is known of vulnerabilities")
    if found or asked.vulnerable:
        return 1
    return 0 if asked.asked or OFFLINE in arguments else 3


def say(line: str) -> None:
    """A line for whoever asked."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
