"""Bodies and answers of the risk controls."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StrictStr

from metaorder.api.schemas import Body, Decimal, Name, Quantity, Text
from metaorder.api.shapes import Reply

AccountName = Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
MarketName = Annotated[StrictStr, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
Symbol = Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[!-~]+$")]
Symbols = Annotated[list[Symbol], Field(max_length=1_000)]
Count = Annotated[StrictInt, Field(ge=0, le=10**15)]
Set = Literal["open", "desk"]


class ReachIn(Body):
    """Whom it concerns: all that is named must hold; nothing named means everybody."""

    account: AccountName | None = None
    market: MarketName | None = None
    symbol: Symbol | None = None
    parent_id: Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z]+$")] | None = None


class KillIn(ReachIn):
    """Whose orders are killed, and why."""

    reason: Text = "pulled by hand"


class HeartbeatIn(Body):
    """A sign of life. timeout_s: after so long without another the account's orders stop; 0 disarms it."""

    timeout_s: Annotated[StrictInt, Field(ge=0, le=3_600)] = 60


class LimitsIn(Body):
    """Limits of an account. What is left out is as in the set; null means no such limit."""

    account: AccountName | None = None
    set: Set = "open"
    permitted_symbols: Symbols | None = None
    restricted_symbols: Symbols = Field(default_factory=list)
    max_quantity: Quantity = 10_000_000
    max_notional: Decimal = "1000000000"
    max_adv_share: Decimal | None = None
    price_collar: Decimal | None = None
    max_impact_bps: Decimal | None = None
    max_gross_notional: Decimal | None = None
    max_position: Count | None = None
    max_duplicates: Count | None = None
    duplicate_window_s: Annotated[StrictInt, Field(ge=1, le=3_600)] = 5
    max_open_orders: Count = 1_000
    max_child_quantity: Quantity | None = None
    max_child_notional: Decimal | None = None
    max_open_children: Count | None = None
    max_children_per_5_min: Count | None = None
    max_children_per_s: Quantity | None = None
    max_data_age_s: Quantity | None = None
    max_rejects_in_10_s: Quantity | None = None
    max_loss: Decimal | None = None


class ReachOut(Reply):
    """Whom a latch concerns: all that is named must hold."""

    account: Name | None
    market: str | None
    symbol: str | None
    parent_id: str | None


class SwitchOut(Reply):
    """The kill switch. killed: whether any latch is shut now. kill_seq: the journal position from which this holds."""

    killed: bool
    kill_seq: int
    latches: list[ReachOut]


class HeartbeatOut(Reply):
    """How long the account may be silent [s]; 0: as long as it likes."""

    timeout_s: int


class LimitsOut(Reply):
    """What an account may do; null: no such limit. latches: kill latches that are shut. heartbeat_s: 0: not armed."""

    account: str
    permitted_symbols: list[str] | None
    restricted_symbols: list[str]
    max_quantity: int
    max_notional: str
    max_adv_share: str | None
    price_collar: str | None
    max_impact_bps: str | None
    max_gross_notional: str | None
    max_position: int | None
    max_duplicates: int | None
    duplicate_window_s: int
    max_open_orders: int
    max_child_quantity: int | None
    max_child_notional: str | None
    max_open_children: int | None
    max_children_per_5_min: int | None
    max_children_per_s: int | None
    max_data_age_s: int | None
    max_rejects_in_10_s: int | None
    max_loss: str | None
    latches: list[ReachOut]
    heartbeat_s: int


def given(body: LimitsIn) -> dict[str, Any]:
    """The limits that a client has named."""
    return body.model_dump(mode="json", exclude_unset=True, exclude={"account", "set"})
