"""History keeps its ratios and loses its weight: all of it together is at most half of the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.outcome import Outcome
from metaorder.domain.units import Lots
from metaorder.routing.history import PART, scaled

LOTS = st.integers(0, 10**9).map(Lots)
MONEY = st.integers(-(10**12), 10**12)
MET = st.dictionaries(
    st.sampled_from(["XA", "XB", "XC"]),
    st.builds(Outcome, expected=LOTS, filled=LOTS, rested=LOTS, rested_more=MONEY, took=LOTS, took_more=MONEY),
)


def test_numbers_by_hand() -> None:
    met = {
        "XB": Outcome(Lots(3_000), Lots(1_500), Lots(1_500), 6_001, Lots(500), -1_001),
        "XA": Outcome(Lots(1_000), Lots(900), Lots(900), 10, Lots(0), 0),
    }
    assert scaled(met, Lots(800)) == (  # half of 800 over 4,000: a tenth
        ("XA", Outcome(Lots(100), Lots(90), Lots(90), 1, Lots(0), 0)),
        ("XB", Outcome(Lots(300), Lots(150), Lots(150), 600, Lots(50), -100)),
    )


def test_what_weighs_less_is_taken_whole() -> None:
    met = {"XA": Outcome(Lots(30), Lots(10), Lots(10), 7, Lots(5), -7)}
    assert scaled(met, Lots(60)) == (("XA", met["XA"]),)


def test_nothing_and_less_than_a_lot_are_left_out() -> None:
    assert scaled({}, Lots(100)) == ()
    assert scaled({"XA": Outcome(Lots(10**6)), "XB": Outcome(Lots(1))}, Lots(10)) == (("XA", Outcome(Lots(4))),)


@given(MET, st.integers(1, 10**9))
def test_it_never_outweighs_half_of_the_order_and_keeps_its_ratios(met: dict[str, Outcome], lots: int) -> None:
    found = dict(scaled(met, Lots(lots)))
    whole = sum(each.weight for each in met.values())
    assert sum(each.weight for each in found.values()) <= lots // PART
    for venue, each in found.items():
        factor = min(1, (lots // PART) / whole)
        assert abs(each.expected - met[venue].expected * factor) <= 1
        assert abs(each.filled - met[venue].filled * factor) <= 1
        assert abs(each.rested_more - met[venue].rested_more * factor) <= 1
