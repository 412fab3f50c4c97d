"""Implementation shortfall of an order told in plain numbers: what it cost against its decision, cut three ways, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import decimal, positive, rows

SIDES = {"buy": 1, "sell": -1}
FILL = ("qty", "price", "mid")


@dataclass(frozen=True, slots=True)
class Cut:
    """The parts of the shortfall by one author [$]; they sum to the whole, to the last digit."""

    delay: Fraction
    trading: Fraction
    opportunity: Fraction
    fees: Fraction

    def bps(self, notional: Fraction) -> dict[str, float]:
        """Each part by name, in basis points of a notional."""
        return {name: float(getattr(self, name) / notional * 10_000) for name in self.__dataclass_fields__}

    def dollars(self) -> dict[str, float]:
        """Each part by name [$]."""
        return {name: float(getattr(self, name)) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The cost of an order; positive = worse for the trader.

    filled [shares]. average: of the fills, None without any [$]. notional: X P_d [$]. total: the shortfall [$].
    kissell: delay on all shares, opportunity from the arrival on. wagner_edwards: delay on what was filled, opportunity from
    the decision on. instant, timing: of trading, against the mids at the fills and of these against the arrival [$].
    paper, real: what the order would have made at the decision price, and what it made [$].
    """

    sign: int
    filled: Fraction
    average: Fraction | None
    arrival: Fraction
    notional: Fraction
    total: Fraction
    kissell: Cut
    wagner_edwards: Cut
    instant: Fraction
    timing: Fraction
    paper: Fraction
    real: Fraction

    @property
    def bps(self) -> float:
        """The shortfall in basis points of the notional."""
        return float(self.total / self.notional * 10_000)

    def slippage_bps(self, benchmark: Fraction | None) -> float | None:
        """The average price against another, positive = worse; None without fills or without that price."""
        if self.average is None or benchmark is None:
            return None
        return float(self.sign * (self.average - benchmark) / benchmark * 10_000)


def decompose(
    side: str,
    shares: float,
    *,
    decision: float,
    arrival: float,
    final: float,
    fees: float,
    fills: Sequence[Mapping[str, float]],
) -> Decomposition:
    """Cut the shortfall of an order.

        IS = s (sum x p - X_f P_d) + s (X - X_f)(P_n - P_d) + F
        Kissell: delay s X (P_0 - P_d), trading s sum x (p - P_0), opportunity s (X - X_f)(P_n - P_0)
        Wagner and Edwards: delay s X_f (P_0 - P_d), the same trading, opportunity s (X - X_f)(P_n - P_d)
        trading = instant s sum x (p - m) + timing s sum x (m - P_0)

    side: buy or sell. shares: X > 0. decision, arrival, final: P_d, P_0, P_n > 0 [$]. fees: F, negative for a rebate [$].
    fills: each a `qty` x > 0, of at most X together [shares], a `price` p > 0 paid and the market's `mid` m > 0 then [$].
    Numbers are taken as the decimals that they are written as, so money is exact.
    Raises Invalid: a number breaks its rule or is missing, or more was filled than ordered.
    Source: Perold (1988) for the identity, Kissell (2006) and Wagner and Edwards (1993) for the cuts.
    """
    if side not in tuple(SIDES):
        raise Invalid("side", "buy or sell", side)
    s, ordered, charged = SIDES[side], above_0("shares", shares), decimal("fees", fees)
    decided, arrived, end = (above_0(n, v) for n, v in (("decision", decision), ("arrival", arrival), ("final", final)))
    known = [_fill(f"fills.{place}", row) for place, row in enumerate(rows("fills", fills, Mapping))]
    filled = sum((x for x, _, _ in known), Fraction(0))
    if filled > ordered:
        raise Invalid("shares", f"no less than the {float(filled)} that were filled", shares)
    paid = sum((x * price for x, price, _ in known), Fraction(0))
    at_mids = sum((x * mid for x, _, mid in known), Fraction(0))
    left, trading = ordered - filled, s * (paid - filled * arrived)
    paper = s * ordered * (end - decided)
    total = s * (paid - filled * decided) + s * left * (end - decided) + charged
    return Decomposition(
        sign=s,
        filled=filled,
        average=paid / filled if filled else None,
        arrival=arrived,
        notional=ordered * decided,
        total=total,
        kissell=Cut(s * ordered * (arrived - decided), trading, s * left * (end - arrived), charged),
        wagner_edwards=Cut(s * filled * (arrived - decided), trading, s * left * (end - decided), charged),
        instant=s * (paid - at_mids),
        timing=s * (at_mids - filled * arrived),
        paper=paper,
        real=paper - total,
    )


def average_price(trades: Sequence[Sequence[float]]) -> Fraction | None:
    """The volume-weighted average price of trades, rows of price > 0 [$] and volume >= 0 [shares]; None without volume.

    Raises Invalid: a row is not of two numbers, or a number breaks its rule.
    """
    value, volume = Fraction(0), Fraction(0)
    for place, row in enumerate(rows("trades", trades, Sequence)):
        if len(row) != 2:
            raise Invalid(f"trades.{place}", "a price and a volume", row)
        price, traded = above_0(f"trades.{place}.0", row[0]), decimal(f"trades.{place}.1", row[1])
        if traded < 0:
            raise Invalid(f"trades.{place}.1", "0 or more", row[1])
        value, volume = value + price * traded, volume + traded
    return value / volume if volume else None


def _fill(field: str, row: Mapping[str, float]) -> tuple[Fraction, Fraction, Fraction]:
    x, price, mid = (above_0(f"{field}.{name}", row.get(name)) for name in FILL)  # type: ignore[arg-type]
    return x, price, mid


def above_0(field: str, value: float) -> Fraction:
    """A number above 0, exactly. Raises Invalid."""
    positive(field, value)
    return decimal(field, value)
