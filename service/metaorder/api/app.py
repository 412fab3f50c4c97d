"""The application: routes, errors and middleware, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from metaorder import __version__
from metaorder.api import (
    aggregates,
    analysis,
    baskets,
    calibrations,
    counterfactual,
    estimates,
    events,
    health,
    keys,
    markets,
    order_reads,
    parent_orders,
    problems,
    reference,
    risk,
    stream,
    tickets,
    venues,
)
from metaorder.api.context import Context
from metaorder.api.middleware import BodyLimit, CountRequests, Overload, PlainAddress
from metaorder.api.standby import Standby
from metaorder.ports.metrics import Metrics

Lifetime = Callable[[], AbstractAsyncContextManager[Context]]
"""Brings the service up and down around the application."""


MOST_UNDER_WAY = 256
"""Requests that are worked on at once."""


def create_app(lifetime: Lifetime, metrics: Metrics, most: int = MOST_UNDER_WAY, *, standby: bool = False) -> FastAPI:
    """The REST and WebSocket application. most: requests that are worked on at once; past that 503. standby: it only reads."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with lifetime() as context:
            app.state.context = context
            yield

    app = FastAPI(
        title="Metaorder",
        version=__version__,
        summary="Works parent orders: algorithms, a C++ limit order book, a gapless stream and transaction cost analysis.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.metrics = metrics
    problems.install(app)
    routers = (
        order_reads.router,
        parent_orders.router,
        baskets.router,
        analysis.router,
        aggregates.router,
        venues.router,
        counterfactual.router,
        estimates.router,
        order_reads.fills_router,
        events.router,
        markets.router,
        calibrations.router,
        reference.router,
        risk.router,
        keys.router,
        health.router,
        stream.router,
        tickets.router,
    )
    for router in routers:
        app.include_router(router)
    app.add_middleware(Overload, most=most)
    app.add_middleware(CountRequests, metrics=metrics)
    app.add_middleware(PlainAddress)
    app.add_middleware(BodyLimit)
    if standby:
        app.add_middleware(Standby)
    return app
