"""The room of jobs: in order, a few at once, told as they go, cancelled whenever, and honest about a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from metaorder.adapters.clock import SystemClock, SystemIds
from metaorder.core.chain import Entry
from metaorder.domain.order import Account
from metaorder.domain.principal import Principal, Scope
from metaorder.ports.jobs import Failed, Finished, Gather, Message, Said
from metaorder.ports.journal import Extra, StoredJob
from metaorder.ports.queries import Unreachable
from metaorder.runtime.jobs import Jobs
from metaorder.runtime.service import PATIENT
from metaorder.usecases.errors import Conflict, NotFound
from metaorder.usecases.jobs import MOST_OPEN, Job, JobState

ME = Principal(Account("main"), "key", frozenset(Scope))
ASKED = {"asked": {"kind": "all"}, "what": "all", "specs": [], "tables": []}


class Work:
    """A piece of work whose words a test puts in."""

    def __init__(self) -> None:
        self.words: asyncio.Queue[Message] = asyncio.Queue()
        self.stopped = False

    async def next(self) -> Message:
        return await self.words.get()

    def stop(self) -> None:
        self.stopped = True
        self.words.put_nowait(Failed("crashed", "it was stopped"))


class Rig:
    """A room with one worker that keeps what it writes in lists."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, float]] = []
        self.kept: dict[str, StoredJob] = {}
        self.patient: list[bool] = []
        self.works: list[Work] = []
        self.told_of: list[Mapping[str, Any]] = []
        self.gather: dict[str, Gather] = {}
        self.room = Jobs(self.write, SystemClock(), SystemIds(), self.launch, 1, self.gather)

    async def write(self, entries: list[Entry], extras: Sequence[Extra] = ()) -> None:
        await asyncio.sleep(0)
        for entry in entries:
            doc = msgspec.json.decode(entry.payload)
            self.told.append((doc["job_id"], entry.type, doc["progress"]))
            self.patient.append(PATIENT.get())
        for extra in extras:
            assert isinstance(extra, StoredJob)
            self.kept[extra.id] = extra

    def launch(self, kind: str, request: Mapping[str, Any]) -> Work:
        self.works.append(Work())
        self.told_of.append(request)
        return self.works[-1]

    async def ask(self) -> Job:
        return await self.room.submit(ME, "calibration", ASKED)

    def names(self, job: Job) -> list[str]:
        return [name.removeprefix("calibration.") for told, name, _ in self.told if told == job.id]


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def played(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_a_job_is_told_from_its_acceptance_to_its_result() -> None:
    async def story() -> None:
        rig = Rig()
        await rig.room.start([])
        job = await rig.ask()
        assert rig.names(job)[0] == "queued", "before anybody hears of it"
        await settle()
        for word in (Said(0.3, "half"), Said(0.301, "no news"), Said(0.2, "never back"), Said(0.9, "most"), Finished(b'{"a":1}')):
            rig.works[0].words.put_nowait(word)
        await settle()
        assert rig.names(job) == ["queued", "started", "progress", "progress", "done"]
        assert [share for _, _, share in rig.told] == [0, 0, 0.3, 0.9, 1]
        assert rig.patient == [False, True, True, True, True], (
            "a caller is told that the database is away; the worker waits for it"
        )
        assert (rig.kept[job.id].state, rig.kept[job.id].result) == ("done", b'{"a":1}')
        await rig.room.stop()

    played(story())


def test_one_worker_takes_jobs_in_order_and_a_failure_does_not_stop_it() -> None:
    async def story() -> None:
        rig = Rig()
        await rig.room.start([])
        first, second = await rig.ask(), await rig.ask()
        await settle()
        assert (len(rig.works), rig.names(second)) == (1, ["queued"])
        rig.works[0].words.put_nowait(Failed("bad_data", "row 3"))
        await settle()
        assert rig.names(first)[-1] == "failed"
        assert msgspec.json.decode(rig.kept[first.id].doc)["reason"] == {"code": "bad_data", "detail": "row 3"}
        assert rig.names(second) == ["queued", "started"]
        await rig.room.stop()

    played(story())


@pytest.mark.parametrize("running", [True, False])
def test_a_cancelled_job_ends_once_and_what_its_process_says_is_not_heard(running: bool) -> None:
    async def story() -> None:
        rig = Rig()
        await rig.room.start([])
        ahead = await rig.ask()
        job = ahead if running else await rig.ask()
        await settle()
        await asyncio.gather(rig.room.cancel(job.id), rig.room.cancel(job.id))
        if running:
            assert rig.works[0].stopped
            rig.works[0].words.put_nowait(Finished(b"{}"))
        await settle()
        assert rig.names(job)[-1] == "canceled"
        assert rig.names(job).count("canceled") == 1
        assert rig.kept[job.id].state == "canceled"
        after = await rig.ask()
        rig.works[0].words.put_nowait(Finished(b"{}"))
        await settle()
        assert rig.names(after)[-1] == "started"
        await rig.room.stop()

    played(story())


def test_a_kind_is_told_what_is_gathered_for_it_as_it_begins_and_that_is_not_kept() -> None:
    async def story() -> None:
        rig = Rig()

        async def gather(account: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
            return {"day": (account, request["what"])}

        rig.gather["calibration"] = gather
        await rig.room.start([])
        job = await rig.ask()
        await settle()
        assert rig.told_of == [{**ASKED, "day": ("main", "all")}]
        assert msgspec.json.decode(rig.kept[job.id].doc)["request"] == ASKED
        await rig.room.stop()

    played(story())


@pytest.mark.parametrize(
    ("trouble", "code"), [(NotFound("not_found", "no order"), "not_found"), (Unreachable("no answer"), "database_unreachable")]
)
def test_what_cannot_be_gathered_fails_the_job_by_name_and_the_next_one_runs(trouble: Exception, code: str) -> None:
    async def story() -> None:
        rig = Rig()

        async def gather(account: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
            raise trouble

        rig.gather["calibration"] = gather
        await rig.room.start([])
        job = await rig.ask()
        await settle()
        assert (rig.names(job), rig.works) == (["queued", "started", "failed"], [])
        assert msgspec.json.decode(rig.kept[job.id].doc)["reason"]["code"] == code
        rig.gather.clear()
        await rig.ask()
        await settle()
        assert len(rig.works) == 1
        await rig.room.stop()

    played(story())


def test_a_job_that_is_cancelled_while_its_facts_are_read_never_begins() -> None:
    async def story() -> None:
        rig, read = Rig(), asyncio.Event()

        async def gather(account: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
            await read.wait()
            return {}

        rig.gather["calibration"] = gather
        await rig.room.start([])
        job = await rig.ask()
        await settle()
        await rig.room.cancel(job.id)
        read.set()
        await settle()
        assert (rig.names(job), rig.works) == (["queued", "started", "canceled"], [])
        await rig.room.stop()

    played(story())


def test_one_job_too_many_is_refused_with_the_limit() -> None:
    async def story() -> None:
        rig = Rig()
        await rig.room.start([])
        made = await asyncio.gather(*(rig.ask() for _ in range(MOST_OPEN)))
        with pytest.raises(Conflict, match="at most 8"):
            await rig.ask()
        await rig.room.submit(Principal(Account("other"), "key", frozenset(Scope)), "calibration", ASKED)
        await rig.room.cancel(made[3].id)
        await rig.ask()
        await rig.room.stop()

    played(story())


def test_what_ran_when_the_server_died_is_interrupted_and_what_waited_is_worked_on() -> None:
    async def story() -> None:
        before = Rig()
        await before.room.start([])
        ran, waited = await before.ask(), await before.ask()
        await settle()
        await before.room.stop()
        left = [{name: getattr(before.kept[job.id], name) for name in StoredJob.__dataclass_fields__} for job in (ran, waited)]
        assert [row["state"] for row in left] == ["running", "queued"]
        rig = Rig()
        await rig.room.start(left)
        await settle()
        assert rig.names(ran) == ["failed"]
        assert msgspec.json.decode(rig.kept[ran.id].doc)["reason"]["code"] == "interrupted"
        assert rig.names(waited) == ["started"]
        await rig.room.stop()

    played(story())


def test_every_end_is_final() -> None:
    assert [state for state in JobState if state.over] == [JobState.DONE, JobState.FAILED, JobState.CANCELED]
