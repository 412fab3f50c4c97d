"""Baskets over REST: several parent orders created together or not at all, looked at as one, and canceled as one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field, StrictBool, StrictInt, StrictStr

from metaorder.api import idempotency
from metaorder.api.auth import Canceler, Ctx, Reader, Trader
from metaorder.api.basket_replies import ACCEPTED, BASKET, CANCEL_REQUESTED
from metaorder.api.context import Context
from metaorder.api.markets import hosted_market
from metaorder.api.paging import reply
from metaorder.api.parent_orders import met, new_order, shown_order
from metaorder.api.problems import body_of, refused
from metaorder.api.schemas import (
    Body,
    ClientId,
    DarkIn,
    Decimal,
    HistoryDays,
    Name,
    ParentOrderIn,
    Quantity,
    Rate,
    ScheduleBandIn,
    Text,
    Time,
    ValidUntil,
    VenuesIn,
)
from metaorder.core.commands import LEG_REFUSED, AcceptBasket, Cancel, Refusal, Unchanged
from metaorder.core.wire import stamp_doc
from metaorder.domain.order import TERMINAL, Benchmark, ChildSizes, ParentId, ParticipationMode, Placement, Side
from metaorder.domain.principal import Principal
from metaorder.ports.journal import Answer, Extra
from metaorder.ports.queries import Row
from metaorder.runtime.fitting import market_facts
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.session import Applied
from metaorder.usecases import baskets
from metaorder.usecases.errors import NotFound, ServiceError, Unprocessable
from metaorder.usecases.jobs import CALIBRATION

router = APIRouter(prefix="/v1/baskets", tags=["baskets"])

BasketId = Annotated[
    StrictStr,
    Field(min_length=1, max_length=48, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="unique per account, for ever"),
]
MOST_TAGS = 20


class LegIn(Body):
    """A leg: what is its own. `client_order_id` is the basket's id and the leg's number, `B-1`, unless it is stated."""

    symbol: Name
    side: Side
    quantity: Quantity
    client_order_id: ClientId | None = None
    limit_price: Decimal | None = None
    max_participation: Rate | None = Field(None, description="default: the basket's")
    min_child_quantity: Quantity | None = None
    max_child_quantity: Quantity | None = None
    display_quantity: Quantity | None = None
    placement: Placement = Placement.AUTO
    child_sizes: ChildSizes = ChildSizes.WHOLE
    dark: DarkIn | None = None
    venues: VenuesIn | None = None


class BasketIn(Body):
    """A basket: legs in one market and one currency, and the terms that they share. Times as of a parent order."""

    basket_id: BasketId
    market: Annotated[StrictStr, Field(min_length=1, max_length=80)]
    legs: Annotated[list[LegIn], Field(min_length=1, max_length=baskets.MOST_LEGS)]
    params: dict[str, Any] = Field(default_factory=dict, description="of the algorithm basket, see GET /v1/algos")
    calibration_id: Annotated[StrictStr, Field(min_length=1, max_length=40)] | None = Field(
        None, description="of kind covariance: its correlation is taken where params states none"
    )
    start_time: Time | None = None
    end_time: Time | None = None
    duration_s: Annotated[StrictInt, Field(ge=1, le=86_400)] | None = None
    max_participation: Rate | None = Field(None, description="of each leg in its own market; default 0.20")
    participation_mode: ParticipationMode = ParticipationMode.HARD
    must_complete: StrictBool = False
    benchmark: Benchmark = Benchmark.ARRIVAL
    urgency: Rate | None = Field(None, description="0 patient … 1 as fast as the cap allows; default 0.5")
    schedule_band: ScheduleBandIn = ScheduleBandIn()
    preset: Name | None = None
    venue_history_days: HistoryDays = None
    blackouts: Annotated[list[tuple[Time, Time]], Field(max_length=50)] = Field(default_factory=list)
    tags: Annotated[dict[Text, Text], Field(max_length=MOST_TAGS)] = Field(default_factory=dict)
    valid_until: ValidUntil = None


@router.post("", status_code=201, responses=ACCEPTED)
async def post_basket(body: BasketIn, principal: Trader, ctx: Ctx) -> Response:
    """Start working a basket: all of its legs, or none.

    201: every leg is durable and past the risk ladder. The same id and body again: 200, and that answer. A leg that is refused
    refuses them all, and `errors` points at it.
    """
    asked, until = idempotency.asked_for(body)
    digest = idempotency.body_hash(asked)
    taken = [leg.client_order_id or f"{body.basket_id}-{place + 1}" for place, leg in enumerate(body.legs)]

    async def create() -> Response:
        params = await _params(ctx, principal, body)
        legs = [_order_in(body, place, params) for place in range(len(body.legs))]
        hosted = await hosted_market(ctx, body.market)
        facts = market_facts(hosted)
        new = [
            new_order(leg, await ctx.queries.profile(principal, leg.symbol), await met(ctx, principal, hosted, leg))
            for leg in legs
        ]
        ids = [ParentId(ctx.ids.sortable()) for _ in legs]
        command = baskets.accept_basket(facts, principal, body.basket_id, new, ids, ctx.clock.now(), digest)
        made, beside = _first_answer(principal, hosted, digest)
        answer = await ctx.service.apply(hosted.spec.id, command, beside, until)
        if isinstance(answer, Refusal):
            raise refused(answer)
        return idempotency.answer_response(made[0], made[0].status)

    names = list(dict.fromkeys(taken))  # a name that stands twice is refused with its place
    key = basket_key(body.basket_id)
    return await idempotency.once(ctx, principal, key, digest, _reserved(ctx, principal, names, taken, digest, create), _other)


@router.get("/{basket_id}", responses=BASKET)
async def get_basket(basket_id: str, principal: Reader, ctx: Ctx) -> Response:
    """A basket: its legs, how far it is, and how far purchases and sales are apart."""
    rows = await _rows(ctx, principal, basket_id)
    return reply(_shown(ctx, basket_id, rows))


@router.post("/{basket_id}/cancel", status_code=202, responses=CANCEL_REQUESTED)
async def cancel_basket(basket_id: str, principal: Canceler, ctx: Ctx) -> Response:
    """Ask for the end of every leg. 202: requested; fills may still come, and only the `parent.canceled` events are final."""
    asked = 0
    for row in await _rows(ctx, principal, basket_id):
        if row["status"] not in TERMINAL and ctx.service.hosted(row["session"]) is not None:
            answer = await ctx.service.apply(row["session"], Cancel(parent=ParentId(row["id"])))
            asked += not isinstance(answer, Refusal | Unchanged)
    rows = await _rows(ctx, principal, basket_id)
    return reply(_shown(ctx, basket_id, rows), 202 if asked or any(row["status"] not in TERMINAL for row in rows) else 200)


def basket_key(name: str) -> str:
    """What a basket's answer is kept under: longer than any client's id of an order."""
    return f"the basket, of which every leg was accepted or none of them was, called {name}"


async def _params(ctx: Context, principal: Principal, body: BasketIn) -> dict[str, Any]:
    """The algorithm's parameters, with the correlation of a calibration where one is named."""
    if body.calibration_id is None:
        return body.params
    row = await ctx.queries.job(principal, CALIBRATION, body.calibration_id)
    result = None if row is None or row["result"] is None else msgspec.json.decode(row["result"])
    return baskets.correlated(body.params, [leg.symbol for leg in body.legs], body.calibration_id, result)


def _order_in(body: BasketIn, place: int, params: dict[str, Any]) -> ParentOrderIn:
    """A leg as the parent order that it becomes."""
    leg = body.legs[place]
    shared = body.model_dump(exclude={"basket_id", "legs", "calibration_id"}, exclude_unset=True)
    own = leg.model_dump(exclude_unset=True)
    own["client_order_id"] = leg.client_order_id or f"{body.basket_id}-{place + 1}"
    return ParentOrderIn.model_validate({**shared, **own, "params": params, "algo": "basket"})


def _other(_key: str) -> ServiceError:
    return Unprocessable("idempotency_mismatch", "the basket_id was used with another body", errors=[("/basket_id", "is taken")])


def _reserved(
    ctx: Context,
    principal: Principal,
    names: Sequence[str],
    taken: Sequence[str],
    digest: str,
    do: Callable[[], Awaitable[Response]],
) -> Callable[[], Awaitable[Response]]:
    """Do it while no other request uses the legs' client_order_ids, if none has."""
    if not names:
        return do

    def mismatch(name: str) -> ServiceError:
        pointer = f"/legs/{taken.index(name)}/client_order_id"
        return Unprocessable("idempotency_mismatch", f"{name} was used with another body", errors=[(pointer, "is taken")])

    rest = _reserved(ctx, principal, names[1:], taken, digest, do)

    async def first() -> Response:
        return await idempotency.once(ctx, principal, names[0], leg_digest(digest), rest, mismatch)

    return first


def leg_digest(digest: str) -> str:
    """What stands for a leg's body: no body of a parent order has it."""
    return f"leg of {digest}"


def _first_answer(principal: Principal, hosted: Hosted, digest: str) -> tuple[list[Answer], Callable[[Applied], list[Extra]]]:
    """Makes the answers to a create where the legs are made: the basket's first, then each leg's own."""
    made: list[Answer] = []

    def beside(applied: Applied) -> list[Extra]:
        command = applied.command
        assert isinstance(command, AcceptBasket)
        refusals = [leg.rejection for leg in command.legs]
        first = next((place for place, each in enumerate(refusals) if each is not None and each.code != LEG_REFUSED), None)
        docs, kept = [], []
        for leg in command.legs:
            execution = hosted.live.engine.executions[leg.order.id]
            docs.append(shown_order(execution, hosted) | {"stamp": stamp_doc(applied.stamp)})
        if first is None:
            status, doc = 201, {"basket_id": command.basket, "market": hosted.spec.name, "legs": docs}
        else:
            why = refusals[first]
            assert why is not None
            facts = {"limit": why.limit, "observed": why.observed, "parent_ids": [leg.order.id for leg in command.legs]}
            pointed = [
                (f"/legs/{place}", each.detail) for place, each in enumerate(refusals) if each and each.code != LEG_REFUSED
            ]
            error = Unprocessable(why.code, f"leg {first + 1}: {why.detail}", errors=pointed, facts=facts)
            status, doc = body_of(error, router.prefix)
        made.append(_answer(principal, basket_key(command.basket), digest, "", status, doc))
        for leg, each in zip(command.legs, docs, strict=True):
            order = leg.order
            kept.append(_answer(principal, order.client_order_id, leg_digest(digest), order.id, status, each))
        return [made[0], *kept]

    return made, beside


def _answer(principal: Principal, key: str, digest: str, parent: str, status: int, doc: Any) -> Answer:
    return Answer(
        account=principal.account, key=key, body_hash=digest, parent=parent, status=status, response=msgspec.json.encode(doc)
    )


def _shown(ctx: Context, name: str, rows: Sequence[Row]) -> dict[str, Any]:
    hosted = ctx.service.hosted(rows[0]["session"])
    return baskets.shown(name, rows, {} if hosted is None else hosted.live.market.instruments)


async def _rows(ctx: Context, principal: Principal, name: str) -> list[Row]:
    """The legs of a basket, in their order.

    Raises:
        NotFound: there is none, or it is another account's.
    """
    found = await ctx.queries.parents(principal, {"basket_id": name}, None, baskets.MOST_LEGS)
    if not found.items:
        raise NotFound("not_found", f"no basket {name}")
    return sorted(found.items, key=lambda row: int(row["seq"]))
