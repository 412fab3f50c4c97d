"""The ladder at admission beside a slow table of its rules, on generated orders at, below and above every limit."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from metaorder.domain.instrument import Instrument
from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.units import Lots, Ticks
from metaorder.risk.ladder import Standing, admit
from metaorder.risk.limits import Limits
from support.core import INSTRUMENT, parent_order, touch
from support.examples import examples

Case = tuple[ParentOrder, Instrument, Quote, Standing, Limits]


def worst_price(case: Case) -> Fraction | None:
    order, instrument, quote, _, _ = case
    tick = Fraction(instrument.tick_size)
    if order.side is Side.BUY and order.limit is not None:
        return order.limit * tick
    known = [p * tick for p in (order.limit, quote.bid, quote.ask) if p is not None]
    return max(known) if known else None


def value(case: Case) -> Fraction | None:
    price, order, instrument = worst_price(case), case[0], case[1]
    return None if price is None else price * order.lots * instrument.lot_size * instrument.multiplier


def units(case: Case) -> int:
    return case[0].lots * case[1].lot_size


def mid(case: Case) -> Fraction | None:
    bid, ask = case[2].bid, case[2].ask
    return Fraction(bid + ask, 2) if bid is not None and ask is not None and bid < ask else None


def past(case: Case) -> Fraction | None:
    middle, limit = mid(case), case[0].limit
    if limit is None:
        return Fraction(-1)
    if middle is None:
        return None
    return (limit / middle - 1) * (1 if case[0].side is Side.BUY else -1)


def total(*parts: Any) -> Any:
    return None if any(part is None for part in parts) else sum(parts)


TABLE: tuple[tuple[str, str, Callable[[Case], Any], bool], ...] = (
    ("max_quantity", "max_quantity", units, False),
    ("max_notional", "max_notional", lambda c: value(c) or Fraction(0), False),
    ("max_adv_share", "max_adv_share", lambda c: None if c[3].adv is None else Fraction(c[0].lots, c[3].adv), False),
    ("price_collar", "price_collar", past, False),
    (
        "max_impact_bps",
        "max_impact_bps",
        lambda c: None if c[3].adv is None or c[3].sigma is None else 1e4 * c[3].sigma * (c[0].lots / c[3].adv) ** 0.5,
        False,
    ),
    ("max_gross_notional", "max_gross_notional", lambda c: total(c[3].gross, value(c)), False),
    (
        "max_position",
        "max_position",
        lambda c: total(None if c[3].position is None else c[3].position * c[0].side.sign, c[3].open_same, units(c)),
        False,
    ),
    ("duplicate_order", "max_duplicates", lambda c: total(c[3].twins, 1), False),
    ("max_open_orders", "max_open_orders", lambda c: c[3].open_orders, True),
)
"""Code, limit, what is held against it (None: not known), and whether being at the limit is too much already."""


def said(case: Case) -> str | None:
    """The first rule that the table finds broken."""
    order, limits = case[0], case[4]
    if order.symbol in limits.restricted_symbols:
        return "restricted_symbol"
    if limits.permitted_symbols is not None and order.symbol not in limits.permitted_symbols:
        return "symbol_not_permitted"
    for code, name, seen, at_limit in TABLE:
        limit = getattr(limits, name)
        if limit is None:
            continue
        found = seen(case)
        if found is None or found > Fraction(limit) or (at_limit and found == limit):
            return code
    return None


def near(dice: random.Random, middle: int) -> int:
    return max(0, middle + dice.choice([-1, 0, 0, 1, dice.randint(-middle // 2, middle)]))


def maybe(dice: random.Random, value: Any, share: float = 0.3) -> Any:
    return value if dice.random() < share else None


def drawn(dice: random.Random) -> Case:
    """An order near the edges of what it may be."""
    instrument = replace(INSTRUMENT, lot_size=dice.choice([1, 1, 100]), multiplier=dice.choice([1, 1, 50]))
    bid = dice.choice([None, 9_990, 10_000])
    quote = dice.choice([NO_QUOTE, touch(), touch(bid, 10_001), touch(10_000, None)])
    order = parent_order(
        lots=Lots(max(1, near(dice, 1_000))),
        side=dice.choice([Side.BUY, Side.SELL]),
        limit=maybe(dice, Ticks(dice.choice([9_500, 9_501, 10_500, 10_501, 10_000])), 0.6),
        symbol=dice.choice(["ACME", "ACME", "ACME", "OTHER"]),
    )
    standing = Standing(
        open_orders=near(dice, 3),
        gross=maybe(dice, Fraction(near(dice, 100_000)), 0.8),
        position=maybe(dice, near(dice, 500) * dice.choice([-1, 1]), 0.9),
        open_same=maybe(dice, near(dice, 200), 0.9),
        twins=maybe(dice, near(dice, 2), 0.9),
        adv=maybe(dice, Lots(near(dice, 10_000) + 1), 0.8),
        sigma=maybe(dice, dice.choice([0.01, 0.02]), 0.8),
    )
    limits = Limits(
        permitted_symbols=maybe(dice, ("ACME",)),
        restricted_symbols=dice.choice([(), (), (), ("OTHER",)]),
        max_quantity=dice.choice([1_000, 100_000, 10**9]),
        max_notional=dice.choice([Decimal(100_010), Decimal(10**12)]),
        max_adv_share=maybe(dice, Decimal("0.10")),
        price_collar=maybe(dice, Decimal("0.05")),
        max_impact_bps=maybe(dice, Decimal(30)),
        max_gross_notional=maybe(dice, Decimal(200_000)),
        max_position=maybe(dice, 1_500),
        max_duplicates=maybe(dice, 2),
        max_open_orders=dice.choice([3, 1_000]),
    )
    return order, instrument, quote, standing, limits


def compared(count: int, seed: int) -> Counter[str | None]:
    """Cases by what was said of them; every one of them the same on both sides."""
    dice = random.Random(seed)
    found: Counter[str | None] = Counter()
    for _ in range(count):
        case = drawn(dice)
        refused = admit(*case)
        code = None if refused is None else refused.code
        assert code == said(case), case
        found[code] += 1
    return found


CODES = {None, "restricted_symbol", "symbol_not_permitted", *(code for code, *_ in TABLE)}


def test_the_ladder_says_what_the_table_says() -> None:
    found = compared(examples(10_000), 1)
    assert set(found) == CODES, "every rule is met, and orders that pass"


@pytest.mark.gauntlet
@pytest.mark.parametrize("seed", range(2, 12))
def test_the_ladder_says_what_the_table_says_a_million_times(seed: int) -> None:
    found = compared(100_000, seed)
    assert set(found) == CODES
    assert min(found.values()) > 100
