"""An instrument: the grid of its prices and quantities, its currency, its calendar and its fees."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from metaorder.domain.errors import Invalid
from metaorder.domain.units import Lots, Points, Ticks

BPS = 10_000
"""Basis points in a whole."""


class FeeUnit(StrEnum):
    """What a fee is charged on: each unit that trades [currency per unit], or the notional [basis points]."""

    PER_UNIT = "per_unit"
    BPS = "bps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What is traded, and on which grid.

    mic: the exchange whose calendar holds, ISO 10383.
    tick_size: the smallest step of an order's price [currency per unit].
    unit_size: what one unit of quantity is of the asset: 1 share or contract, 0.001 of a coin. Quantities are whole units.
    lot_size: units in a lot, the smallest tradable quantity [units].
    points_per_tick: steps of the tape within a tick, even, so that mids and midpoint prints are exact [count].
    multiplier: currency per 1 of the asset and per 1 of price; 1 for shares and coins, 50 for an ES contract.
    min_child: the smallest child order that is worth sending [lots].
    taker_fee, maker_fee: paid by us, negative = a rebate, in the unit that fee_unit names.
    """

    symbol: str
    mic: str
    currency: str
    tick_size: Decimal
    unit_size: Decimal = Decimal(1)
    lot_size: int = 1
    points_per_tick: int = 100
    multiplier: int = 1
    min_child: Lots = Lots(1)
    taker_fee: Decimal = Decimal(0)
    maker_fee: Decimal = Decimal(0)
    fee_unit: FeeUnit = FeeUnit.PER_UNIT

    def __post_init__(self) -> None:
        if not self.tick_size.is_finite() or self.tick_size <= 0:
            raise Invalid("tick_size", "greater than 0", str(self.tick_size))
        if not self.unit_size.is_finite() or self.unit_size <= 0:
            raise Invalid("unit_size", "greater than 0", str(self.unit_size))
        if self.lot_size < 1:
            raise Invalid("lot_size", "at least 1", self.lot_size)
        if self.points_per_tick < 2 or self.points_per_tick % 2:
            raise Invalid("points_per_tick", "even and at least 2", self.points_per_tick)
        if Fraction(self.point_size) * self.points_per_tick != Fraction(self.tick_size):
            raise Invalid("points_per_tick", f"a divisor of the tick size {self.tick_size} in decimals", self.points_per_tick)
        if self.multiplier < 1:
            raise Invalid("multiplier", "at least 1", self.multiplier)
        if self.min_child < 1:
            raise Invalid("min_child", "at least 1", self.min_child)
        for field, fee in (("taker_fee", self.taker_fee), ("maker_fee", self.maker_fee)):
            if self.fee_unit is FeeUnit.BPS and not (fee.is_finite() and abs(fee) < BPS):
                raise Invalid(field, f"between -{BPS} and {BPS} bps, both excluded", str(fee))
            if self.fee_unit is FeeUnit.PER_UNIT and not (fee.is_finite() and self._per_lot(fee).denominator == 1):
                raise Invalid(field, f"a multiple of the tape's price step {self.money_size / self.lot_size}", str(fee))

    @property
    def point_size(self) -> Decimal:
        """The smallest step of a price on the tape [currency per unit]."""
        return self.tick_size / self.points_per_tick

    @property
    def money_size(self) -> Decimal:
        """What one point of price on one lot is worth [currency]. Money is counted in these."""
        return self.point_size * self.lot_size * self.unit_value

    @property
    def unit_value(self) -> Decimal:
        """What 1 of price on one unit of quantity is worth [currency]."""
        return self.unit_size * self.multiplier

    def points(self, ticks: Ticks) -> Points:
        """A price in ticks as points of the tape."""
        return Points(ticks * self.points_per_tick)

    def fee(self, price: Ticks, lots: Lots, *, maker: bool) -> int:
        """What a fill costs in fees, negative = a rebate [points x lots].

        Per unit it is exact. In basis points of the notional it is rounded half-even to `money_size`, fill by fill.
        """
        rate = self.maker_fee if maker else self.taker_fee
        if self.fee_unit is FeeUnit.PER_UNIT:
            return int(self._per_lot(rate)) * lots
        return round(Fraction(rate) * abs(self.points(price)) * lots / BPS)

    def _per_lot(self, fee: Decimal) -> Fraction:
        """A fee per unit [currency per unit] in points per lot."""
        return Fraction(fee) * self.lot_size / Fraction(self.money_size)
