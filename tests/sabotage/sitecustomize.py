"""Plants the bug that METAORDER_SABOTAGE names, here and in every process that this one starts: a module changes as it loads."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

SERVICE = Path(__file__).parents[2] / "service"


class Saboteur(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module and loads it with its bug."""

    def __init__(self, module: str, good: str, bad: str) -> None:
        self._module = module
        self._good = good
        self._bad = bad

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Ours is one module alone."""
        del path, target
        return importlib.util.spec_from_loader(fullname, self, origin=str(self._file)) if fullname == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the source, with the bug in it."""
        source = self._file.read_text()
        assert source.count(self._good) == 1, f"{self._module} holds {self._good!r} {source.count(self._good)} times"
        exec(compile(source.replace(self._good, self._bad), str(self._file), "exec"), module.__dict__)

    @property
    def _file(self) -> Path:
        return SERVICE / (self._module.replace(".", "/") + ".py")


def plant(name: str) -> None:
    """Plant a bug by its name."""
    sys.path.insert(0, str(Path(__file__).parent))
    from bugs import BUGS

    bug = BUGS[name]
    sys.meta_path.insert(0, Saboteur(bug.module, bug.good, bug.bad))


if "METAORDER_SABOTAGE" in os.environ:
    plant(os.environ["METAORDER_SABOTAGE"])
