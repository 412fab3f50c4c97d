"""Children as arrays: how much of the queues that they joined was seen to arrive."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from metaorder.usecases.child_facts import impact_used, queue_known, read_children


def child(ahead: int | None, ppm: int | None, rests: str = "gtd") -> dict[str, Any]:
    doc = {"reason": {"why": "patience"}, "queue_ahead": ahead, "queue_known_ppm": ppm}
    return {"time_in_force": rests, "doc": msgspec.json.encode(doc).decode()}


@pytest.mark.parametrize(
    ("children", "known"),
    [
        ([child(300, 500_000), child(100, 1_000_000)], 0.625),
        ([child(0, 1_000_000)], 1.0),
        ([child(None, None), child(300, 500_000, "ioc")], None),
        ([], None),
    ],
    ids=["by the lots ahead", "nothing ahead", "none joined a queue", "none"],
)
def test_the_lots_ahead_count_by_whether_they_were_seen_to_arrive(children: list[dict[str, Any]], known: float | None) -> None:
    assert queue_known(children, read_children(children)) == known


def test_the_impact_that_was_reckoned_with_is_the_range_over_children() -> None:
    def sent(**reason: str | None) -> dict[str, Any]:
        return {"doc": msgspec.json.encode({"reason": reason}).decode()}

    priced = sent(**{"lambda": "0.000001"})
    told = [sent(**{"lambda": one, "beta": two, "lambda_from": "stated"}) for one, two in (("0.2", "0.01"), ("0.5", "0.004"))]
    found = impact_used(read_children([priced, *told]))
    assert found is not None
    assert (found.beta, found.strength, found.source) == ((0.004, 0.01), (0.2, 0.5), "stated")
    assert impact_used(read_children([priced])) is None, "a price of risk has the name of lambda too"
    unknown = impact_used(read_children([sent(**{"lambda": None, "beta": "0.01", "lambda_from": "none"})]))
    assert unknown is not None
    assert unknown.strength is None
