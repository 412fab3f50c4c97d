"""A disk that loses what was not synced: file operations are recorded, and a crash keeps any part of the unsynced ones."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("disk.c")
HEADER = struct.Struct("<QQIIII")
SECTOR = 512
SHARED_MEMORY = "-shm"
"""What SQLite keeps in memory alone; it makes it anew."""


@cache
def _shim() -> Path:
    """The library that is preloaded, compiled once a test run."""
    made = Path(tempfile.mkdtemp(prefix="metaorder-disk-")) / "disk.so"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"], check=True)
    return made


def recording(root: Path, trace: Path, *, sync: str | None = None) -> dict[str, str]:
    """What a process needs in its environment to have its files below `root` recorded.

    sync: `name:n:errno:times`, the syncs of a file that fail; see disk.c.
    """
    made = {"LD_PRELOAD": str(_shim()), "FAULTY_ROOT": str(root.resolve()), "FAULTY_TRACE": str(trace)}
    return made if sync is None else {**made, "FAULTY_SYNC": sync}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on one file, at a time of the monotonic clock [ns]. data: what was written."""

    kind: str
    time: int
    path: str
    offset: int = 0
    data: bytes = b""


def read_trace(trace: Path) -> Iterator[Operation]:
    """What was recorded, in order; a record that a kill cut off is none."""
    paths: dict[int, str] = {}
    with trace.open("rb") as file:
        while len(head := file.read(HEADER.size)) == HEADER.size:
            time, offset, length, number, kind, _ = HEADER.unpack(head)
            data = file.read(length)
            if len(data) < length:
                return
            if chr(kind) == "o":
                paths[number] = data.decode()
            path = data.decode() if chr(kind) == "u" else paths[number]
            yield Operation(chr(kind), time, path, offset, data if chr(kind) == "w" else b"")


@dataclass(slots=True)
class _File:
    """What is on the platter, and what is on its way. named: whether its entry in the directory is on the platter."""

    kept: bytearray
    named: bool
    waiting: list[Operation] = field(default_factory=list)


class Disk:
    """The files of a directory as they would be found after a power cut. base: what was there before, all of it synced."""

    def __init__(self, root: Path, base: Path) -> None:
        self._root = root.resolve()
        self._files = {
            str(self._root / path.relative_to(base)): _File(bytearray(path.read_bytes()), named=True)
            for path in base.rglob("*")
            if path.is_file()
        }
        self._gone: dict[str, _File] = {}

    def apply(self, operation: Operation, dice: random.Random) -> None:
        """Let an operation happen. What a sync that failed should have kept is kept or not, and no later sync changes that."""
        path = operation.path
        if path == str(self._root):
            if operation.kind == "s":
                self._gone.clear()
                for file in self._files.values():
                    file.named = True
            return
        if operation.kind == "u":
            file = self._files.pop(path, None)
            if file is not None and file.named:
                self._gone[path] = file
            return
        file = self._files.setdefault(path, _File(bytearray(), named=False))
        if operation.kind in "wt":
            file.waiting.append(operation)
        elif operation.kind in "sf":
            file.kept = file.kept if operation.kind == "f" else _after(file.kept, file.waiting)
            if operation.kind == "f":
                file.kept = _torn(file, dice, dice.random())
            file.waiting.clear()

    def crash(self, directory: Path, dice: random.Random, share: float | None = None) -> None:
        """Write what the power cut left: synced bytes, and by chance some, all or parts of the others; a share, if given."""
        directory.mkdir(parents=True)
        share = dice.choice([0.0, 1.0, dice.random()]) if share is None else share
        found = {path: file for path, file in self._gone.items() if dice.random() < 0.5}
        found |= {path: file for path, file in self._files.items() if file.named or dice.random() < share}
        for path, file in found.items():
            if not path.endswith(SHARED_MEMORY):
                target = directory / Path(path).relative_to(self._root)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_torn(file, dice, share))


def _torn(file: _File, dice: random.Random, share: float) -> bytearray:
    """Bytes after some of the waiting operations: each whole, by sectors, or not at all."""
    kept: list[Operation] = []
    for each in file.waiting:
        if dice.random() < share:
            kept.append(each)
        elif each.kind == "w" and share not in {0.0, 1.0} and dice.random() < 0.5:
            kept += [part for part in _sectors(each) if dice.random() < 0.5]
    return _after(file.kept, kept)


def _sectors(write: Operation) -> Iterator[Operation]:
    """A write cut at the borders of sectors."""
    start, end = write.offset, write.offset + len(write.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield Operation("w", write.time, write.path, start, write.data[start - write.offset : stop - write.offset])
        start = stop


def _after(content: bytearray, operations: list[Operation]) -> bytearray:
    made = bytearray(content)
    for each in operations:
        if each.kind == "t":
            del made[each.offset :]
            made.extend(bytes(each.offset - len(made)))
        else:
            made.extend(bytes(max(0, each.offset - len(made))))
            made[each.offset : each.offset + len(each.data)] = each.data
    return made


def copied(state: Path, to: Path) -> Path:
    """A copy of a state directory, taken while nobody uses it."""
    shutil.copytree(state, to)
    os.sync()
    return to
