"""Limits of an account: what it may ask for at all, and what its orders may do at the gate. Every one can be switched off."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from metaorder.domain.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """What the children of an account's orders may do; a session is told of them by a command. None: no such limit.

    max_child_quantity: of a child [units]. max_child_notional: of a child at its price [currency].
    max_open_children: children of one parent that are not terminal [count].
    max_children_per_5_min: children of one parent in five minutes of market time [count].
    max_children_per_s: children of one parent in a second of market time; what is more leaves later [count].
    max_data_age_s: how long ago a venue's data last came, whatever they said; nothing is sent on older ones [seconds].
    max_rejects_in_10_s: refusals of venues in a row, within ten seconds of market time [count].
    max_loss: realised and marked loss of the account in one symbol of one session [currency].
    """

    max_child_quantity: int | None = None
    max_child_notional: Decimal | None = None
    max_open_children: int | None = None
    max_children_per_5_min: int | None = None
    max_children_per_s: int | None = None
    max_data_age_s: int | None = None
    max_rejects_in_10_s: int | None = None
    max_loss: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(GateLimits):
    """What an account may do. None: no such limit. A limit whose input is missing refuses: it fails closed.

    permitted_symbols: those alone. restricted_symbols: never these.
    max_quantity: of a parent [units]. max_notional: of a parent at its worst price [currency].
    max_adv_share: of a parent, as a share of the volume of a usual day.
    price_collar: how far past the mid a limit price may lie, as a share of it.
    max_impact_bps: own impact of a parent by the square-root law [basis points].
    max_gross_notional: open at the worst price and filled, of all orders in sessions that are not over [currency].
    max_position: of a symbol in a session, in either direction, with all that is open filled [units].
    max_duplicates, duplicate_window_s: orders that are alike but for their id, within so many seconds [count].
    max_open_orders: parents that are not terminal [count].
    """

    permitted_symbols: tuple[str, ...] | None = None
    restricted_symbols: tuple[str, ...] = ()
    max_quantity: int = 10_000_000
    max_notional: Decimal = Decimal(1_000_000_000)
    max_adv_share: Decimal | None = None
    price_collar: Decimal | None = None
    max_impact_bps: Decimal | None = None
    max_gross_notional: Decimal | None = None
    max_position: int | None = None
    max_duplicates: int | None = None
    duplicate_window_s: int = 5
    max_open_orders: int = 1_000

    def __post_init__(self) -> None:
        """Refuse limits that limit nothing by mistake.

        Raises:
            Invalid: a limit that is not positive; 0 is allowed where it means: none at all.
        """
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, int | Decimal) and (not Decimal(value).is_finite() or value < 0):
                raise Invalid(each.name, "finite and 0 or more", value)
        if self.duplicate_window_s < 1:
            raise Invalid("duplicate_window_s", "1 or more", self.duplicate_window_s)

    @property
    def gate(self) -> GateLimits:
        """What of it the gate watches."""
        return GateLimits(**{each.name: getattr(self, each.name) for each in fields(GateLimits)})


OPEN = Limits()
"""What holds where nobody has said otherwise: simulated and replayed markets are for trying things out."""

DESK = Limits(
    max_notional=Decimal(5_000_000),
    max_adv_share=Decimal("0.10"),
    price_collar=Decimal("0.05"),
    max_gross_notional=Decimal(10_000_000),
    max_duplicates=2,
    max_child_notional=Decimal(100_000),
    max_open_children=50,
    max_children_per_5_min=500,
    max_children_per_s=50,
    max_data_age_s=2,
    max_rejects_in_10_s=10,
)
"""What a desk that trades money starts from."""

SETS = {"open": OPEN, "desk": DESK}
"""Sets of limits by name."""


def document(limits: GateLimits) -> dict[str, Any]:
    """Limits as JSON has them: decimals as text, null where there is none."""
    return {each.name: _out(getattr(limits, each.name)) for each in fields(limits)}


def read(doc: dict[str, Any]) -> Limits:
    """The limits that a document holds; what it lacks from an earlier day has its default.

    Raises:
        Invalid: a limit that cannot be.
    """
    kinds = {each.name: str(each.type) for each in fields(Limits)}
    return Limits(**{name: _in(value, kinds[name]) for name, value in doc.items()})


def read_gate(doc: dict[str, Any]) -> GateLimits:
    """The limits of the gate that a document holds."""
    kinds = {each.name: str(each.type) for each in fields(GateLimits)}
    return GateLimits(**{name: _in(value, kinds[name]) for name, value in doc.items()})


def _out(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return list(value) if isinstance(value, tuple) else value


def _in(value: Any, kind: str) -> Any:
    if isinstance(value, str) and "Decimal" in kind:
        return Decimal(value)
    return tuple(value) if isinstance(value, list) else value
