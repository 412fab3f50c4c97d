"""How venues served: what the database sums is what the fills themselves say, on both databases, and of the own account alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from scipy import stats

from metaorder.adapters.db.engine import reader_engine, writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.queries import SqlQueries
from metaorder.api.venue_shapes import VenuePerformanceOut
from metaorder.domain.order import Account, Side
from metaorder.domain.principal import Principal
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.ports.queries import VenueAsked, VenueCosts
from metaorder.runtime.build import build
from metaorder.usecases.venue_performance import performance
from support.databases import KINDS, fresh
from support.sessions import DAY, FixedCalendar, NoFiles, accept, order, spec

VENUES = [
    {"id": "X0", "share": 0.6, "taker_fee": "0.0030", "maker_fee": "-0.0020"},
    {"id": "X1", "share": 0.4, "taker_fee": "0.0010", "maker_fee": "0.0005", "latency_ms": 20.0},
]
Docs = list[dict[str, Any]]
END = Nanos(DAY.open + 600 * SECOND)


@pytest.fixture(scope="module")
def entries() -> list[Any]:
    """What a session of two venues, five orders and two accounts wrote."""
    plain = spec()
    market = replace(plain, options={**plain.options, "parameters": {"venues": VENUES}})
    hosted = build(market, NoFiles(), FixedCalendar())
    live = hosted.live
    made = [hosted.entry("market.created", spec=msgspec.to_builtins(hosted.spec), facts=hosted.facts())]
    live.apply(accept(order("a", lots=Lots(4_000), end=END, must_complete=True)))
    live.apply(accept(order("b", lots=Lots(3_000), end=END, side=Side.SELL, algo="traditional")))
    live.apply(accept(order("d", lots=Lots(9_000), end=END, algo="pov", params={"target": "0.1"})))
    live.apply(accept(order("e", lots=Lots(6_000), end=END, algo="is", params={"urgency": "1"})))
    live.apply(accept(order("c", account="other", lots=Lots(1_000), end=END)))
    live.run(until=Nanos(END + SECOND))
    return made + live.take()


@pytest.fixture(params=KINDS, scope="module")
def queries(request: pytest.FixtureRequest, entries: list[Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlQueries]:
    with fresh(request.param, tmp_path_factory.mktemp("venues")) as url:
        journal = SqlJournal(writer_engine(url))
        journal.append(entries, [])
        journal.close()
        made = SqlQueries(reader_engine(url, 1), 1)
        yield made
        made.close()


def ask(queries: SqlQueries, venue: str, account: str = "main", **more: Any) -> dict[str, Any]:
    asked = VenueAsked(venue=venue, **{"where": {}, **more})
    doc = performance(venue, asyncio.run(queries.venue(Principal(Account(account), "k", frozenset()), asked)))
    VenuePerformanceOut.model_validate(doc)
    return doc


def told(entries: list[Any], venue: str) -> tuple[Docs, Docs]:
    """Children and fills of the account at a venue, from the journal's own rows."""
    docs = [(entry, msgspec.json.decode(entry.payload)) for entry in entries if entry.stream == "main"]
    sent = [doc for entry, doc in docs if entry.type == "child.submitted" and doc["venue"] == venue]
    fills = [doc for entry, doc in docs if entry.type == "fill" and doc["venue"] == venue]
    return sent, fills


@pytest.mark.parametrize("venue", ["X0", "X1"])
@pytest.mark.parametrize(("way", "tif"), [("resting", "gtd"), ("taking", "ioc")])
def test_the_database_sums_what_the_fills_say(entries: list[Any], queries: SqlQueries, venue: str, way: str, tif: str) -> None:
    sent, fills = told(entries, venue)
    kept = {doc["child_id"]: doc for doc in sent if doc["time_in_force"] == tif}
    here = [fill for fill in fills if fill["child_id"] in kept]
    (symbol,) = ask(queries, venue)["symbols"]
    found = symbol[way]
    assert len(kept) > 3
    assert (symbol["symbol"], symbol["currency"]) == ("ACME", "USD")
    assert found["children"] == len(kept)
    assert found["fills"] == len(here)
    assert found["quantity"] == sum(doc["quantity"] for doc in kept.values())
    assert found["filled_quantity"] == sum(fill["quantity"] for fill in here)
    weight = sum(fill["quantity"] for fill in here)
    cost, hoped = (sum(float(fill[name]) for fill in here) / weight for name in ("cost", "expected_cost"))
    assert found["achieved_cost"] == pytest.approx(cost, abs=1e-9)
    assert found["expected_cost"] == pytest.approx(hoped, abs=1e-9)
    by_child = [[f for f in here if f["child_id"] == child] for child in kept]
    parts = [
        (sum(float(f["cost"]) - float(f["expected_cost"]) for f in each), sum(f["quantity"] for f in each)) for each in by_child
    ]
    d, w = np.array([each for each in parts if each[1]], dtype=np.float64).T
    ratio = d.sum() / w.sum()
    half = stats.t.ppf(0.975, len(d) - 1) * np.sqrt(len(d) / (len(d) - 1) * ((d - ratio * w) ** 2).sum()) / w.sum()
    assert found["difference"]["mean"] == pytest.approx(ratio, abs=1e-8)
    assert found["difference"]["high"] == pytest.approx(ratio + half, abs=1e-8)


def test_what_rests_earns_its_rebate_and_what_takes_pays_its_fee(queries: SqlQueries) -> None:
    (first,) = ask(queries, "X0")["symbols"]
    assert first["resting"]["expected_cost"] < -0.002
    assert first["taking"]["expected_cost"] > 0.003
    assert first["resting"]["maker_share"] > 0.9
    assert first["taking"]["maker_share"] == 0
    assert first["all"]["children"] == first["resting"]["children"] + first["taking"]["children"]


def test_filters_leave_out_and_nobody_sees_another_accounts(entries: list[Any], queries: SqlQueries) -> None:
    (whole,) = ask(queries, "X0")["symbols"]
    (split,) = ask(queries, "X0", where={"algo": "traditional"})["symbols"]
    assert 0 < split["all"]["children"] < whole["all"]["children"]
    assert ask(queries, "X0", where={"symbol": "OTHER"})["symbols"] == []
    assert ask(queries, "X0", since=END)["symbols"] == []
    assert ask(queries, "X0", account="nobody")["symbols"] == []
    (other,) = ask(queries, "X0", account="other")["symbols"]
    assert other["all"]["quantity"] < whole["all"]["quantity"]


def test_few_children_say_nothing() -> None:
    counts = {"children": 1, "quantity": 10, "filled": 10, "reached": 1, "refused": 0, "fills": 1, "traded": 10, "maker": 10}
    sums = {"weight": 10.0, "cost": 1.0, "expected": -1.0, "more_more": 4.0, "more_weight": 20.0, "weight_weight": 100.0}
    one = VenueCosts(symbol="A", currency="USD", rests=True, known=1, waited_ns=5e9, **counts, **sums)  # type: ignore[arg-type]
    (symbol,) = performance("X", [one])["symbols"]
    assert symbol["resting"]["difference"] == {"mean": 0.2, "low": None, "high": None}
    assert symbol["resting"]["says"].startswith("not enough data")
    assert symbol["taking"] is None
    assert symbol["all"]["time_to_first_fill_s"] == 5
