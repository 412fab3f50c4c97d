"""The market without an order is run again, and is given up when nobody wants it any more."""

from __future__ import annotations

import pytest

from metaorder.domain.order import ParentId
from metaorder.domain.units import SECOND, Nanos
from metaorder.runtime.twin import Stopped, run_without
from metaorder.sim.record import MarketRecord
from support.core import OPEN
from support.journaled import ENGINE, spec
from support.sessions import FixedCalendar, NoFiles

UNTIL = Nanos(OPEN + 600 * SECOND)


def run(answers: list[bool]) -> MarketRecord:
    """Run it while the answers are False; the last one stays."""
    told = iter(answers)
    last = answers[-1]
    return run_without(spec(), [], ParentId("gone"), "ACME", UNTIL, ENGINE, NoFiles(), FixedCalendar(), lambda: next(told, last))


def test_it_is_run_to_where_it_is_wanted() -> None:
    assert run([False]).clock == UNTIL


def test_it_is_given_up_when_the_server_ends() -> None:
    with pytest.raises(Stopped):
        run([True])
