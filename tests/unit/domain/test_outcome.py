"""What was met weighs as many lots as say something of a venue."""

from __future__ import annotations

from metaorder.domain.outcome import Outcome, VenueHistory
from metaorder.domain.units import Lots


def test_it_weighs_what_was_expected_or_what_was_filled_if_that_is_more() -> None:
    assert Outcome(expected=Lots(90), rested=Lots(30), took=Lots(20)).weight == 90
    assert Outcome(expected=Lots(10), rested=Lots(30), took=Lots(20)).weight == 50
    assert Outcome().weight == 0


def test_a_venue_without_history_weighs_nothing() -> None:
    history = VenueHistory(days=5, venues=(("XA", Outcome(expected=Lots(7))),))
    assert (history.lots("XA"), history.lots("XB")) == (7, 0)
