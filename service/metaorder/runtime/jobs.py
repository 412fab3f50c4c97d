"""The room where jobs wait and are worked on, a few at a time, each in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, assert_never

from metaorder.core.chain import Entry
from metaorder.domain.principal import Principal
from metaorder.ports.clock import Clock, Ids
from metaorder.ports.jobs import Failed, Finished, Gather, Launch, Said, Working
from metaorder.ports.journal import Extra
from metaorder.ports.queries import Unreachable
from metaorder.runtime.service import PATIENT
from metaorder.usecases import jobs
from metaorder.usecases.errors import ServiceError
from metaorder.usecases.jobs import Job, JobState

STEP = 0.02
"""Progress that is worth a row: less is not told."""


class Write(Protocol):
    """Journals rows and what stands beside them; comes back when they are durable."""

    async def __call__(self, entries: list[Entry], extras: Sequence[Extra] = ()) -> None:
        """Write."""
        ...


@dataclass(slots=True)
class _Open:
    """A job that is not over, and its process once it runs."""

    job: Job
    working: Working | None = None
    ended: bool = False

    def over(self) -> bool:
        """Whether its end was decided: what its process says then is not heard."""
        return self.ended


@dataclass(slots=True)
class Jobs:
    """Every job that is not over. It belongs to the event loop; `workers` jobs run at once, in the order in which they came.

    A job is a row in the database before anybody hears of it. One that ran when the server died is `failed: interrupted` at the
    next start; one that waited goes on waiting. gather: by kind, for those that have to be told more than what was asked.
    """

    write: Write
    clock: Clock
    ids: Ids
    launch: Launch
    workers: int
    gather: Mapping[str, Gather] = field(default_factory=dict)
    _open: dict[str, _Open] = field(default_factory=dict)
    _queue: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _last: int = 0

    async def start(self, left: Sequence[Mapping[str, Any]]) -> None:
        """Begin to work. left: rows of jobs that were not over when the server ended, oldest first."""
        for row in left:
            job = jobs.restored(row)
            if job.state is JobState.RUNNING:
                reason = ("interrupted", "the server ended while the job ran; ask again")
                await self._tell(jobs.ended(job, JobState.FAILED, self.clock.now(), reason), "failed")
            else:
                self._open[job.id] = _Open(job)
                self._queue.put_nowait(job.id)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self.workers)]

    async def stop(self) -> None:
        """Stop working. What ran stays `running` in the database, and is `interrupted` at the next start."""
        for task in self._tasks:
            task.cancel()
        for each in self._open.values():
            if each.working is not None:
                each.working.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def submit(self, principal: Principal, kind: str, request: Mapping[str, Any]) -> Job:
        """Accept a job; comes back when it is durable.

        Raises:
            Conflict: the account has too many already.
        """
        jobs.admit(sum(each.job.account == principal.account for each in self._open.values()))
        now = self.clock.now()
        self._last = max(int(now), self._last + 1)
        job = Job(
            id=self.ids.sortable(),
            account=principal.account,
            kind=kind,
            order=self._last,
            state=JobState.QUEUED,
            request=request,
            created_at=now,
        )
        self._open[job.id] = _Open(job)
        durable = False
        try:
            await self._tell(job, "queued")
            durable = True
        finally:
            if not durable:  # nobody may hear of it
                self._open.pop(job.id)
        self._queue.put_nowait(job.id)
        return job

    async def cancel(self, job_id: str) -> Job | None:
        """End a job that waits or runs; None where it is neither, and nothing happens."""
        each = self._open.get(job_id)
        if each is None or each.over():
            return None if each is None else each.job
        each.ended = True
        if each.working is not None:
            each.working.stop()
        each.job = jobs.ended(each.job, JobState.CANCELED, self.clock.now())
        await self._tell(each.job, "canceled")
        self._open.pop(job_id, None)
        return each.job

    async def _work(self) -> None:
        PATIENT.set(True)
        while True:
            each = self._open.get(await self._queue.get())
            if each is not None and not each.over():
                await self._run(each)

    async def _run(self, each: _Open) -> None:
        each.job = jobs.started(each.job, self.clock.now())
        await self._tell(each.job, "started")
        told_of = await self._told(each)
        if told_of is None or each.over():
            return
        each.working = self.launch(each.job.kind, told_of)
        told = 0.0
        while True:
            message = await each.working.next()
            if each.over():
                return
            match message:
                case Said():
                    each.job = jobs.progressed(each.job, message.share, message.step)
                    if each.job.progress - told >= STEP:
                        told = each.job.progress
                        await self._tell(each.job, "progress")
                case Finished():
                    await self._end(each, jobs.ended(each.job, JobState.DONE, self.clock.now()), "done", message.result)
                    return
                case Failed():
                    reason = (message.code, message.detail)
                    await self._end(each, jobs.ended(each.job, JobState.FAILED, self.clock.now(), reason), "failed", None)
                    return
                case _:
                    assert_never(message)

    async def _told(self, each: _Open) -> Mapping[str, Any] | None:
        """The request with what is gathered for it; None where it is over, or ends here because that cannot be had."""
        gather, request = self.gather.get(each.job.kind), each.job.request
        if each.over() or gather is None:
            return None if each.over() else request
        try:
            return {**request, **await gather(str(each.job.account), request)}
        except ServiceError as refused:
            reason = (refused.code, refused.detail)
        except Unreachable as away:
            reason = ("database_unreachable", str(away))
        if not each.over():
            await self._end(each, jobs.ended(each.job, JobState.FAILED, self.clock.now(), reason), "failed", None)
        return None

    async def _end(self, each: _Open, job: Job, what: str, result: bytes | None) -> None:
        each.ended = True  # from here on it is over, whoever cancels
        each.job = job
        await self._tell(job, what, result)
        self._open.pop(job.id, None)

    async def _tell(self, job: Job, what: str, result: bytes | None = None) -> None:
        await self.write([jobs.entry(job, what, self.clock.now())], [jobs.stored(job, result)])
