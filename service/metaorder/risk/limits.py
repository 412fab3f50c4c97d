"""Limits of an account: what it may ask for at all, and what its orders may do at the gate. Every one can be switched off."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from metaorder.domain.errors import Invalid

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


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

    def __post_init__(self) -> None:
        """Refuse limits that limit nothing by mistake.

        Raises:
            Invalid: a limit that is negative or not finite; 0 is allowed: it means none at all.
        """
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, int | Decimal) and (not Decimal(value).is_finite() or value < 0):
                raise Invalid(each.name, "finite and 0 or more", value)


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
        """The same of all of them.

        Raises:
            Invalid: a limit that is negative or not finite, or duplicates are counted over no time.
        """
        GateLimits.__post_init__(self)
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


def read(doc: Mapping[str, Any]) -> Limits:
    """The limits that a document holds; what it lacks from an earlier day has its default.

    Raises:
        Invalid: a name that is no limit, a value of another type than the limit's, or one that cannot be.
    """
    return Limits(**_typed(Limits, doc))


def read_gate(doc: Mapping[str, Any]) -> GateLimits:
    """The limits of the gate that a document holds.

    Raises:
        Invalid: as `read`.
    """
    return GateLimits(**_typed(GateLimits, doc))


def _out(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return list(value) if isinstance(value, tuple) else value


def _typed(kind: type[GateLimits], doc: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says, in the types of the limits."""
    kinds = {each.name: str(each.type) for each in fields(kind)}
    made = {}
    for name, value in doc.items():
        if name not in kinds:
            raise Invalid(name, f"one of {', '.join(kinds)}", value)
        made[name] = _in(name, value, kinds[name])
    return made


def _in(name: str, value: Any, kind: str) -> Any:
    what, _, or_null = kind.partition(" | ")
    if value is None and or_null:
        return None
    words, reader = _READERS[what]
    found = reader(value)
    if found is None:
        raise Invalid(name, f"{words} or null" if or_null else words, value)
    return found


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _decimal(value: Any) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) and _PLAIN.fullmatch(value) else None


def _symbols(value: Any) -> tuple[str, ...] | None:
    listed = isinstance(value, list | tuple) and all(isinstance(each, str) and each for each in value)
    return tuple(value) if listed else None


_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "int": ("a whole number", _whole),
    "Decimal": ("a plain decimal as text", _decimal),
    "tuple[str, ...]": ("a list of symbols", _symbols),
}
"""How a limit stands in a document, by its type: in words, and read; None where it is something else."""
