"""What an account's earlier children came to at each venue of a symbol, as an order would have learned it from its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Double, Select, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.sql.elements import ColumnElement

from metaorder.adapters.db.tables import children, fills, parents
from metaorder.domain.units import SECOND
from metaorder.ports.queries import HistoryAsked, VenueMet

ENDED = ("filled", "canceled", "expired")
"""A child that was refused, or whose end nobody knows, says nothing of a queue."""


def history(connection: Connection, account: str, asked: HistoryAsked) -> list[VenueMet]:
    """Sums by venue, in the order of their names. What happened at or after `until` is not known yet."""
    dialect = connection.dialect.name
    mine: list[ColumnElement[bool]] = [
        children.c.account == account,
        parents.c.account == account,
        parents.c.symbol == asked.symbol,
        _text(dialect, parents.c.terms, "currency") == asked.currency,
        children.c.ts >= asked.since,
        children.c.ts < asked.until,
    ]
    rests = {row["venue"]: row for row in connection.execute(_rested(dialect, mine, asked)).mappings()}
    costs = {row["venue"]: row for row in connection.execute(_costs(dialect, mine, asked)).mappings()}
    return [
        VenueMet(
            venue=venue,
            expected=_number(rests, venue, "expected"),
            filled=int(_number(rests, venue, "filled")),
            rested=int(_number(costs, venue, "rested")),
            rested_more=_number(costs, venue, "rested_more"),
            took=int(_number(costs, venue, "took")),
            took_more=_number(costs, venue, "took_more"),
        )
        for venue in sorted(rests.keys() | costs.keys())
    ]


def _rested(dialect: str, mine: list[ColumnElement[bool]], asked: HistoryAsked) -> Select[Any]:
    """Lots expected and units filled of children of which something was expected: as much as they had time for."""
    said = cast(_text(dialect, children.c.doc, "reason", "expected_fill"), Double)
    horizon = cast(_text(dialect, children.c.doc, "reason", "horizon_s"), Double)
    horizon_ns = case((horizon > 1, horizon), else_=1.0) * float(SECOND)
    timed = said * cast(children.c.ended - children.c.ts, Double) / horizon_ns
    size = cast(children.c.quantity, Double) / asked.lot_size
    expected = case((horizon.is_(None), said), (timed < size, timed), else_=size)
    return (
        select(
            children.c.venue.label("venue"),
            func.sum(expected).label("expected"),
            func.sum(children.c.filled).label("filled"),
        )
        .select_from(children.join(parents, parents.c.id == children.c.parent))
        .where(*mine, said.is_not(None), children.c.status.in_(ENDED), children.c.ended < asked.until)
        .group_by(children.c.venue)
    )


def _costs(dialect: str, mine: list[ColumnElement[bool]], asked: HistoryAsked) -> Select[Any]:
    """Units filled at rest and taken, of fills with both a cost and an expected one, and the difference in the currency."""
    cost, expected = (cast(_text(dialect, fills.c.doc, name), Double) for name in ("cost", "expected_cost"))
    units = cast(_text(dialect, fills.c.doc, "quantity"), Double)
    maker = _text(dialect, fills.c.doc, "liquidity") == "maker"
    more = cost - expected
    joined = children.join(parents, parents.c.id == children.c.parent).join(
        fills, (fills.c.parent == children.c.parent) & (fills.c.child == children.c.id)
    )
    return (
        select(
            children.c.venue.label("venue"),
            func.sum(case((maker, units), else_=0.0)).label("rested"),
            func.sum(case((maker, more), else_=0.0)).label("rested_more"),
            func.sum(case((maker, 0.0), else_=units)).label("took"),
            func.sum(case((maker, 0.0), else_=more)).label("took_more"),
        )
        .select_from(joined)
        .where(*mine, cost.is_not(None), expected.is_not(None), fills.c.ts < asked.until)
        .group_by(children.c.venue)
    )


def _text(dialect: str, column: Column[Any], *path: str) -> ColumnElement[Any]:
    """A field of a document, by its path."""
    if dialect == "sqlite":
        return func.json_extract(column, literal_column(f"'$.{'.'.join(path)}'"))
    return func.json_extract_path_text(cast(column, JSON), *(literal_column(f"'{name}'") for name in path))


def _number(rows: dict[Any, Any], venue: str, name: str) -> float:
    return float(rows[venue][name] or 0.0) if venue in rows else 0.0
