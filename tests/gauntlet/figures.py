"""The README's figures of the gauntlet, from docs/reliability.json: `make figures` takes the last results over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "reliability.json"
RESULTS = ROOT / "results" / "reliability.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- gauntlet: written by `make figures` -->", "<!-- /gauntlet -->"


def block(entries: dict[str, Any]) -> str:
    """A table of lanes, each with its date, how much it did and what failed."""
    lines = ["| lane | on | minutes | what was done | failures |", "|---|---|---|---|---|"]
    for name, entry in entries.items():
        done = ", ".join(f"{count:,} {what}" for what, count in entry["counts"].items() if count or "recover" in what)
        when = f"{entry['started'][:10]} at `{entry['commit'][:10]}`"
        lines.append(f"| {name} | {when} | {entry['seconds'] / 60:.1f} | {done or '-'} | {len(entry['failures'])} |")
    return "\n".join(lines)


def written(readme: str, entries: dict[str, Any]) -> str:
    """The README with the figures of these entries between its marks."""
    before, _, rest = readme.partition(BEGIN)
    assert END in rest, "the README has a place for the figures"
    return f"{before}{BEGIN}\n{block(entries)}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Take the results of lanes that ran since over, and write the README's block."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    entries = {**kept, **found}
    KEPT.write_text(json.dumps(entries, indent=1) + "\n")
    README.write_text(written(README.read_text(), entries))


if __name__ == "__main__":
    main()
