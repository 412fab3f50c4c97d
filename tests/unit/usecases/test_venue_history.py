"""History is what the orders learned themselves, on both databases: of the own account, of the symbol, and of before alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from metaorder.adapters.db.engine import reader_engine, writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.queries import SqlQueries
from metaorder.domain.order import Account, Side
from metaorder.domain.outcome import Outcome, VenueHistory
from metaorder.domain.principal import Principal
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.ports.queries import VenueMet
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted
from metaorder.usecases.venue_history import DAY as A_DAY
from metaorder.usecases.venue_history import asked, begins_with
from support.databases import KINDS, fresh
from support.sessions import DAY, FixedCalendar, NoFiles, accept, order, spec

VENUES = [
    {"id": "X0", "share": 0.6, "taker_fee": "0.0030", "maker_fee": "-0.0020"},
    {"id": "X1", "share": 0.4, "taker_fee": "0.0010", "maker_fee": "0.0005", "latency_ms": 20.0},
]
END = Nanos(DAY.open + 600 * SECOND)
LATER = Nanos(END + 10 * SECOND)


def lab(name: str = "lab") -> Hosted:
    plain = spec(name)
    return build(replace(plain, options={**plain.options, "parameters": {"venues": VENUES}}), NoFiles(), FixedCalendar())


@pytest.fixture(scope="module")
def first() -> tuple[Hosted, list[Any]]:
    """A session of two venues and two accounts, and what it wrote."""
    hosted = lab()
    live = hosted.live
    made = [hosted.entry("market.created", spec=msgspec.to_builtins(hosted.spec), facts=hosted.facts())]
    live.apply(accept(order("a", lots=Lots(4_000), end=END, must_complete=True)))
    live.apply(accept(order("b", lots=Lots(3_000), end=END, side=Side.SELL, algo="traditional")))
    live.apply(accept(order("c", account="other", lots=Lots(5_000), end=END, must_complete=True)))
    live.run(until=LATER)
    return hosted, made + live.take()


@pytest.fixture(params=KINDS, scope="module")
def queries(
    request: pytest.FixtureRequest, first: tuple[Hosted, list[Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlQueries]:
    with fresh(request.param, tmp_path_factory.mktemp("history")) as url:
        journal = SqlJournal(writer_engine(url))
        journal.append(first[1], [])
        journal.close()
        made = SqlQueries(reader_engine(url, 1), 1)
        yield made
        made.close()


def met(queries: SqlQueries, account: str = "main", now: Nanos = LATER, days: int = 1, **changes: Any) -> list[VenueMet]:
    question = replace(asked(lab().live.market.instrument, days, now), **changes)
    return asyncio.run(queries.venue_history(Principal(Account(account), "k", frozenset()), question))


@pytest.mark.parametrize("account", ["main", "other"])
def test_it_is_the_sum_of_what_the_accounts_orders_learned(
    first: tuple[Hosted, list[Any]], queries: SqlQueries, account: str
) -> None:
    live = first[0].live
    mine = [each for each in live.engine.executions.values() if each.order.account == account]
    assert mine
    assert all(each.status.terminal for each in mine)
    found = begins_with(met(queries, account), live.market.instrument, 1, Lots(10**9))
    assert [venue for venue, _ in found.venues] == ["X0", "X1"]
    for venue, outcome in found.venues:
        learned = [each.outcomes.get(venue, Outcome()) for each in mine]
        for name in ("filled", "rested", "rested_more", "took", "took_more"):
            assert getattr(outcome, name) == sum(getattr(each, name) for each in learned), (venue, name)
        children = sum(each.children for each in mine)
        assert 0 <= outcome.expected - sum(each.expected for each in learned) <= children, "each was rounded down"
        assert outcome.expected > 100


def test_nothing_of_another_symbol_currency_account_or_time_counts(queries: SqlQueries) -> None:
    assert met(queries)
    assert met(queries, symbol="OTHER") == met(queries, currency="EUR") == met(queries, account="nobody") == []
    assert met(queries, now=Nanos(DAY.open)) == [], "nothing has happened yet"
    assert met(queries, now=Nanos(END + A_DAY + SECOND)) == [], "a day and a second later"
    half = met(queries, now=Nanos(DAY.open + 300 * SECOND))
    for early, late in zip(half, met(queries), strict=True):
        assert 0 < early.rested < late.rested
        assert 0 < early.expected < late.expected


def test_without_any_it_says_why() -> None:
    instrument = lab().live.market.instrument
    none = begins_with([], instrument, 7, Lots(100))
    assert none == VenueHistory(days=7, missing="no child of this account in ACME in the 7 days before")
    small = VenueMet(venue="X0", expected=0.4, filled=0, rested=0, rested_more=0.0, took=0, took_more=0.0)
    assert begins_with([small], instrument, 7, Lots(100)).missing == "what was met weighs less than a lot of this order"


def worked(history: VenueHistory | None) -> tuple[str, list[dict[str, Any]]]:
    """A later order that begins with it: the hash of its session, and what was written."""
    live = lab("second").live
    live.apply(accept(order("d", session="second", lots=Lots(4_000), end=END, history=history)))
    live.run(until=LATER)
    return live.hash, [msgspec.json.decode(entry.payload) for entry in live.take()]


def test_an_order_that_begins_with_history_is_run_again_from_its_journal_alone(queries: SqlQueries) -> None:
    """What the database says afterwards does not matter: the command holds the history, and children say what it weighed."""
    instrument = lab().live.market.instrument
    before = begins_with(met(queries), instrument, 1, Lots(4_000))
    hashed, docs = worked(before)
    again = lab("second").live
    commands = [again.wire.read_command(doc) for doc in docs if doc["type"].startswith("command.")]
    assert commands
    for command, _ in commands:
        again.apply(command)
    again.run(until=LATER)
    assert again.hash == hashed
    afterwards = begins_with(met(queries, "other"), instrument, 1, Lots(4_000))
    assert afterwards != before
    assert worked(afterwards)[0] != hashed, "it matters"
    sent = [doc for doc in docs if doc["type"] == "child.submitted"]
    assert {doc["reason"]["history_lots"] for doc in sent} <= {before.lots("X0"), before.lots("X1")}
    plain = [doc for doc in worked(None)[1] if doc["type"] in {"child.submitted", "parent.accepted"}]
    assert all("history_lots" not in doc.get("reason", {}) for doc in plain)
    assert "venue_history" not in plain[0]["order"]


def test_what_it_begins_with_counts_from_its_first_child_on() -> None:
    """Where an order goes first without history, one that has met nothing but cost there goes elsewhere."""

    def venues(history: VenueHistory | None) -> list[str]:
        return [doc["venue"] for doc in worked(history)[1] if doc["type"] == "child.submitted"]

    bad = Outcome(expected=Lots(2_000), filled=Lots(100), rested=Lots(2_000), rested_more=2_000_000, took=Lots(0))
    free = venues(None)
    warned = venues(VenueHistory(days=1, venues=((free[0], bad),)))
    assert warned[0] != free[0]
    assert warned.count(free[0]) / len(warned) < free.count(free[0]) / len(free)
