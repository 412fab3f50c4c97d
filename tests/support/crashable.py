"""An engine that may die at any moment: a new one that is told all that it was told must become the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metaorder.core.decide import Gate
from metaorder.core.engine import Engine
from metaorder.core.execution import Execution
from metaorder.domain.market import Quote
from metaorder.domain.state import MarketState
from metaorder.domain.units import Nanos
from support.core import DAY

TOLD = frozenset({"apply", "hear", "answer", "on_time", "on_quote", "on_halt", "on_close"})


class Crashable:
    """Stands where an engine stands, and is what it sees the market through."""

    def __init__(self, gates: Mapping[str, Sequence[Gate]], view: Any, prefix: str) -> None:
        self._gates = gates
        self._view = view
        self._prefix = prefix
        self._told: list[tuple[str, tuple[Any, ...], dict[str, Any], Any]] = []
        self._seen: list[tuple[str, Any]] = []
        self._again: Iterator[tuple[str, Any]] | None = None
        self._engine = self._born()

    def __getattr__(self, name: str) -> Any:
        return self._tell(name) if name in TOLD else getattr(self._engine, name)

    def observe(self, execution: Execution) -> MarketState:
        seen: MarketState = self._see(f"observe {execution.order.id}", lambda: self._view.observe(execution))
        return seen

    def touch(self, symbol: str) -> Quote:
        seen: Quote = self._see("touch", lambda: self._view.touch(symbol))
        return seen

    def heard(self, symbol: str) -> Mapping[str, Nanos]:
        seen: Mapping[str, Nanos] = self._see("heard", lambda: self._view.heard(symbol))
        return seen

    def reference(self, symbol: str) -> Quote:
        seen: Quote = self._see("reference", lambda: self._view.reference(symbol))
        return seen

    def crash(self) -> None:
        """Forget everything but what was told; the new engine answers the same, looks at the same and ends the same."""
        old, self._engine, self._again = self._engine, self._born(), iter(self._seen)
        for name, args, rest, answer in self._told:
            assert getattr(self._engine, name)(*args, **rest) == answer, "what is done again is what was done"
        assert next(self._again, None) is None, "it looks at the market as often"
        self._again = None
        assert self._engine.executions == old.executions, "the recovered state is the one that was lost"
        assert list(self._engine.executions) == list(old.executions)
        assert (self._engine.wake, self._engine.awaits_quote) == (old.wake, old.awaits_quote)

    def _born(self) -> Engine:
        return Engine(DAY, self._gates, self, self._prefix)

    def _tell(self, name: str) -> Any:
        def told(*args: Any, **rest: Any) -> Any:
            answer = getattr(self._engine, name)(*args, **rest)
            self._told.append((name, args, rest, answer))
            return answer

        return told

    def _see(self, what: str, look: Any) -> Any:
        if self._again is not None:
            before, seen = next(self._again)
            assert before == what, "it looks at the same"
            return seen
        seen = look()
        self._seen.append((what, seen))
        return seen
