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
from metaorder.runtime.counterfactual import OfABasket
from metaorder.runtime.twin import NoTwin
from metaorder.sim.tape import DataError

NICE = 10
"""Live markets come first."""


class JobProcess:
    """One job's process. It is a child of the server and dies with it; should the server be killed, it ends at its next word."""

    def __init__(self, kind: str, request: Mapping[str, Any], roots: list[Path], engine: str) -> None:
        context = multiprocessing.get_context("spawn")  # the server has threads: a fork could inherit a lock that nobody opens
        self._pipe, theirs = context.Pipe()
        self._request: dict[str, Any] | None = dict(request)
        self._process = context.Process(target=_main, args=(theirs, kind, roots, engine), daemon=True)
        self._process.start()
        theirs.close()

    async def next(self) -> Message:
        """What it says next; Failed where it ended without a word."""
        return await asyncio.to_thread(self._hear)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()

    def _hear(self) -> Message:
        try:
            if self._request is not None:  # it may be a market's day: sent once somebody is there to read, and not by the loop
                self._pipe.send(self._request)
                self._request = None
            message: Message = self._pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._process.join()
            message = Failed("crashed", f"the job's process ended with {self._process.exitcode}")
        if not isinstance(message, Said):
            self._process.join()
            self._pipe.close()
        return message


def _main(pipe: Connection, kind: str, roots: list[Path], engine: str) -> None:
    """The process: does the work and says how far it is. What is wrong with the request is an answer; a bug ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends it
    os.nice(NICE)
    try:
        request = pipe.recv()
        pipe.send(Finished(run(kind, request, roots, engine, lambda step, share: pipe.send(Said(share, step)))))
    except Invalid as wrong:
        pipe.send(Failed("validation", str(wrong)))
    except SourceNotFound as missing:
        pipe.send(Failed("source_not_found", str(missing)))
    except (DataError, SourceChanged) as wrong:
        pipe.send(Failed("bad_data", str(wrong)))
    except (OfABasket, NoTwin) as refused:
        pipe.send(Failed("of_a_basket" if isinstance(refused, OfABasket) else "no_twin", str(refused)))
    except (BrokenPipeError, EOFError):
        return  # the server has gone
