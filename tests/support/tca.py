"""Orders, fills and markets for the analysis, written in dollars and seconds; and the worked example of docs/tca.md."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from metaorder.tca.facts import (
    NO_PRICE,
    Fills,
    MarketFacts,
    OrderFacts,
    Price,
    Quotes,
    TakenBack,
    Tape,
    Tranche,
)
from metaorder.tca.report import Units
from support.data import ROOT

POINT = Decimal("0.0001")
UNITS = Units(point=POINT, money=POINT, lot=1, currency="USD")
SECOND = 10**9
OPEN, CLOSE = 0, 10_000 * SECOND

Number = str | int | float | Decimal


def points(price: Number) -> Fraction:
    """A price in dollars as points of a hundredth of a cent."""
    return Fraction(Decimal(str(price)) / POINT)


def whole(price: Number) -> int:
    """A price on the grid of points."""
    value = points(price)
    assert value.denominator == 1
    return int(value)


def price(value: Number | None, why: str = "not known") -> Price:
    """A price in dollars, or one that is missing."""
    return Price.missing(why) if value is None else Price.known(points(value))


def mid2(mid: Number | None) -> int:
    """Twice a mid in points."""
    return NO_PRICE if mid is None else int(2 * points(mid))


def seconds(time: float) -> int:
    """A time in nanoseconds."""
    return round(time * SECOND)


def money(amount: Number) -> int:
    """Dollars as half points x lots, exact."""
    value = Fraction(Decimal(str(amount))) * 2 / Fraction(POINT)
    assert value.denominator == 1
    return int(value)


@dataclass(frozen=True)
class Fill:
    """One fill: the book just before it, and the mid without the order (`same`: as it was). None where there is nothing."""

    lots: int
    price: Number
    bid: Number | None
    ask: Number | None
    reference: Number | None = "same"
    maker: bool = False
    ts: float = 100.0
    fee: Number = 0
    certain: bool = True
    evidence: str = "l3"

    @property
    def mid(self) -> Decimal | None:
        if self.bid is None or self.ask is None or Decimal(str(self.bid)) >= Decimal(str(self.ask)):
            return None
        return (Decimal(str(self.bid)) + Decimal(str(self.ask))) / 2


def fills(sign: int, *each: Fill, why_no_reference: str | None = None) -> Fills:
    """Fills of a buy (1) or a sell (-1)."""

    def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    touches = [fill.ask if sign > 0 else fill.bid for fill in each]
    return Fills(
        ts=column([seconds(fill.ts) for fill in each]),
        lots=column([fill.lots for fill in each]),
        price=column([whole(fill.price) for fill in each]),
        maker=np.array([fill.maker for fill in each], dtype=np.bool_),
        fee=column([whole(fill.fee) for fill in each]),
        certain=np.array([fill.certain for fill in each], dtype=np.bool_),
        touch=column([NO_PRICE if touch is None else whole(touch) for touch in touches]),
        mid2=column([mid2(fill.mid) for fill in each]),
        reference2=column([mid2(fill.mid if fill.reference == "same" else fill.reference) for fill in each]),
        evidence=tuple(fill.evidence for fill in each),
        why_no_reference=why_no_reference,
    )


def order(
    lots: int = 1_000,
    *,
    sign: int = 1,
    decision: Number | None = "50.00",
    arrival: Number | None = "50.00",
    end: Number | None = "50.00",
    amended: tuple[Tranche | TakenBack, ...] = (),
    **changes: Any,
) -> OrderFacts:
    """An order of which everything is known: it arrived at 10 s, ended at 1,000 s, and had until 2,000 s."""
    plain = OrderFacts(
        sign=sign,
        changes=(Tranche(seconds(5), lots, price(decision, "no decision"), price(arrival, "no arrival")), *amended),
        decided_by="receipt",
        end=price(end, "no end"),
        by_client=False,
        arrived=seconds(10),
        waited=0,
        ended=seconds(1_000),
        start=seconds(10),
        stop=seconds(2_000),
        pwp_rate=Fraction(1, 4),
        pauses=(),
        terminal=True,
    )
    return replace(plain, **changes)


def added(ts: float, lots: int, at: Number | None, arrival: Number | None = "same") -> Tranche:
    """What an amendment added."""
    return Tranche(seconds(ts), lots, price(at, "no mid then"), price(at if arrival == "same" else arrival, "no mid then"))


def cut(ts: float, lots: int, at: Number | None) -> TakenBack:
    """What an amendment took back."""
    return TakenBack(seconds(ts), lots, price(at, "no mid then"))


def tape(*prints: tuple[float, Number, int]) -> Tape:
    """Prints: seconds, dollars, lots."""
    ts, at, lots = zip(*prints, strict=True) if prints else ((), (), ())
    return Tape(
        np.array([seconds(each) for each in ts], dtype=np.int64),
        np.array([whole(each) for each in at], dtype=np.int64),
        np.array(lots, dtype=np.int64),
    )


def quotes(*changes: tuple[float, Number | None]) -> Quotes:
    """Mids from seconds on; None where there is no mid."""
    return Quotes(
        np.array([seconds(ts) for ts, _ in changes], dtype=np.int64),
        np.array([mid2(mid) for _, mid in changes], dtype=np.int64),
    )


def market(**changes: Any) -> MarketFacts:
    """A market that is over, in which others traded 1,000 lots at 50.00 and the mid never moved."""
    others = tape((20, "50.00", 1_000))
    plain = MarketFacts(
        clock=CLOSE,
        opened=OPEN,
        closes=CLOSE,
        closed=True,
        tape=others,
        whole=others,
        recorded=others,
        own=tape(),
        auctions=tape(),
        quotes=quotes((0, "50.00")),
        basis="replay",
        assumptions={"latency_ms": 1.0},
    )
    return replace(plain, **changes)


@dataclass(frozen=True)
class Example:
    """The worked example as docs/tca.md prints it: an order, its fills, and what they come to in money and in basis points."""

    order: OrderFacts
    fills: Fills
    amounts: dict[str, Decimal]
    bps: dict[str, Decimal]


def worked_example(*, mirrored: bool = False) -> Example:
    """The example of docs/tca.md; mirrored: the sell whose every price is 100 - p."""
    terms, rows, results = tables((ROOT / "docs" / "tca.md").read_text(), "### A worked example")
    (head,) = terms
    sign = {"buy": 1, "sell": -1}[head["side"]] * (-1 if mirrored else 1)

    def turned(text: str) -> Decimal:
        return 100 - number(text) if mirrored else number(text)

    def fill(row: dict[str, str]) -> Fill:
        bid, ask = turned(row["bid before"]), turned(row["ask before"])
        return Fill(
            lots=int(number(row["quantity"])),
            price=turned(row["price"]),
            bid=min(bid, ask),
            ask=max(bid, ask),
            reference=turned(row["mid without the order"]),
            maker=row["liquidity"] == "maker",
            fee=number(row["fee"]),
        )

    placed = order(
        int(number(head["quantity"])),
        sign=sign,
        decision=turned(head["decision"]),
        arrival=turned(head["arrival"]),
        end=turned(head["end"]),
    )
    amounts, bps = ({name: number(text) for name, text in row.items() if name} for row in results)
    return Example(placed, fills(sign, *(fill(row) for row in rows)), amounts, bps)


def tables(text: str, heading: str) -> list[list[dict[str, str]]]:
    """The tables of a section, each as a list of rows by column."""
    section = text.split(heading + "\n", 1)[1].split("\n#", 1)[0]
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", section, flags=re.MULTILINE):
        head, _, *rows = ([cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines())
        found.append([dict(zip(head, row, strict=True)) for row in rows])
    return found


def number(text: str) -> Decimal:
    """A number as the documentation prints it."""
    return Decimal(text.replace(",", "").replace("−", "-"))
