"""Jobs in processes of their own: started fresh, heard through a pipe, ended by a signal."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from metaorder.adapters.job_work import run
from metaorder.domain.errors import Invalid
from metaorder.ports.jobs import Failed, Finished, Message, Said
from metaorder.ports.market_data import SourceNotFound
from metaorder.runtime.build import SourceChanged
from metaorder.sim.tape import DataError

NICE = 10
"""Live markets come first."""


class JobProcess:
    """One job's process. It is a child of the server and dies with it; should the server be killed, it ends at its next word."""

    def __init__(self, kind: str, request: Mapping[str, Any], roots: list[Path], engine: str) -> None:
        context = multiprocessing.get_context("spawn")  # the server has threads: a fork could inherit a lock that nobody opens
        self._hears, speaks = context.Pipe(duplex=False)
        self._process = context.Process(target=_main, args=(speaks, kind, dict(request), roots, engine), daemon=True)
        self._process.start()
        speaks.close()

    async def next(self) -> Message:
        """What it says next; Failed where it ended without a word."""
        return await asyncio.to_thread(self._hear)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()

    def _hear(self) -> Message:
        try:
            message: Message = self._hears.recv()
        except EOFError:
            self._process.join()
            message = Failed("crashed", f"the job's process ended with {self._process.exitcode}")
        if not isinstance(message, Said):
            self._process.join()
            self._hears.close()
        return message


def _main(speaks: Connection, kind: str, request: dict[str, Any], roots: list[Path], engine: str) -> None:
    """The process: does the work and says how far it is. What is wrong with the request is an answer; a bug ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends it
    os.nice(NICE)
    try:
        speaks.send(Finished(run(kind, request, roots, engine, lambda step, share: speaks.send(Said(share, step)))))
    except Invalid as wrong:
        speaks.send(Failed("validation", str(wrong)))
    except SourceNotFound as missing:
        speaks.send(Failed("source_not_found", str(missing)))
    except (DataError, SourceChanged) as wrong:
        speaks.send(Failed("bad_data", str(wrong)))
    except BrokenPipeError:
        return  # the server has gone
