"""Every algorithm under a rule of venues, at three lit venues and a pool: no child ever goes where the rule does not permit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from metaorder.algos import ALGOS
from metaorder.domain.order import Placement
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.domain.venue_rule import VenueRule
from metaorder.runtime.build import build
from metaorder.runtime.session import LiveSession
from support.sessions import DAY, FixedCalendar, NoFiles, accept, order, spec

VENUES = [{"id": f"X{n}", "share": share} for n, share in enumerate((0.5, 0.3, 0.2))]
POOL = {"id": "POOL", "share": 0.3, "dark": True}
START_S, WINDOW_S = 300, 600
RULES: Mapping[str, VenueRule] = {
    "one of the small ones": VenueRule(allow=("X2",)),
    "all but the largest": VenueRule(deny=("X0",)),
    "lit ones alone": VenueRule(deny=("POOL",)),
    "one and the pool": VenueRule(allow=("X1", "POOL")),
}


def lab() -> LiveSession:
    plain = spec()
    options = {**plain.options, "parameters": {"venues": [*VENUES, POOL]}}
    return build(replace(plain, options=options), NoFiles(), FixedCalendar()).live


def worked(
    terms: Mapping[str, Mapping[str, Any]], until_s: int = START_S + WINDOW_S + 60
) -> tuple[LiveSession, list[dict[str, Any]]]:
    """A session in which orders were worked, by name, and its documents."""
    live = lab()
    window = {"start": Nanos(DAY.open + START_S * SECOND), "end": Nanos(DAY.open + (START_S + WINDOW_S) * SECOND)}
    for name, each in terms.items():
        live.apply(accept(order(name, account=name, must_complete=True, lots=Lots(2_000), **{**window, **each})))
    live.run(until=Nanos(DAY.open + until_s * SECOND))
    return live, [msgspec.json.decode(entry.payload) for entry in live.take()]


def children(docs: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [doc for doc in docs if doc.get("client_order_id") == name and doc["type"] == "child.submitted"]


@pytest.mark.parametrize("called", RULES)
def test_no_child_of_any_algorithm_goes_where_its_order_may_not(called: str) -> None:
    rule = RULES[called]
    dark = {"dark_fraction": Fraction(1, 4)} if rule.permits("POOL") else {}
    _, docs = worked({algo: {"algo": algo, "venues": rule, **dark} for algo in ALGOS})
    assert not [doc for doc in docs if doc["type"] == "risk.blocked"], "the guard has nothing to stop"
    for algo in ALGOS:
        sent = children(docs, algo)
        assert sent, f"{algo} has worked"
        assert [doc["venue"] for doc in sent if not rule.permits(doc["venue"])] == []
        assert all("left_out" not in doc["reason"] for doc in sent)
        for doc in sent:
            named = [each["venue"] for each in doc["reason"].get("venues", []) + doc["reason"].get("queues", [])]
            assert all(map(rule.permits, named)), "what it cannot go to is not compared"
    fills = [doc for doc in docs if doc["type"] == "fill"]
    assert {doc["venue"] for doc in fills} <= {venue for venue in ("X0", "X1", "X2", "POOL") if rule.permits(venue)}


@pytest.mark.parametrize("style", [each for each in Placement if each is not Placement.MIDPOINT])
def test_no_placement_does_either(style: Placement) -> None:
    _, docs = worked({"twap": {"venues": VenueRule(allow=("X1",)), "placement": style}})
    assert {doc["venue"] for doc in children(docs, "twap")} == {"X1"}


def test_the_cap_counts_the_volume_of_all_venues() -> None:
    """Two orders with the same terms, one of which may go to one venue alone, have the same headroom."""
    live, _ = worked({"one": {"venues": VenueRule(allow=("X2",))}, "all": {}}, START_S + 60)
    one, everywhere = (live.view.observe(each) for each in live.engine.executions.values())
    assert (one.others, one.others_window) == (everywhere.others, everywhere.others_window)
    assert one.others > 0
    assert set(one.venues) == {"X2"}


def test_it_is_judged_on_the_touch_of_all_venues_as_one_without_a_rule() -> None:
    """What the best venue showed was there to be had: an arrival among the permitted ones would hide what the rule costs."""
    _, docs = worked({"one": {"venues": VenueRule(allow=("X2",))}, "all": {}}, START_S + 60)
    one, everywhere = (doc["arrival"] for doc in docs if doc["type"] == "parent.started")
    first = children(docs, "one")[0]
    assert one == everywhere
    assert first["quote"] != one, "at that moment its own venue shows less"


def test_an_order_without_a_rule_uses_several_venues() -> None:
    """What the rule keeps an order from is there to be had."""
    _, docs = worked({"twap": {"dark_fraction": Fraction(1, 4)}})
    assert len({doc["venue"] for doc in children(docs, "twap")}) > 2
