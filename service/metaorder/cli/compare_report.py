"""A comparison as a report in Markdown: what the numbers say in words first, then the tables that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metaorder.cli.compare_rows import MEASURES, plain, tables
from metaorder.cli.compare_table import where

Doc = Mapping[str, Any]

FEWEST = 5
"""Pairs below which nothing is said of a difference."""


def write_report(doc: Doc, out: Path) -> Path:
    """Write the report; its path."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(markdown(doc))
    return out


def markdown(doc: Doc) -> str:
    """The report."""
    design = ", ".join(f"{name} {value}" for name, value in doc["design"].items() if value not in (None, (), []))
    parts = ["# Algorithms on the same markets", design + ".", "## What the numbers say", *_words(doc)]
    if any(Path(row["market"]).suffix for row in doc["rows"]):
        parts.append(f"**Mind:** {doc['caution']}.")
    for title, said, head, rows in tables(doc):
        parts += [f"## {title}", *([said] if said else []), _table(head, rows)]
    if doc["failed"]:
        failed = [f"* {where(each)}, seed {each['seed']}, {each['algo']}: {each['error']}" for each in doc["failed"]]
        parts += ["## Failed", "\n".join(failed)]
    return "\n\n".join(parts) + "\n"


def _words(doc: Doc) -> list[str]:
    """Each paired difference in a sentence: which is cheaper, or that the days do not say."""
    said = []
    for each in doc["differences"]:
        found, place = each["bootstrap"] or each["t"], where(each)
        pair = f"{each['algo']} against {each['against']} on {place}, {MEASURES[each['measure']]}"
        if each["n"] < FEWEST or found is None or found["low"] is None:
            said.append(f"* {pair}: not enough data to say ({each['n']} pairs).")
        elif found["high"] < 0 or found["low"] > 0:
            word = "cheaper" if found["mean"] < 0 else "dearer"
            said.append(f"* {pair}: **{word}** by {abs(found['mean']):.2f} bps ({plain(found)}; {each['n']} pairs).")
        else:
            said.append(f"* {pair}: no difference that these days show ({plain(found)}; {each['n']} pairs).")
    return ["\n".join(said)] if said else ["One algorithm alone: there is nothing to hold it against."]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)])
