"""Bodies that clients send. Unknown fields are refused; prices and rates are decimal strings."""

from __future__ import annotations

import decimal
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from metaorder.domain.adaptation import AdaptationMode
from metaorder.domain.instrument import FeeUnit
from metaorder.domain.order import MAX_CLIENT_ID, AtClose, Benchmark, ChildSizes, ParticipationMode, Placement, Side
from metaorder.domain.principal import Scope

MOST_TAGS = 20
BIG = 10**15
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

Decimal = Annotated[StrictStr, Field(max_length=31, pattern=r"^-?\d+(\.\d+)?$", examples=["580.00"])]


def _number_as_text(value: Any) -> Any:
    """A JSON number as the decimal that it was written as."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(decimal.Decimal(repr(value)), "f")
    return value


Rate = Annotated[
    StrictStr,
    BeforeValidator(_number_as_text, json_schema_input_type=StrictStr | float),
    Field(max_length=12, pattern=r"^\d+(\.\d+)?$", examples=["0.20"]),
]
Time = Annotated[StrictStr, Field(max_length=40, examples=["2012-06-21T14:00:00Z"])]
Quantity = Annotated[StrictInt, Field(ge=1, le=BIG)]
Text = Annotated[StrictStr, Field(max_length=200)]
Name = Annotated[StrictStr, Field(min_length=1, max_length=40)]
Speed = Annotated[StrictFloat | StrictInt, Field(gt=0, le=1_000_000)] | Literal["max"]
Weight = Annotated[StrictInt, Field(ge=0, le=10**12)]
ValidUntil = Annotated[
    StrictStr | None,
    Field(max_length=40, description="by the server's clock: what has not been taken by then is refused, 409 `too_late`"),
]
ClientId = Annotated[StrictStr, Field(min_length=1, max_length=MAX_CLIENT_ID, description="unique per account, for ever")]


class Body(BaseModel):
    """A body that holds what it says and nothing else: no unknown field, no control character, no half of a character."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _text_is_text(cls, given: Any) -> Any:
        waiting = [given]
        while waiting:
            value = waiting.pop()
            if isinstance(value, str) and _NO_TEXT.search(value):
                raise ValueError(f"text holds no control characters and no lone surrogates, was {value!a}")
            if isinstance(value, dict):
                waiting += [*value, *value.values()]
            elif isinstance(value, list):
                waiting += value
        return given


class ScheduleBandIn(Body):
    """How far the order may be off its schedule, as shares of the quantity."""

    behind: Rate = "0.02"
    ahead: Rate = "0.02"


class DarkIn(Body):
    """What of an order may rest at the midpoint of the market's dark pool, beside its children at lit venues."""

    max_fraction: Rate = Field(description="of the order that may fill there, and of what remains that may rest; above 0")
    min_quantity: Quantity | None = Field(None, description="the fewest that it takes from one counterparty")


class AuctionIn(Body):
    """What of an order goes to the closing auction of the market: `limit` within its limit price, `market` where it has none."""

    close: AtClose
    max_share: Rate = Field(default="0.10", description="the largest share of what is expected to trade there")


class PriceAdaptationIn(Body):
    """How the schedule moves with the mid, own impact left out, against its arrival: docs/api.md."""

    mode: AdaptationMode
    slope_per_bp: Rate = Field(description="share of the quantity for each basis point; above 0")
    max_shift: Rate = Field("0.10", description="share of the quantity, either way, at most; above 0")


VenueIds = Annotated[list[Annotated[StrictStr, Field(min_length=1, max_length=20)]], Field(min_length=1, max_length=64)]


class VenuesIn(Body):
    """Where children may go: to the venues of `allow` alone, or to all but those of `deny`. Exactly one of both, each id once."""

    allow: VenueIds | None = None
    deny: VenueIds | None = None

    def stated(self) -> dict[str, list[str]]:
        """What is stated of both."""
        return {name: named for name, named in (("allow", self.allow), ("deny", self.deny)) if named is not None}


HistoryDays = Annotated[
    StrictInt | None,
    Field(
        ge=1, le=90, description="it begins with what the account's orders of the last days met at the venues; null: with nothing"
    ),
]


class ParentOrderIn(Body):
    """A parent order. Give `end_time`, or `duration_s` in its place; without `start_time` it starts now."""

    client_order_id: Annotated[
        StrictStr, Field(min_length=1, max_length=MAX_CLIENT_ID, description="unique per account, for ever")
    ]
    market: Annotated[StrictStr, Field(min_length=1, max_length=80)]
    symbol: Name
    side: Side
    quantity: Quantity
    algo: Name
    params: dict[str, Any] = Field(default_factory=dict, description="see GET /v1/algos")
    start_time: Time | None = None
    end_time: Time | None = None
    duration_s: Annotated[StrictInt, Field(ge=1, le=86_400)] | None = None
    limit_price: Decimal | None = None
    max_participation: Rate | None = Field(None, description="share of the market's volume, own trading included; default 0.20")
    participation_mode: ParticipationMode = ParticipationMode.HARD
    min_child_quantity: Quantity | None = None
    max_child_quantity: Quantity | None = None
    must_complete: StrictBool = False
    benchmark: Benchmark = Benchmark.ARRIVAL
    urgency: Rate | None = Field(None, description="0 patient … 1 as fast as the cap allows; default 0.5")
    schedule_band: ScheduleBandIn = ScheduleBandIn()
    preset: Name | None = Field(None, description="terms by name, see GET /v1/presets; what the body states comes first")
    i_would_price: Decimal | None = Field(None, description="while the far touch is here or better, take what it shows")
    i_would_max_share: Rate = Field("1", description="share of the quantity that may be done so")
    price_discretion_ticks: Annotated[StrictInt, Field(ge=0, le=1_000)] = Field(
        0, description="how far past its price a child that would rest may take"
    )
    min_participation: Rate | None = Field(None, description="least share of the market's volume, own trading included")
    blackouts: Annotated[list[tuple[Time, Time]], Field(max_length=50)] = Field(
        default_factory=list, description="stretches from, to in which nothing is sent and nothing rests"
    )
    display_quantity: Quantity | None = Field(None, description="the most that rests at once")
    child_sizes: ChildSizes = Field(ChildSizes.WHOLE, description="drawn: sizes of children at rest do not show the order")
    dark: DarkIn | None = Field(None, description="a part of the order rests in the dark pool of the market")
    auction: AuctionIn | None = Field(None, description="a part of the order goes to the closing auction")
    venues: VenuesIn | None = Field(None, description="where children may go; absent: to every venue of the symbol")
    venue_history_days: HistoryDays = None
    placement: Placement = Field(Placement.AUTO, description="how children stand in the market, see docs/routing.md")
    price_adaptation: PriceAdaptationIn | None = Field(None, description="the schedule moves with the price")
    decision_time: Time | None = None
    decision_price: Decimal | None = None
    tags: Annotated[dict[Text, Text], Field(max_length=MOST_TAGS)] = Field(default_factory=dict)
    estimate_id: Annotated[StrictStr, Field(max_length=40)] | None = Field(None, description="the estimate that led here")
    valid_until: ValidUntil = None


class AmendIn(Body):
    """New terms of an order; what is absent stays. `limit_price` null removes the limit."""

    quantity: Quantity | None = None
    limit_price: Decimal | None = None
    end_time: Time | None = None
    params: dict[str, Any] | None = None
    urgency: Rate | None = None
    i_would_price: Decimal | None = Field(None, description="null removes it")
    price_discretion_ticks: Annotated[StrictInt, Field(ge=0, le=1_000)] | None = None
    price_adaptation: PriceAdaptationIn | None = Field(None, description="null removes it")
    valid_until: ValidUntil = None


class PauseIn(Body):
    """How to pause."""

    cancel_open: StrictBool = False


class SettleIn(Body):
    """How a dispute ends. disputed_quantity: as the order shows it. traded_quantity: what of it its venues did fill."""

    disputed_quantity: Annotated[StrictInt, Field(ge=1, le=BIG)]
    traded_quantity: Annotated[StrictInt, Field(ge=0, le=BIG)]

    @model_validator(mode="after")
    def _within(self) -> SettleIn:
        if self.traded_quantity > self.disputed_quantity:
            raise ValueError("traded_quantity must be at most disputed_quantity")
        return self


class CancelAllIn(Body):
    """Which orders to cancel: all of the account, or those of one market."""

    market: Annotated[StrictStr, Field(max_length=80)] | None = None


class FeesIn(Body):
    """What a venue charges: per unit in the instrument's currency, or in basis points of the notional; negative = a rebate."""

    unit: FeeUnit = FeeUnit.PER_UNIT
    taker: Decimal
    maker: Decimal


class InstrumentIn(Body):
    """What a file trades, where it does not say: the grid of prices and quantities, and what we pay.

    `unit_size` is what one unit of quantity is of the asset: "0.001" counts a coin in thousandths.
    """

    tick_size: Decimal
    unit_size: Decimal = "1"
    lot_size: Annotated[StrictInt, Field(ge=1, le=BIG)] = 1
    multiplier: Annotated[StrictInt, Field(ge=1, le=10**9)] = 1
    currency: Annotated[StrictStr, Field(min_length=3, max_length=10)] = "USD"
    mic: Annotated[StrictStr, Field(min_length=1, max_length=20, description="the exchange whose calendar holds")] = "XXXX"
    taker_fee: Decimal = "0"
    maker_fee: Decimal = "0"


class ExponentialIn(Body):
    """Impact that halves in a fixed time. source: what it was calibrated on."""

    kernel: Literal["exponential"]
    half_life_s: Annotated[StrictFloat | StrictInt, Field(gt=0, le=10**7)]
    source: Annotated[StrictStr, Field(min_length=1, max_length=200)]


class PowerLawIn(Body):
    """Impact of which (1 + t/tau)^-beta is left. source: what it was calibrated on."""

    kernel: Literal["power_law"]
    tau_s: Annotated[StrictFloat | StrictInt, Field(gt=0, le=10**7)]
    beta: Annotated[StrictFloat | StrictInt, Field(gt=0, le=10)]
    source: Annotated[StrictStr, Field(min_length=1, max_length=200)]


class SourceIn(Body):
    """A recorded day of a symbol at a venue: one of the floors of a replay. What it does not state is as the market states it.

    `venue` is the instrument's exchange unless it is named; two recordings of one symbol are two venues.
    """

    source: Annotated[StrictStr, Field(min_length=1, max_length=500)]
    format: Annotated[StrictStr, Field(max_length=40)]
    symbol: Name
    venue: Annotated[StrictStr, Field(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9][A-Za-z0-9._]*$")] | None = None
    instrument: InstrumentIn | None = None
    fees: FeesIn | None = None
    volume_curve: Annotated[list[Weight], Field(min_length=1, max_length=1_000)] | None = None
    latency_ms: Annotated[float, Field(ge=0.001, le=10_000)] = 1.0
    latency_jitter_ms: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    report_latency_ms: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    report_latency_jitter_ms: Annotated[float, Field(ge=0, le=10_000)] = 0.0


class MarketIn(Body):
    """A market session: a recorded day, or a simulated one."""

    id: Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    kind: Literal["replay", "simulated"]
    speed: Speed = "max"
    symbol: Annotated[StrictStr, Field(min_length=1, max_length=40)] | None = None
    symbols: (
        Annotated[list[Annotated[StrictStr, Field(min_length=1, max_length=40)]], Field(min_length=1, max_length=1)] | None
    ) = None
    format: Annotated[StrictStr, Field(max_length=40)] | None = None
    source: Annotated[StrictStr, Field(min_length=1, max_length=500)] | None = None
    sources: (
        Annotated[
            list[SourceIn],
            Field(
                min_length=1, max_length=32, description="in the place of source, format and symbol: one clock for all of them"
            ),
        ]
        | None
    ) = None
    hidden: Literal["central", "pessimistic"] = "central"
    queue: Literal["pessimistic", "central", "optimistic"] = Field(
        "central", description="levels only: who cancels where we rest, those behind us, all alike, or those ahead"
    )
    spread_ticks: Annotated[StrictInt, Field(ge=1, le=10_000, description="trades or bars only: the profile's spread")] = 1
    volume_share: Annotated[Rate, Field(description="trades or bars only: our most of what trades there")] = "0.1"
    impact_decay: Annotated[ExponentialIn | PowerLawIn, Field(discriminator="kernel")] | None = Field(
        None, description="how what our takes displace fades, as you have calibrated it: the central case of impact_bounds"
    )
    instrument: InstrumentIn | None = None
    volume_curve: Annotated[list[Annotated[StrictInt, Field(ge=0, le=10**12)]], Field(min_length=1, max_length=1_000)] | None = (
        None
    )
    seed: Annotated[StrictInt, Field(ge=0, lt=2**63)] | None = None
    date: Annotated[StrictStr, Field(max_length=10)] | None = None
    scenario: Annotated[StrictStr, Field(max_length=40, description="a preset's name; simulated markets alone")] | None = None
    parameters: (
        Annotated[dict[str, Any], Field(max_length=100, description="parameters of the scenario in the place of the preset's")]
        | None
    ) = None
    latency_ms: Annotated[float, Field(ge=0.001, le=10_000, description="from sending to arrival, at least")] = 1.0
    latency_jitter_ms: Annotated[float, Field(ge=0, le=10_000, description="on top of it, uniform from 0 to this")] = 0.0
    report_latency_ms: Annotated[float, Field(ge=0, le=10_000, description="from an event to its report, at least")] = 0.0
    report_latency_jitter_ms: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    latency_seed: Annotated[StrictInt, Field(ge=0, lt=2**63)] = 1
    fees: FeesIn | None = Field(None, description="default: the market's own")
    previous_close: (
        Annotated[dict[str, Decimal], Field(max_length=32, description="of each symbol: a benchmark of its orders")] | None
    ) = None


class SpeedIn(Body):
    """A market's new speed: times real time, or as fast as possible."""

    speed: Speed


class KeyIn(Body):
    """A key to be made. Its account is the maker's, unless it names another."""

    name: Annotated[StrictStr, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Scope], Field(min_length=1)]
    expires_at: Time | None = Field(None, description="by the server's clock; absent: it holds until it is revoked")
    account: Annotated[StrictStr, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None


class RotateIn(Body):
    """How long the key that is followed still holds, so that its holders can change to the next one."""

    overlap_s: Annotated[StrictInt, Field(ge=0, le=30 * 86_400)] = 3_600
    expires_at: Annotated[Time | None, Field(description="of the new key; absent: it holds until it is revoked")] = None
