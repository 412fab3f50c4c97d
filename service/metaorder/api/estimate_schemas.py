"""Bodies about what is expected: an instrument's profile, and an order that is to be estimated."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictFloat, StrictInt, StrictStr, model_validator

from metaorder.api.schemas import BIG, Body, Decimal, ParentOrderIn, Text, Time, Weight
from metaorder.domain.order import MAX_CLIENT_ID

Number = Annotated[StrictFloat | StrictInt, Field(ge=0, le=1e9)]
Errors = Annotated[dict[Annotated[StrictStr, Field(max_length=40)], Number], Field(max_length=20)]


class ImpactIn(Body):
    """What own trading does to the price, as `docs/estimates.md` writes it.

    `power`: permanent = gamma sigma X / V, temporary = eta sigma (rate / V)^exponent. `almgren_2005`: the coefficients that the
    paper states, with `outstanding` shares. `square_root`: the price moves by coefficient sigma (X / V)^exponent, at any speed.
    """

    law: Literal["power", "almgren_2005", "square_root"] = "power"
    permanent: Number | None = Field(None, description="gamma")
    temporary: Number | None = Field(None, description="eta")
    exponent: Annotated[StrictFloat | StrictInt, Field(gt=0, le=1)] | None = Field(
        None, description="beta; 1 is linear. Of square_root 1/2"
    )
    coefficient: Number | None = Field(None, description="Y of the square-root law")
    outstanding: Annotated[StrictInt, Field(ge=1, le=BIG)] | None = None
    errors: Errors | None = Field(None, description="standard errors of permanent, temporary, exponent, coefficient")

    @model_validator(mode="before")
    @classmethod
    def _half(cls, stated: Any) -> Any:
        """The square-root law's exponent is what its name says unless it is stated."""
        if isinstance(stated, dict) and stated.get("law") == "square_root" and stated.get("exponent") is None:
            return {**stated, "exponent": 0.5}
        return stated

    @model_validator(mode="after")
    def _whole(self) -> ImpactIn:
        coefficients = (self.permanent, self.temporary, self.exponent)
        if self.law == "square_root":
            if self.coefficient is None or (self.permanent, self.temporary, self.outstanding) != (None, None, None):
                raise ValueError("square_root needs coefficient, and no permanent, temporary or outstanding")
            return self
        if self.coefficient is not None:
            raise ValueError("coefficient is of square_root alone")
        if self.law == "power" and None in coefficients:
            raise ValueError("the power law needs permanent, temporary and exponent")
        if self.law == "almgren_2005" and (self.outstanding is None or coefficients != (None, None, None)):
            raise ValueError("almgren_2005 needs outstanding and has its own coefficients")
        return self


class KnownIn(Body):
    """What is known of an instrument: all of it optional, in units and in the instrument's currency."""

    adv: Annotated[StrictInt, Field(ge=1, le=BIG, description="a usual day's volume [units]")] | None = None
    sigma_per_sqrt_day: Annotated[StrictFloat | StrictInt, Field(gt=0, le=10, description="fraction")] | None = None
    median_spread: Annotated[Decimal, Field(description="in currency")] | None = None
    volume_sd: Annotated[StrictFloat, Field(ge=0, le=5, description="of its log, around the forecast")] | None = None
    curve: Annotated[list[Weight], Field(min_length=1, max_length=1_000, description="over the session")] | None = None
    impact: ImpactIn | None = None
    errors: Errors | None = Field(None, description="standard errors by the name of the parameter")
    source: Text | None = None


class EstimateModelIn(KnownIn):
    """What the estimate is to use; what is absent comes from the profile, then from the market.

    With `calibration_id` what is not stated is first taken from that calibration, as far as it identified it.
    """

    calibration_id: Annotated[StrictStr, Field(min_length=1, max_length=40)] | None = None
    alpha_bps: Annotated[StrictFloat | StrictInt, Field(ge=-10_000, le=10_000)] | None = Field(
        None, description="expected move of the price, up = +, regardless of side"
    )
    alpha_horizon_s: Annotated[StrictInt, Field(ge=1, le=86_400)] | None = Field(None, description="default: the window")
    crossing_share: Annotated[StrictFloat | StrictInt, Field(ge=0, le=1)] | None = Field(
        None, description="share that crosses the spread; default 1, the upper bound"
    )


class ProfileIn(KnownIn):
    """An instrument's profile. Each change makes a new version; orders carry the one that they came in under.

    With `calibration_id` what is not stated is taken from that calibration, as far as it identified it, and kept here.
    """

    as_of: Time | None = None
    source: Text | None = None
    calibration_id: Annotated[StrictStr, Field(min_length=1, max_length=40)] | None = None

    @model_validator(mode="after")
    def _said_by(self) -> ProfileIn:
        if self.calibration_id is None and (self.as_of is None or self.source is None):
            raise ValueError("as_of and source are stated, or a calibration_id")
        return self


class EstimateIn(ParentOrderIn):
    """A parent order that is not sent; `client_order_id` may be left out."""

    client_order_id: Annotated[StrictStr, Field(min_length=1, max_length=MAX_CLIENT_ID)] = "estimate"
    model: EstimateModelIn | None = None

    @model_validator(mode="after")
    def _first(self) -> EstimateIn:
        if self.estimate_id is not None:
            raise ValueError("an estimate refers to no other")
        return self
