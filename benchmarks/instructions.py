"""Instructions that an event of the book takes, beside those recorded: a build that takes more is refused.

They are counted by stepping through the program (`native/bench/count_instructions.cpp`), which needs nothing but the kernel;
callgrind's figures over the whole workload are recorded beside them, for who has valgrind. Another compiler counts otherwise: it
is held to the naive book of its own build, with a wider tolerance.
Where the kernel forbids counting, that is said; with CI=true it is a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import book

RECORD = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.03
TOLERANCE_OF_ANOTHER_COMPILER = 0.15
FORBIDDEN = 3
"""What count_instructions answers where the kernel forbids it to count."""

WAYS = ("scalar", "batch", "naive")


def compiler() -> str:
    """The name and version of the compiler that the build found."""
    cache = (book.BUILD / "CMakeCache.txt").read_text()
    path = next(line.partition("=")[2] for line in cache.splitlines() if line.startswith("CMAKE_CXX_COMPILER:"))
    return book.run(path, "--version").splitlines()[0]


def count() -> dict[str, float]:
    """Instructions of an event of W1 in the build at hand."""
    book.build()
    program = book.BUILD / "count_instructions"
    return {way: float(book.run(program, way)) for way in WAYS}


def refusals(counted: dict[str, float], recorded: dict[str, float], *, same_compiler: bool) -> list[str]:
    """What is more than it may be."""
    tolerance = TOLERANCE if same_compiler else TOLERANCE_OF_ANOTHER_COMPILER
    scale = 1.0 if same_compiler else counted["naive"] / recorded["naive"]
    most = {way: recorded[way] * scale * (1 + tolerance) for way in WAYS if way != "naive"}
    return [f"{way}: {counted[way]} instructions an event, at most {most[way]:.1f}" for way in most if counted[way] > most[way]]


def main(words: list[str]) -> int:
    """Compare, or with `--record` write the record anew."""
    try:
        counted = count()
    except subprocess.CalledProcessError as failed:
        if failed.returncode != FORBIDDEN:
            raise
        print("nothing was counted: this kernel lets no process trace its child", file=sys.stderr)
        if os.environ.get("CI") == "true":
            print("with CI=true that is a failure: no build has passed what was not counted", file=sys.stderr)
            return 1
        return 0
    print(json.dumps(counted))
    if words == ["--record"]:
        record: dict[str, Any] = {"compiler": compiler(), "stepped": counted, "callgrind": whole_workloads()}
        RECORD.write_text(json.dumps(record, indent=2) + "\n")
        return 0
    record = json.loads(RECORD.read_text())
    wrong = refusals(counted, record["stepped"], same_compiler=compiler() == record["compiler"])
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


def whole_workloads() -> dict[str, float | None]:
    """By callgrind, over every event; None without valgrind."""
    program = book.BUILD / "bench_book"
    ways = (("w1", "scalar"), ("w1", "batch"), ("w2", "batch"))
    return {f"{name}_{way}": book.instructions(program, name, way) for name, way in ways}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
