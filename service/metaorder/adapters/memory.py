"""A journal in memory: for batch work and tests, held to the same contract as the databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metaorder.adapters.db.projector import Projector, Row
from metaorder.core.chain import GENESIS, Entry, Sealed, link, seal
from metaorder.ports.journal import OPEN_STATES, Answer, Checkpoint, Damaged, Extra, StoredAnalysis, StoredJob, StoredRecord


class MemoryJournal:
    """Rows and projections in lists and dictionaries. Gone with the process: nothing here is durable."""

    away = False

    def give_up(self) -> None:
        """Memory is never away."""

    def tidy(self) -> None:
        """Memory puts nothing off."""

    def __init__(self) -> None:
        self.rows: list[Sealed] = []
        self.tables: dict[str, dict[str, Row]] = {}
        self.answers: dict[tuple[str, str], Answer] = {}
        self.jobs: dict[str, StoredJob] = {}
        self.analyses: dict[str, StoredAnalysis] = {}
        self.records: dict[tuple[str, str], bytes] = {}
        self._seqs: dict[str, int] = {}
        self._projector = Projector(lambda table, key: self.tables.get(table, {}).get(key))

    @property
    def heads(self) -> dict[str, int]:
        """The last seq of each stream."""
        return dict(self._seqs)

    def append(self, entries: Sequence[Entry], extras: Sequence[Extra]) -> list[Sealed]:
        """Seal and keep everything."""
        made: list[Sealed] = []
        previous = self.rows[-1].hash if self.rows else GENESIS
        for position, entry in enumerate(entries, start=len(self.rows) + 1):
            seq = None
            if entry.stream is not None:
                seq = self._seqs[entry.stream] = self._seqs.get(entry.stream, 0) + 1
            made.append(seal(previous, position, seq, entry))
            previous = made[-1].hash
        self.rows += made
        self._project(made)
        for extra in extras:
            self._keep(extra)
        return made

    def session(self, session: str) -> Iterator[Sealed]:
        """The deterministic rows of a session."""
        mine = [row for row in self.rows if row.entry.session == session and row.entry.session_index is not None]
        return iter(sorted(mine, key=lambda row: row.entry.session_index or 0))

    def open_markets(self) -> list[Mapping[str, Any]]:
        """Sessions that are not over."""
        found = [row for row in self.tables.get("markets", {}).values() if row["state"] in OPEN_STATES]
        return sorted(found, key=lambda row: int(row["position"]))

    def switches(self) -> dict[str, str]:
        """Every switch with its value."""
        return {str(name): str(row["value"]) for name, row in self.tables.get("switches", {}).items()}

    def verify(self, tail: int | None = None) -> int:
        """Check the chain."""
        begin = 0 if tail is None else max(0, len(self.rows) - tail)
        previous = self.rows[begin - 1].hash if begin else GENESIS
        for number, row in enumerate(self.rows[begin:], start=begin + 1):
            if row.position != number or link(previous, row.position, row.seq, row.entry) != row.hash:
                raise Damaged(number, "its hash does not fit what it says and what came before")
            previous = row.hash
        return len(self.rows) - begin

    def rebuild(self) -> int:
        """Fold every row again."""
        self.tables.clear()
        self._projector.forget()
        self._project(self.rows)
        return len(self.rows)

    def close(self) -> None:
        """Nothing to let go of."""

    def _project(self, rows: list[Sealed]) -> None:
        for table, changed in self._projector.fold(rows).items():
            for value in changed:
                self.tables.setdefault(table, {})[str(next(iter(value.values())))] = value

    def _keep(self, extra: Extra) -> None:
        match extra:
            case Answer():
                self.answers[extra.account, extra.key] = extra
            case StoredRecord():
                if extra.so_far and self.tables["markets"][extra.session]["state"] not in OPEN_STATES:
                    return
                self.records[extra.session, extra.symbol] = extra.data
            case StoredJob():
                self.jobs[extra.id] = extra
            case StoredAnalysis():
                self.analyses[extra.parent] = extra
            case Checkpoint():
                self.tables["markets"][extra.session] |= {"clock": extra.market_time, "event_index": extra.event_index}
