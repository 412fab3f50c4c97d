"""Costs over many orders out of a database: what is asked is what is found, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from metaorder.adapters.db.engine import reader_engine
from metaorder.adapters.db.queries import SqlQueries
from metaorder.api.aggregate_shapes import AggregateOut
from metaorder.api.tables import as_csv, as_parquet
from metaorder.domain.order import Account
from metaorder.domain.principal import Principal
from metaorder.usecases.aggregates import aggregate, asked, flat
from metaorder.usecases.errors import Unprocessable
from support.databases import KINDS, fresh
from support.kept import EFFECT, fill, rows

COUNT = 3_000


@pytest.fixture(scope="module", params=KINDS)
def queries(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlQueries]:
    with fresh(request.param, tmp_path_factory.mktemp("kept")) as url:
        fill(url, COUNT)
        fill(url, 50, account="other")
        made = SqlQueries(reader_engine(url, 1), 1)
        yield made
        made.close()


def ask(queries: SqlQueries, group_by: str, where: dict[str, str] | None = None, tag: str | None = None) -> dict[str, Any]:
    question = asked(group_by, "is_bps", where or {}, (None, None), tag, final=False)
    found, cells = asyncio.run(queries.aggregate(Principal(Account("main"), "k", frozenset()), question, compared=True))
    doc = aggregate(question, found, cells)
    AggregateOut.model_validate(doc)
    return doc


def test_groups_hold_every_order_of_the_account_and_no_other(queries: SqlQueries) -> None:
    doc = ask(queries, "algo")
    assert sum(group["orders"] for group in doc["groups"]) == COUNT
    for group in doc["groups"]:
        mine = [row for row in rows(COUNT) if row["algo"] == group["key"]["algo"]]
        values, weights = np.array([row["is_bps"] for row in mine]), np.array([row["notional"] for row in mine])
        assert group["notional"] == pytest.approx(weights.sum(), rel=1e-9)
        assert group["weighted_mean"] == pytest.approx(np.average(values, weights=weights), abs=1e-5)
        assert group["median"] == pytest.approx(np.median(values), abs=1e-5)
        assert group["win_rate"] == pytest.approx(np.mean(values < 0), abs=1e-6)
        assert group["quantiles"]["95"] == pytest.approx(np.quantile(values, 0.95), abs=1e-5)


def test_algorithms_are_compared_on_the_days_symbols_and_sides_that_both_worked_in(queries: SqlQueries) -> None:
    found = {(each["first"]["algo"], each["second"]["algo"]): each for each in ask(queries, "algo")["comparisons"]}
    one = found["is", "twap"]
    cells: dict[str, dict[tuple[str, ...], list[float]]] = {"is": {}, "twap": {}}
    for row in rows(COUNT):
        if row["algo"] in cells:
            key = (row["session"], row["day"], row["symbol"], row["side"])
            cells[row["algo"]].setdefault(key, []).append(row["is_bps"])
    common = [key for key in cells["is"] if key in cells["twap"]]
    apart = [np.mean(cells["is"][key]) - np.mean(cells["twap"][key]) for key in common]
    assert (one["pairs"], one["difference"]) == (len(common), pytest.approx(np.mean(apart), abs=1e-5))
    assert EFFECT["is"] < EFFECT["twap"]


def test_filters_and_tags_narrow(queries: SqlQueries) -> None:
    assert sum(group["orders"] for group in ask(queries, "side", {"algo": "is"})["groups"]) == sum(
        row["algo"] == "is" for row in rows(COUNT)
    )
    groups = {group["key"]["tag"]: (group["orders"], group["count"]) for group in ask(queries, "tag")["groups"]}
    plain = COUNT - COUNT // 4
    assert groups == {"desk=a": (COUNT // 4, COUNT // 4), "untagged": (plain, plain)}, "no order is left out"
    (tagged,) = ask(queries, "tag", tag="desk=a")["groups"]
    assert (tagged["key"]["tag"], tagged["orders"]) == ("desk=a", COUNT // 4)
    assert ask(queries, "algo", tag="desk=b")["groups"] == []


def test_a_table_has_a_row_for_each_group(queries: SqlQueries) -> None:
    import io

    from pyarrow import parquet

    table = flat(ask(queries, "algo,side"))
    assert as_csv(table).decode().splitlines()[0].startswith("algo,side,currency,metric,orders")
    assert parquet.read_table(io.BytesIO(as_parquet(table))).to_pylist() == table


@pytest.mark.parametrize(("group_by", "metric"), [("colour", "is_bps"), ("algo", "doc")])
def test_what_there_is_not_is_refused(group_by: str, metric: str) -> None:
    with pytest.raises(Unprocessable):
        asked(group_by, metric, {}, (None, None), None, final=False)


def test_a_formula_does_not_reach_a_spreadsheet() -> None:
    assert as_csv([{"algo": "=1+1"}]).decode().splitlines()[1] == "'=1+1"
