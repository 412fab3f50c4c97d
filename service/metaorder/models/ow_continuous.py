"""Obizhaeva and Wang: a block at the start, a steady rate as the book refills, and a block at the end."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import finite, not_negative, positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Refilling:
    """A book of even depth that refills after a trade, and the order that meets it.

    shares: X, to buy; negative to sell [shares]. horizon: T > 0 [time]. resilience: rho >= 0 [1/time].
    depth: q > 0 [shares/$]. permanent: lambda in [0, 1/q] [$/share]. spread: s >= 0 [$/share]. price: F0, at the start [$/share].
    Raises Invalid: a number breaks its rule.
    """

    shares: float
    horizon: float
    resilience: float
    depth: float
    permanent: float
    spread: float
    price: float

    def __post_init__(self) -> None:
        finite("shares", self.shares)
        positive("horizon", self.horizon)
        not_negative("resilience", self.resilience)
        positive("depth", self.depth)
        if not 0 <= finite("permanent", self.permanent) <= 1 / self.depth:
            raise Invalid("permanent", f"in [0, {1 / self.depth}]: the book moves by 1/depth at once", self.permanent)
        not_negative("spread", self.spread)
        finite("price", self.price)

    @property
    def kappa(self) -> float:
        """The part of the impact that fades, 1/q - lambda [$/share^2]."""
        return 1 / self.depth - self.permanent

    @property
    def permanent_cost(self) -> float:
        """What no schedule changes, lambda X^2 / 2 [$]."""
        return self.permanent * self.shares**2 / 2

    def payment(self, transient: float) -> float:
        """All that is paid (received, for a sale): (F0 + s/2) X + lambda X^2 / 2 + the transient cost [$]."""
        return self.price * self.shares + self.spread / 2 * abs(self.shares) + self.permanent_cost + transient


@dataclass(frozen=True, slots=True)
class Blocks:
    """The optimum. block: shares at once at the start, and again at the end. rate: in between [shares/time].

    transient: cost of the impact that fades [$]. payment: all that is paid [$]. slippage: payment less F0 X [$].
    """

    block: float
    rate: float
    transient: float
    payment: float
    slippage: float


def optimal(order: Refilling) -> Blocks:
    """The cheapest way to buy X by T when the book refills at a rate rho.

        x_0 = x_T = X / (rho T + 2),  rate = rho X / (rho T + 2),  cost = kappa X^2 / (rho T + 2),  kappa = 1/q - lambda

    It trades just as fast as the book refills, and so the impact stays level. Without resilience two equal blocks are as good as
    anything; permanent impact changes nothing but the bill.

    Source: Obizhaeva and Wang, Optimal trading strategy and supply/demand dynamics, Journal of Financial Markets 16 (2013),
    Proposition 3 and section 6.
    """
    block = order.shares / (order.resilience * order.horizon + 2)
    transient = order.kappa * order.shares * block
    slippage = order.spread / 2 * abs(order.shares) + order.permanent_cost + transient
    return Blocks(block, order.resilience * block, transient, order.payment(transient), slippage)
