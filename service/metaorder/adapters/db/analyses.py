"""Kept analyses: written whole, found by what they are of, and summed over many orders by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from metaorder.adapters.db.tables import analyses, analysis_docs, analysis_tags, markets, parents
from metaorder.domain.order import TERMINAL
from metaorder.ports.journal import StoredAnalysis
from metaorder.ports.queries import Asked, Cell, Values

TAG = "tag"
UNTAGGED = "untagged"
"""The group of orders without a tag; a tag has an = in it."""

OVER = ("closed", "failed", "deleted")


def keep(connection: Connection, kept: StoredAnalysis) -> None:
    """Write an analysis in place of the one before, and its tags."""
    connection.execute(delete(analysis_tags).where(analysis_tags.c.parent == kept.parent))
    connection.execute(delete(analysis_docs).where(analysis_docs.c.parent == kept.parent))
    connection.execute(delete(analyses).where(analyses.c.parent == kept.parent))
    names = ("parent", "account", "version", "final", "made_at", "ended", "notional")
    row = {name: getattr(kept, name) for name in names} | dict(kept.keys) | dict(kept.figures)
    connection.execute(insert(analyses).values(row))
    connection.execute(insert(analysis_docs).values(parent=kept.parent, doc=kept.doc))
    if kept.tags:
        rows = [{"parent": kept.parent, "account": kept.account, "tag": tag} for tag in kept.tags]
        connection.execute(insert(analysis_tags), rows)


def values(connection: Connection, account: str, asked: Asked) -> Values:
    """Groups with their sums, and each order's figure in the order of the groups: the database filters, sorts and adds up."""
    keys = [_key(name) for name in asked.group_by]
    source, where = _source(account, asked)
    figure = analyses.c[asked.figure]
    known = and_(where, figure.is_not(None), analyses.c.notional > 0)
    sums = (
        select(
            *(key.label(f"key_{at}") for at, key in enumerate(keys)),
            func.count().label("orders"),
            func.sum(analyses.c.notional).label("notional"),
            func.count(figure).label("known"),
        )
        .select_from(source)
        .where(where)
        .group_by(*keys)
        .order_by(*keys)
    )
    rows = connection.execute(sums).all()
    groups = [(tuple(row[: len(keys)]), int(row.orders), float(row.notional or 0)) for row in rows]
    each = select(*keys, figure, analyses.c.notional, analyses.c.parent).select_from(source).where(known)
    driver = connection.execute(each.execution_options(stream_results=False)).cursor
    assert driver is not None, "a query has rows"
    return Values(groups, driver.fetchall())


def cells(connection: Connection, account: str, asked: Asked) -> list[Cell]:
    """The mean figure of each group in each market day, symbol and side: what groups have in common."""
    keys = [_key(name) for name in asked.group_by]
    source, where = _source(account, asked)
    shared = (analyses.c.session, analyses.c.day, analyses.c.symbol, analyses.c.side)
    figure = analyses.c[asked.figure]
    query = (
        select(*keys, *shared, func.avg(figure))
        .select_from(source)
        .where(and_(where, figure.is_not(None)))
        .group_by(*keys, *shared)
        .order_by(*keys, *shared)
    )
    n = len(keys)
    return [Cell(tuple(row[:n]), tuple(row[n:-1]), float(row[-1])) for row in connection.execute(query)]


def scores(account: str, asked: Asked) -> Select[Any]:
    """Probabilities and surprises of the orders that referred to an estimate."""
    source, where = _source(account, asked)
    columns = (analyses.c.probability, analyses.c.z_score)
    return select(*columns).select_from(source).where(and_(where, analyses.c.z_score.is_not(None))).order_by(analyses.c.parent)


def unfinished(limit: int) -> Select[Any]:
    """Orders that are over and whose analysis is missing, or not final though its market has gone on since; oldest first."""
    missing = analyses.c.parent.is_(None)
    later = markets.c.state.in_(OVER) | (markets.c.clock > analyses.c.ended + 1_800 * 10**9)
    stale = and_(analyses.c.final.is_(False), later)
    joined = parents.join(markets, markets.c.id == parents.c.session).outerjoin(analyses, analyses.c.parent == parents.c.id)
    over = parents.c.status.in_([str(status) for status in TERMINAL])
    return select(parents).select_from(joined).where(over, or_(missing, stale)).order_by(parents.c.created_at).limit(limit)


def one(account: str, parent: str) -> Select[Any]:
    """The kept analysis of an order."""
    both = analyses.join(analysis_docs, analysis_docs.c.parent == analyses.c.parent)
    return (
        select(analyses, analysis_docs.c.doc).select_from(both).where(analyses.c.account == account, analyses.c.parent == parent)
    )


def _source(account: str, asked: Asked) -> tuple[Any, ColumnElement[bool]]:
    """What is read, and which rows of it."""
    tagged = TAG in asked.group_by or asked.tag is not None
    of_order = analysis_tags.c.parent == analyses.c.parent
    source = analyses.join(analysis_tags, of_order, isouter=asked.tag is None) if tagged else analyses
    conditions: list[ColumnElement[bool]] = [analyses.c.account == account]
    conditions += [analyses.c[name] == value for name, value in asked.where.items()]
    if asked.first_day is not None:
        conditions.append(analyses.c.day >= asked.first_day)
    if asked.last_day is not None:
        conditions.append(analyses.c.day <= asked.last_day)
    if asked.tag is not None:
        conditions.append(analysis_tags.c.tag == asked.tag)
    if asked.final:
        conditions.append(analyses.c.final.is_(True))
    return source, and_(*conditions)


def _key(name: str) -> ColumnElement[Any]:
    return func.coalesce(analysis_tags.c.tag, literal_column(f"'{UNTAGGED}'")) if name == TAG else analyses.c[name]
