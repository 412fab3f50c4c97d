"""`metaorder serve` forked from a process that has its modules: a real server process, up in a second less than three.

METAORDER_TEST_HOOK names a module of the tests that is imported first: what it changes is changed in that server alone.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from multiprocessing.connection import Connection

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["metaorder.bootstrap.main", "metaorder.bootstrap.serve", "uvloop", "httptools"])


class Forked:
    """What `subprocess.Popen(metaorder ARGUMENTS)` is, as far as a server of the tests needs it."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        reading, writing = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_run, args=(arguments, environment, writing))
        self._process.start()
        writing.close()
        self.stdout = os.fdopen(os.dup(reading.fileno()))
        reading.close()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Signal the process."""
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        """The exit code, once it has ended.

        Raises:
            TimeoutError: it goes on.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self.pid} goes on after {timeout} s")
        return self._process.exitcode


def _run(arguments: list[str], environment: dict[str, str], output: Connection) -> None:
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    os.environ.clear()
    os.environ.update(environment)
    if hook := environment.get("METAORDER_TEST_HOOK"):
        importlib.import_module(hook)
    from metaorder.bootstrap.main import main

    sys.argv = ["metaorder", *arguments]
    sys.exit(main())
