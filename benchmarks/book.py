"""The order book on its two workloads: in C++ beside the book that people write first, and from Python."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from metaorder.sim.book import COMMAND, Book, CommandKind, Rows

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "bench"
BATCH = 64
"""Rows of a batch from Python: the smallest that the target speaks of."""

Entry = dict[str, Any]


def measure() -> dict[str, Entry]:
    """Every figure of the book: name -> value, unit, reference, ratio.

    The reference is the naive C++ book (`native/bench/naive_book.hpp`) timed in the same run on the same workload. The
    Python figures have that reference too: a naive book without Python in between, the yardstick of the machine.
    """
    program = build()
    native = json.loads(run(program, "7"))
    called, batched = from_python(program)
    naive = native["w1_naive_ns"]
    entries = {
        "book.w1": entry(native["w1_scalar_ns"], "ns/event", naive),
        "book.w2": entry(native["w2_batch_ns"], "ns/event", native["w2_naive_ns"]),
        "book.w1_p99": entry(native["w1_p99_ns"], "ns", native["w1_naive_p99_ns"]),
        "book.python_batch": entry(batched, "ns/event", naive),
        "book.python_call": entry(called, "ns/event", naive),
    }
    counted = instructions(program)
    if counted is not None:
        entries["book.w1_instructions"] = entry(counted, "instructions/event", None)
    return entries


def entry(value: float, unit: str, reference: float | None) -> Entry:
    """One figure beside what it is compared with."""
    ratio = None if reference is None else round(value / reference, 4)
    return {"value": round(value, 2), "unit": unit, "reference": reference, "ratio": ratio}


def run(*command: str | Path) -> str:
    """What a program prints; its failure is ours."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def build() -> Path:
    """The benchmark, compiled as a release is."""
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DLOB_BENCH=ON", "-DLOB_TESTS=OFF"]
    run("cmake", "-S", ROOT / "native", "-B", BUILD, *options)
    run("cmake", "--build", BUILD, "--target", "bench_book", "count_instructions")
    return BUILD / "bench_book"


def from_python(program: Path, repetitions: int = 5) -> tuple[float, float]:
    """Nanoseconds of thread time an event of W1 takes by scalar calls, and in batches."""
    with tempfile.TemporaryDirectory() as folder:
        run(program, "write", "w1", Path(folder) / "w1")
        rows: Rows = np.fromfile(Path(folder) / "w1", dtype=COMMAND)
    some = rows[:500_000]
    commands = some[["kind", "id", "side", "price", "lots"]].tolist()
    times = [(timed_calls(commands), timed_batches(rows)) for _ in range(repetitions)]
    called, batched = (statistics.median(column) for column in zip(*times, strict=True))
    return called / len(some), batched / len(rows)


def timed_calls(commands: list[tuple[int, int, int, int, int]]) -> int:
    """One pass by scalar calls [ns]."""
    book = Book()
    submit, cancel, reduce = book.submit, book.cancel, book.reduce
    new, gone = int(CommandKind.SUBMIT), int(CommandKind.CANCEL)
    start = time.thread_time_ns()
    for kind, order_id, side, price, lots in commands:
        if kind == new:
            submit(order_id, side, price, lots)
        elif kind == gone:
            cancel(order_id)
        else:
            reduce(order_id, lots)
    return time.thread_time_ns() - start


def timed_batches(rows: Rows) -> int:
    """One pass in batches [ns]."""
    book = Book()
    start = time.thread_time_ns()
    for at in range(0, len(rows), BATCH):
        book.apply(rows[at : at + BATCH])
    return time.thread_time_ns() - start


def instructions(program: Path, workload: str = "w1", way: str = "scalar") -> float | None:
    """Instructions that an event of a workload takes, by callgrind; None where valgrind is not installed.

    Unlike times they do not depend on who else uses the machine, so a build can be held to them.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return None
    options = ["--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect=*run_{way}*"]
    command = [valgrind, *options, str(program), "only", workload, way]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    found = re.search(r"Collected : (\d+)", printed)
    assert found is not None, "callgrind prints what it collected"
    return int(found[1]) / 2_000_000


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
