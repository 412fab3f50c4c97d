"""Kill latches: what is shut, for everybody or for one account, market, symbol or order, until it is rearmed."""

from __future__ import annotations

from dataclasses import dataclass, fields

from metaorder.domain.order import ParentOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a kill concerns: all that is named must hold; nothing named means everybody. market: by name or by session."""

    account: str | None = None
    market: str | None = None
    symbol: str | None = None
    parent: str | None = None

    def covers(self, order: ParentOrder) -> bool:
        """Whether an order is concerned."""
        return (
            self.account in (None, order.account)
            and self.market in (None, order.market, order.session)
            and self.symbol in (None, order.symbol)
            and self.parent in (None, order.id)
        )

    @property
    def name(self) -> str:
        """What the latch is called where it is kept."""
        named = [f"{each.name}={getattr(self, each.name)}" for each in fields(self) if getattr(self, each.name) is not None]
        return " ".join(["killed", *named])

    @property
    def text(self) -> str:
        """Whom it concerns, in words."""
        return self.name.removeprefix("killed").strip() or "everybody"


EVERYBODY = Reach()


def named(name: str) -> Reach:
    """The latch of a name."""
    return Reach(**dict(part.split("=", 1) for part in name.split(" ")[1:]))


class Latches:
    """The latches that are shut."""

    def __init__(self, shut: set[Reach] | None = None) -> None:
        self._shut = set(shut or ())

    @property
    def shut(self) -> list[Reach]:
        """Every latch that is shut, by name."""
        return sorted(self._shut, key=lambda reach: reach.name)

    def shut_at(self, reach: Reach) -> None:
        """Shut a latch."""
        self._shut.add(reach)

    def open_at(self, reach: Reach) -> None:
        """Open a latch; the others stay as they are."""
        self._shut.discard(reach)

    def barring(self, order: ParentOrder) -> Reach | None:
        """The first latch that concerns an order, or None."""
        return next((reach for reach in self.shut if reach.covers(order)), None) if self._shut else None
