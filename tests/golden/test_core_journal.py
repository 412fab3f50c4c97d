"""Old journals still fold: the events of each kept file, read by today's codec, leave the states that the file records."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from golden.make_core_journal import summary
from metaorder.algos import ALGOS
from metaorder.core.commands import COMMAND_TYPES
from metaorder.core.events import EVENT_TYPES
from metaorder.core.execution import Execution, evolve
from metaorder.core.wires import Wires
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import ParentId

HERE = Path(__file__).parent
JOURNALS = sorted(HERE.glob("core_journal_*.jsonl"))
WIRE = Wires(
    [
        Instrument(
            symbol="ACME",
            mic="XNAS",
            currency="USD",
            tick_size=Decimal("0.01"),
            lot_size=10,
            taker_fee=Decimal("0.0030"),
            maker_fee=Decimal("-0.0020"),
        )
    ]
)


def rows(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def folded(path: Path) -> dict[ParentId, Execution]:
    states: dict[ParentId, Execution] = {}
    for row in rows(path):
        if row["type"] in EVENT_TYPES:
            happened = WIRE.read_event(row)
            states[happened.parent] = evolve(states.get(happened.parent), happened)
    return states


def shown(execution: Execution) -> dict[str, Any]:
    """A state in the words of the file; its terms apart, since a later codec may know more of them."""
    return {key: value for key, value in summary(execution, WIRE).items() if key != "order"}


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_an_old_journal_folds_to_the_states_that_it_records(path: Path) -> None:
    recorded = {each["order"]["id"]: each for each in rows(path)[-1]["states"]}
    states = folded(path)
    assert list(states) == list(recorded)
    for parent, execution in states.items():
        assert shown(execution) == {key: value for key, value in recorded[parent].items() if key != "order"}
        assert WIRE.order(execution.order).items() >= recorded[parent]["order"].items()


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_an_old_command_is_read_as_it_was_written(path: Path) -> None:
    commands = [row for row in rows(path) if row["type"] in COMMAND_TYPES]
    assert commands
    for row in commands:
        again = msgspec.json.decode(msgspec.json.encode(WIRE.command(*WIRE.read_command(row))))
        _holds(again, row)


def _holds(again: dict[str, Any], row: dict[str, Any]) -> None:
    """Whatever a row says is said again; a later codec may say more."""
    assert again.items() >= {key: value for key, value in row.items() if key not in {"order", "legs"}}.items()
    assert again.get("order", {}).items() >= row.get("order", {}).items()
    for mine, leg in zip(again.get("legs", []), row.get("legs", []), strict=True):
        _holds(mine, leg)


def test_every_algorithm_stands_in_some_journal() -> None:
    """With a child, so that its reasons are kept too."""
    algos = {}
    for path in JOURNALS:
        for row in rows(path):
            if row["type"] == "parent.accepted":
                algos[path, row["parent_id"]] = row["order"]["algo"]
    children = {algos[path, row["parent_id"]] for path in JOURNALS for row in rows(path) if row["type"] == "child.submitted"}
    assert children == set(ALGOS)


def test_every_kind_of_event_and_command_stands_in_some_journal() -> None:
    kinds = {row["type"] for path in JOURNALS for row in rows(path)}
    assert kinds == set(EVENT_TYPES) | set(COMMAND_TYPES) | {"states"}
