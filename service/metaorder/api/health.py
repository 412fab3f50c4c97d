"""Health and metrics: for whoever runs the service."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from metaorder.api import replies
from metaorder.api.auth import Admin, context_of
from metaorder.api.paging import reply
from metaorder.api.shapes import Reply
from metaorder.ports.metrics import Metrics

router = APIRouter(tags=["health"])


class ReadyOut(Reply):
    """Whether the service can be used, and what keeps it from that.

    recovered: every open session is back. writable: the journal can be written. running: sessions move. space: the disk has room.
    database: it can be reached. standby: another server writes it, and this one only reads.
    killed: a kill latch is shut; that alone is no reason not to be ready; null on a standby, which does not know.
    """

    ready: bool
    recovered: bool
    writable: bool
    running: bool
    space: bool
    database: bool
    standby: bool
    killed: bool | None


@router.get("/health/live", responses=replies.refusals(408, 413, 422))
async def live() -> Response:
    """Whether the event loop turns."""
    return reply({"live": True})


@router.get(
    "/health/ready",
    responses={
        200: {"model": ReadyOut},
        503: {"model": ReadyOut, "description": "not ready: what is false says why"},
        **replies.refusals(408, 413, 422),
    },
)
async def ready(request: Request) -> Response:
    """Whether every open session is back where it was and the journal can be written."""
    service = context_of(request).service
    up = service.ready and service.writable and service.running and not (service.full or service.away)
    state = {"ready": up, "recovered": service.ready, "writable": service.writable, "running": service.running}
    state |= {"space": not service.full, "database": not service.away, "standby": service.standby}
    return reply({**state, "killed": None if service.standby else bool(service.latches)}, 200 if up else 503)


@router.get("/metrics", response_class=PlainTextResponse, responses=replies.refusals(401, 403, 408, 413, 422, 429, 503))
async def metrics(request: Request, principal: Admin) -> Response:
    """Prometheus metrics."""
    del principal
    counted: Metrics = request.app.state.metrics
    for hosted in context_of(request).service.live():
        counted.reports(hosted.spec.id, dict(hosted.live.engine.hearing.counts))
    body, media = counted.render()
    return Response(body, media_type=media)
