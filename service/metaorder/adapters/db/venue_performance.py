"""What an account's children came to at a venue, summed by the database over projections: expected against achieved cost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Double, Integer, Select, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.sql.elements import ColumnElement

from metaorder.adapters.db.tables import children, fills, parents
from metaorder.ports.queries import VenueAsked, VenueCosts, VenueSums

RESTS = ("gtd",)
Terms = list[ColumnElement[bool]]


def performance(connection: Connection, account: str, asked: VenueAsked) -> VenueSums:
    """Sums by symbol, currency and way, all of one instant. Fills count with the child that they are of."""
    dialect = connection.dialect.name
    mine: Terms = [children.c.account == account, children.c.venue == asked.venue]
    mine += [parents.c[name] == value for name, value in asked.where.items()]
    if asked.since is not None:
        mine.append(children.c.ts >= asked.since)
    sent = {_key(row): row for row in connection.execute(_children(dialect, mine)).mappings()}
    cost = {_key(row): row for row in connection.execute(_costs(dialect, mine)).mappings()}
    return [
        VenueCosts(
            symbol=symbol,
            currency=currency,
            rests=rests,
            children=int(row["children"]),
            quantity=int(row["quantity"]),
            filled=int(row["filled"]),
            reached=int(row["reached"]),
            refused=int(row["refused"]),
            **_summed(cost.get((symbol, currency, rests))),
        )
        for (symbol, currency, rests), row in sorted(sent.items())
    ]


def _children(dialect: str, mine: Terms) -> Select[Any]:
    """Children by symbol, currency and whether they were to rest."""
    keys = _keys(dialect)
    return (
        select(
            *keys,
            func.count().label("children"),
            func.sum(children.c.quantity).label("quantity"),
            func.sum(children.c.filled).label("filled"),
            func.sum(case((children.c.filled > 0, 1), else_=0)).label("reached"),
            func.sum(case((children.c.status == "rejected", 1), else_=0)).label("refused"),
        )
        .select_from(children.join(parents, parents.c.id == children.c.parent))
        .where(*mine)
        .group_by(*keys)
    )


def _costs(dialect: str, mine: Terms) -> Select[Any]:
    """Of the children that were filled: costs, and the sums that the interval of their ratio needs."""
    cost, expected = (cast(_text(dialect, fills.c.doc, name), Double) for name in ("cost", "expected_cost"))
    units = cast(_text(dialect, fills.c.doc, "quantity"), Double)
    maker = case((_text(dialect, fills.c.doc, "liquidity") == "maker", units), else_=0.0)
    known = cost.is_not(None) & expected.is_not(None)
    joined = children.join(parents, parents.c.id == children.c.parent).join(
        fills, (fills.c.parent == children.c.parent) & (fills.c.child == children.c.id)
    )
    each = (
        select(
            *_keys(dialect),
            func.count().label("fills"),
            func.sum(units).label("units"),
            func.sum(maker).label("maker"),
            func.sum(case((known, units))).label("known"),
            func.sum(case((known, cost))).label("cost"),
            func.sum(case((known, expected))).label("expected"),
            func.sum(case((known, cost - expected))).label("more"),
            (func.min(fills.c.ts) - func.min(children.c.ts)).label("waited"),
        )
        .select_from(joined)
        .where(*mine)
        .group_by(*_keys(dialect), children.c.id)
        .subquery()
    )
    keys = (each.c.symbol, each.c.currency, each.c.rests)
    more, weight = each.c.more, each.c.known
    return select(
        *keys,
        func.sum(each.c.fills).label("fills"),
        func.sum(each.c.units).label("traded"),
        func.sum(each.c.maker).label("maker"),
        func.count(weight).label("known"),
        func.sum(weight).label("weight"),
        func.sum(each.c.cost).label("cost"),
        func.sum(each.c.expected).label("expected"),
        func.sum(more * more).label("more_more"),
        func.sum(more * weight).label("more_weight"),
        func.sum(weight * weight).label("weight_weight"),
        func.avg(cast(each.c.waited, Double)).label("waited"),
    ).group_by(*keys)


def _keys(dialect: str) -> tuple[ColumnElement[Any], ...]:
    currency = _text(dialect, parents.c.terms, "currency")
    rests = case((children.c.time_in_force.in_(RESTS), 1), else_=0)
    return parents.c.symbol.label("symbol"), currency.label("currency"), cast(rests, Integer).label("rests")


def _text(dialect: str, column: Column[Any], name: str) -> ColumnElement[Any]:
    """A field of a document."""
    if dialect == "sqlite":
        return func.json_extract(column, literal_column(f"'$.{name}'"))
    return func.json_extract_path_text(cast(column, JSON), literal_column(f"'{name}'"))


def _key(row: Any) -> tuple[str, str, bool]:
    return str(row["symbol"]), str(row["currency"]), bool(row["rests"])


def _summed(row: Any) -> dict[str, Any]:
    names = ("weight", "cost", "expected", "more_more", "more_weight", "weight_weight")
    if row is None:
        return {"fills": 0, "traded": 0, "maker": 0, "known": 0, "waited_ns": None, **dict.fromkeys(names, 0.0)}
    counts = {name: int(row[name] or 0) for name in ("fills", "traded", "maker", "known")}
    waited = None if row["waited"] is None else float(row["waited"])
    return {**counts, "waited_ns": waited, **{name: float(row[name] or 0.0) for name in names}}
