"""Parent orders over REST: create, amend, cancel, pause, resume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Response

from metaorder.api import idempotency, replies
from metaorder.api.auth import Canceler, Ctx, Resumer, RiskManager, Trader
from metaorder.api.context import Context
from metaorder.api.markets import hosted_market
from metaorder.api.paging import reply
from metaorder.api.problems import body_of, refused
from metaorder.api.schemas import AmendIn, AuctionIn, CancelAllIn, ParentOrderIn, PauseIn, SettleIn
from metaorder.core.commands import Accept, Cancel, Command, Pause, Refusal, Resume, Settle, Unchanged
from metaorder.core.convert import Doc
from metaorder.core.execution import Execution
from metaorder.core.wire import stamp_doc
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import TERMINAL, AtClose, ParentId
from metaorder.domain.principal import Principal, Scope
from metaorder.domain.units import Lots, time_text
from metaorder.ports.journal import Answer, Extra
from metaorder.ports.queries import Row, VenueMet
from metaorder.runtime.fitting import market_facts
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.listed import instruments_of
from metaorder.runtime.session import Applied, Points, SessionState
from metaorder.usecases import orders, profiles, venue_history, views
from metaorder.usecases.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, Unprocessable
from metaorder.usecases.settled import settlement

router = APIRouter(prefix="/v1/parent-orders", tags=["parent orders"])

Beside = Callable[[Applied], list[Extra]]
PAGE = 500


@router.post("", status_code=201, responses=replies.ACCEPTED)
async def post_parent_order(body: ParentOrderIn, principal: Trader, ctx: Ctx) -> Response:
    """Start working a parent order.

    201: it is durable and past the risk ladder, not that a child has been sent. The same id and body again: 200, and that answer.
    """
    asked, until = idempotency.asked_for(body)
    digest = idempotency.body_hash(asked)

    async def create() -> Response:
        hosted = await hosted_market(ctx, body.market)
        facts = market_facts(hosted)
        parent = ParentId(ctx.ids.sortable())
        await _check_estimate(ctx, principal, body)
        profile = await ctx.queries.profile(principal, body.symbol)
        new = new_order(body, profile, await met(ctx, principal, hosted, body))
        command = orders.accept(facts, principal, new, parent, ctx.clock.now(), digest)
        made, beside = _first_answer(principal, hosted, digest)
        answer = await ctx.service.apply(hosted.spec.id, command, beside, until)
        if isinstance(answer, Refusal):
            raise refused(answer)
        return idempotency.answer_response(made[0], made[0].status)

    return await idempotency.once(ctx, principal, body.client_order_id, digest, create)


@router.patch("/{parent_id}", responses=replies.AMENDED)
async def patch_parent_order(
    parent_id: str,
    body: AmendIn,
    principal: Trader,
    ctx: Ctx,
    if_match: Annotated[str | None, Header(description="the version that the amendment is made for")] = None,
) -> Response:
    """Amend quantity, limit price, end or parameters; answers with the order and its schedule before and after."""
    version = _version(if_match)
    row = await _row(ctx, principal, parent_id)
    changes, until = idempotency.asked_for(body)
    digest = idempotency.body_hash(changes)
    key = f"amendment of the parent order {row['id']} at its version {version}"  # longer than any client's id

    async def amend() -> Response:
        hosted = _in_memory(ctx, row)
        instrument = hosted.live.market.listing(row["symbol"]).instrument
        command = orders.amend(instrument, ParentId(parent_id), changes, version, digest)
        made, beside = _amended_answer(principal, hosted, key, digest)
        answer = await ctx.service.apply(row["session"], command, beside, until)
        if isinstance(answer, Refusal):
            raise refused(answer)
        return idempotency.answer_response(made[0], 200)

    def moved(_key: str) -> PreconditionFailed:
        return PreconditionFailed(
            "version_mismatch", f"version {version} was amended otherwise", facts={"version": row["version"]}
        )

    return await idempotency.once(ctx, principal, key, digest, amend, moved)


@router.post("/{parent_id}/cancel", status_code=202, responses=replies.CANCEL_REQUESTED)
async def cancel_parent_order(parent_id: str, principal: Canceler, ctx: Ctx) -> Response:
    """Ask for the end of an order. 202: requested; fills may still come, and only the `parent.canceled` event is final."""
    row = await _row(ctx, principal, parent_id)
    return await _command(ctx, principal, row, Cancel(parent=ParentId(parent_id)), 202)


@router.post("/{parent_id}/pause", responses=replies.ORDER)
async def pause_parent_order(parent_id: str, principal: Trader, ctx: Ctx, body: PauseIn | None = None) -> Response:
    """Send no new child from now on; open children stay unless `cancel_open`."""
    row = await _row(ctx, principal, parent_id)
    cancel_open = body.cancel_open if body is not None else False
    return await _command(ctx, principal, row, Pause(parent=ParentId(parent_id), cancel_open=cancel_open), 200)


@router.post("/{parent_id}/resume", responses=replies.ORDER)
async def resume_parent_order(parent_id: str, principal: Resumer, ctx: Ctx) -> Response:
    """Work the order again, what is left spread over what is left of its window.

    One that was suspended as `repeated_execution` or `venue_discrepancy` needs a key with the risk scope.
    """
    row = await _row(ctx, principal, parent_id)
    command = Resume(parent=ParentId(parent_id), actor=principal.key, risk=Scope.RISK in principal.scopes)
    return await _command(ctx, principal, row, command, 200)


@router.post("/{parent_id}/settle", responses=replies.ORDER)
async def settle_parent_order(parent_id: str, body: SettleIn, principal: RiskManager, ctx: Ctx) -> Response:
    """End the dispute of an order, once its venues were asked what they filled of `disputed_quantity`.

    `traded_quantity` becomes `settled_quantity`: it is done and not sent again, without a fill of its own in the record. The
    rest was not filled: it leaves the account's position and may be sent again. The order stays suspended until it is resumed.
    What was still held when its market ended can be settled too.
    """
    row = await _row(ctx, principal, parent_id)
    hosted = ctx.service.hosted(row["session"])
    if hosted is None or hosted.state.over:
        return await _settled_afterwards(ctx, principal, row, body)
    lot = hosted.live.market.listing(row["symbol"]).instrument.lot_size
    command = Settle(
        parent=ParentId(parent_id),
        disputed=_lots("disputed_quantity", body.disputed_quantity, lot),
        traded=_lots("traded_quantity", body.traded_quantity, lot),
        actor=principal.key,
    )
    answer = await ctx.service.apply(row["session"], command)
    if isinstance(answer, Refusal):
        raise refused(answer)
    assert isinstance(answer, Applied), "what is in dispute is settled or refused"
    assert answer.after is not None, "the command concerns an order"
    return reply(shown_order(answer.after, hosted))


@router.post("/cancel-all", status_code=202, responses=replies.CANCEL_ALL)
async def cancel_all(principal: Canceler, ctx: Ctx, body: CancelAllIn | None = None) -> Response:
    """Ask for the end of every order that is not terminal, of the account or of one market."""
    where = {"market": body.market} if body is not None and body.market is not None else {}
    count, before = 0, None
    while True:
        page = await ctx.queries.parents(principal, where, before, PAGE)
        for row in page.items:
            if row["status"] not in TERMINAL and ctx.service.hosted(row["session"]) is not None:
                answer = await ctx.service.apply(row["session"], Cancel(parent=ParentId(row["id"])))
                count += not isinstance(answer, Refusal | Unchanged)
        before = page.next_seq
        if before is None:
            return reply({"count": count, "through_seq": page.as_of_seq}, 202)


async def _settled_afterwards(ctx: Context, principal: Principal, row: Row, body: SettleIn) -> Response:
    """Once the session is over and all that it did is written; one settlement of an order at a time."""

    async def settle() -> Response:
        market = await ctx.queries.market(row["session"])
        assert market is not None, "an order's session is known"
        if not SessionState(market["state"]).over:
            raise Conflict("market_closed", f"the market {row['session']} is closing; ask again once it is closed")
        stands = await _row(ctx, principal, row["id"])
        lot = instruments_of(msgspec.json.decode(market["detail"])["facts"])[row["symbol"]].lot_size
        told = {"disputed": body.disputed_quantity, "traded": body.traded_quantity}
        for name, quantity in told.items():
            _lots(f"{name}_quantity", quantity, lot)
        await ctx.service.write([settlement(stands, market, **told, actor=principal.key)])
        return reply(views.from_row(await _row(ctx, principal, row["id"])))

    def moved(_key: str) -> Conflict:
        return Conflict("dispute_moved", "the dispute of this order is being settled otherwise")

    digest = idempotency.body_hash(body.model_dump())
    return await idempotency.once(ctx, principal, f"settlement of the parent order {row['id']}", digest, settle, moved)


async def _command(ctx: Context, principal: Principal, row: Row, command: Command, status: int) -> Response:
    """Apply a command that may be repeated, and answer with the order as it stands."""
    if row["status"] in TERMINAL or ctx.service.hosted(row["session"]) is None:
        if isinstance(command, Cancel) and row["status"] in TERMINAL:
            return reply(views.from_row(row))
        raise Conflict("order_closed", f"the parent order is {row['status']}", facts={"order_status": row["status"]})
    answer = await ctx.service.apply(row["session"], command)
    if isinstance(answer, Refusal) and not isinstance(command, Cancel):
        raise refused(answer)
    if isinstance(answer, Applied):
        hosted = _in_memory(ctx, row)
        assert answer.after is not None, "the command concerns an order"
        return reply(shown_order(answer.after, hosted), status)
    found = await _row(ctx, principal, row["id"])
    return reply(views.from_row(found), 200 if found["status"] in TERMINAL else status)


def _first_answer(principal: Principal, hosted: Hosted, digest: str) -> tuple[list[Answer], Beside]:
    """Makes the answer to a create where the order is made, so that both are written in one transaction."""
    made: list[Answer] = []

    def beside(applied: Applied) -> list[Extra]:
        assert isinstance(applied.command, Accept)
        assert applied.after is not None, "an accepted order has a state"
        rejection = applied.command.rejection
        if rejection is None:
            status, doc = 201, shown_order(applied.after, hosted) | {"stamp": stamp_doc(applied.stamp)}
        else:
            facts = {"limit": rejection.limit, "observed": rejection.observed, "parent_id": applied.after.order.id}
            status, doc = body_of(Unprocessable(rejection.code, rejection.detail, facts=facts), router.prefix)
        order = applied.after.order
        made.append(_answer(principal, order.client_order_id, digest, order.id, status, doc))
        return [made[0]]

    return made, beside


def _amended_answer(principal: Principal, hosted: Hosted, key: str, digest: str) -> tuple[list[Answer], Beside]:
    made: list[Answer] = []

    def beside(applied: Applied) -> list[Extra]:
        assert applied.after is not None, "an amended order has a state"
        doc = shown_order(applied.after, hosted) | {"stamp": stamp_doc(applied.stamp)}
        plans = {"before": applied.before_plan, "after": applied.after_plan}
        doc["schedule"] = {name: _points(plan, applied.after, hosted) for name, plan in plans.items()}
        made.append(_answer(principal, key, digest, applied.after.order.id, 200, doc))
        return [made[0]]

    return made, beside


def _answer(principal: Principal, key: str, digest: str, parent: str, status: int, doc: Doc) -> Answer:
    return Answer(
        account=principal.account, key=key, body_hash=digest, parent=parent, status=status, response=msgspec.json.encode(doc)
    )


def shown_order(execution: Execution, hosted: Hosted) -> Doc:
    """An order as the engine holds it."""
    return views.from_execution(execution, hosted.live.wire, _instrument(execution, hosted))


def _instrument(execution: Execution, hosted: Hosted) -> Instrument:
    return hosted.live.market.listing(execution.order.symbol).instrument


def _points(points: Points, execution: Execution, hosted: Hosted) -> list[dict[str, Any]]:
    lot = _instrument(execution, hosted).lot_size
    return [{"time": time_text(time), "quantity": lots * lot} for time, lots in points]


async def _row(ctx: Context, principal: Principal, parent_id: str) -> Row:
    row = await ctx.queries.parent(principal, ParentId(parent_id))
    if row is None:
        raise NotFound("not_found", f"no parent order {parent_id}")
    return row


def _in_memory(ctx: Context, row: Row) -> Hosted:
    hosted = ctx.service.hosted(row["session"])
    if hosted is None:
        raise Conflict("market_closed", f"the market {row['session']} is closed")
    return hosted


def _lots(field: str, quantity: int, lot_size: int) -> Lots:
    lots, odd = divmod(quantity, lot_size)
    if odd:
        rule = f"must be a multiple of the lot size {lot_size}"
        raise Unprocessable("validation", f"{field} {rule}", errors=[(f"/{field}", rule)])
    return Lots(lots)


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionRequired("if_match_required", "send the header If-Match with the version that you have seen")
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Unprocessable("validation", "If-Match holds a version", errors=[("header:if-match", "must be a version number")])
    return int(text)


async def _check_estimate(ctx: Context, principal: Principal, body: ParentOrderIn) -> None:
    """An order refers to an estimate of its own account, for its own instrument and side, so that the two can be compared."""
    if body.estimate_id is None:
        return
    row = await ctx.queries.estimate(principal, body.estimate_id)
    kept = None if row is None else msgspec.json.decode(row["doc"])
    if kept is None or (kept["symbol"], kept["side"]) != (body.symbol, str(body.side)):
        rule = f"an estimate of this account for a {body.side} of {body.symbol}"
        raise Unprocessable("validation", f"estimate_id must be {rule}", errors=[("/estimate_id", f"must be {rule}")])


async def met(ctx: Context, principal: Principal, hosted: Hosted, body: ParentOrderIn) -> list[VenueMet]:
    """What the account's earlier orders met at the venues of the symbol, where the order is to begin with it."""
    instrument = hosted.live.market.instruments.get(body.symbol)
    if body.venue_history_days is None or instrument is None:
        return []
    now = await ctx.service.ask(hosted.spec.id, lambda live: live.market.clock)
    if isinstance(now, Refusal):
        raise refused(now)
    return await ctx.queries.venue_history(principal, venue_history.asked(instrument, body.venue_history_days, now))


def new_order(body: ParentOrderIn, profile: Row | None, found: Sequence[VenueMet] = ()) -> orders.NewOrder:
    """The body in the words of the use case. profile: of the instrument, as it is in force. found: what earlier orders met."""
    auction = body.auction or AuctionIn(close=AtClose.NONE)
    return orders.NewOrder(
        client_order_id=body.client_order_id,
        market=body.market,
        symbol=body.symbol,
        side=body.side,
        quantity=body.quantity,
        algo=body.algo,
        params=body.params,
        start_time=body.start_time,
        end_time=body.end_time,
        duration_s=body.duration_s,
        limit_price=body.limit_price,
        max_participation=body.max_participation,
        participation_mode=body.participation_mode,
        min_child_quantity=body.min_child_quantity,
        max_child_quantity=body.max_child_quantity,
        must_complete=body.must_complete,
        benchmark=body.benchmark,
        urgency=body.urgency,
        band_behind=body.schedule_band.behind,
        band_ahead=body.schedule_band.ahead,
        preset=body.preset,
        stated=frozenset(body.model_fields_set),
        i_would_price=body.i_would_price,
        i_would_max_share=body.i_would_max_share,
        price_discretion_ticks=body.price_discretion_ticks,
        min_participation=body.min_participation,
        blackouts=tuple(body.blackouts),
        display_quantity=body.display_quantity,
        placement=body.placement,
        child_sizes=body.child_sizes,
        dark_max_fraction=None if body.dark is None else body.dark.max_fraction,
        dark_min_quantity=None if body.dark is None else body.dark.min_quantity,
        auction_close=auction.close,
        auction_max_share=auction.max_share,
        price_adaptation=None if body.price_adaptation is None else body.price_adaptation.model_dump(),
        venues=None if body.venues is None else body.venues.stated(),
        venue_history_days=body.venue_history_days,
        met=found,
        decision_time=body.decision_time,
        decision_price=body.decision_price,
        tags=body.tags,
        estimate_id=body.estimate_id,
        profile_version=None if profile is None else profile["version"],
        profile=None if profile is None else profiles.stated(profile),
    )
