"""Jobs: their states, what of them is journaled, kept and shown, and how many an account may have open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from metaorder.core.chain import Entry
from metaorder.domain.order import Account
from metaorder.domain.units import Nanos, time_text
from metaorder.ports.journal import StoredJob
from metaorder.usecases.errors import Conflict

CALIBRATION = "calibration"
COUNTERFACTUAL = "counterfactual"
KINDS = (CALIBRATION, COUNTERFACTUAL)
"""Kinds of jobs. Their events are called by them: `calibration.progress`."""

MOST_OPEN = 8
"""Jobs that an account may have queued or running."""


class JobState(StrEnum):
    """The state of a job; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELED}


EVENTS: Mapping[str, str] = {
    "queued": "The job was accepted and waits.",
    "started": "The job runs.",
    "progress": "A part of the job is done.",
    "done": "The job is done; its result can be read.",
    "failed": "The job cannot be done; `reason` says why.",
    "canceled": "The job was canceled.",
}
"""What happens to a job, by the end of its event's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands. order: of the account's jobs, counts up. progress: share done. reason: code and detail of a failure."""

    id: str
    account: Account
    kind: str
    order: int
    state: JobState
    request: Mapping[str, Any]
    created_at: Nanos
    progress: float = 0.0
    step: str = "queued"
    started_at: Nanos | None = None
    ended_at: Nanos | None = None
    reason: Mapping[str, str] | None = None


def admit(open_jobs: int) -> None:
    """Refuse one job too many.

    Raises:
        Conflict: `too_many_jobs`, with the limit.
    """
    if open_jobs >= MOST_OPEN:
        facts = {"limit": MOST_OPEN, "observed": open_jobs}
        raise Conflict(
            "too_many_jobs", f"the account has {open_jobs} jobs queued or running, at most {MOST_OPEN} may be", facts=facts
        )


def started(job: Job, now: Nanos) -> Job:
    """It runs."""
    return replace(job, state=JobState.RUNNING, started_at=now, step="starting")


def progressed(job: Job, share: float, step: str) -> Job:
    """A part is done; never less than before."""
    return replace(job, progress=max(job.progress, min(share, 1.0)), step=step)


def ended(job: Job, state: JobState, now: Nanos, reason: tuple[str, str] | None = None) -> Job:
    """It is over. reason: code and detail, of a failure."""
    assert state.over, "an end is final"
    made = None if reason is None else {"code": reason[0], "detail": reason[1]}
    share = 1.0 if state is JobState.DONE else job.progress
    return replace(job, state=state, ended_at=now, step=str(state), progress=share, reason=made)


def entry(job: Job, what: str, now: Nanos) -> Entry:
    """The row of the account's stream that says what happened to a job."""
    assert what in EVENTS, "an event that is published"
    kind = f"{job.kind}.{what}"
    doc = {
        "type": kind,
        "ts": time_text(now),
        "job_id": job.id,
        "state": str(job.state),
        "progress": job.progress,
        "step": job.step,
        "reason": job.reason,
    }
    return Entry(
        session=None,
        session_index=None,
        stream=job.account,
        type=kind,
        version=1,
        market_time=None,
        event_index=None,
        parent=None,
        payload=msgspec.json.encode(doc),
    )


def stored(job: Job, result: bytes | None = None) -> StoredJob:
    """What is kept of a job, in the transaction of its row."""
    doc = {
        "request": job.request,
        "progress": job.progress,
        "step": job.step,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "reason": job.reason,
        "created_at": job.created_at,
    }
    return StoredJob(
        id=job.id,
        account=job.account,
        kind=job.kind,
        seq=job.order,
        state=str(job.state),
        doc=msgspec.json.encode(doc).decode(),
        result=result,
    )


def restored(row: Mapping[str, Any]) -> Job:
    """A job as it was kept."""
    doc = msgspec.json.decode(row["doc"])
    return Job(
        id=row["id"],
        account=Account(row["account"]),
        kind=row["kind"],
        order=row["seq"],
        state=JobState(row["state"]),
        **doc,
    )


def shown(job: Job, result: bytes | None = None) -> dict[str, Any]:
    """A job as its account sees it."""
    return {
        "id": job.id,
        "state": str(job.state),
        "progress": job.progress,
        "step": job.step,
        "request": job.request["asked"],
        "created_at": time_text(job.created_at),
        "started_at": None if job.started_at is None else time_text(job.started_at),
        "ended_at": None if job.ended_at is None else time_text(job.ended_at),
        "reason": job.reason,
        "result": None if result is None else msgspec.Raw(result),
    }
