"""Who asks, and whether the key may: one dependency a scope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import ceil
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from metaorder.api.context import Context
from metaorder.domain.principal import Principal, Scope
from metaorder.usecases.errors import Forbidden, TooMany, Unauthorized


def context_of(connection: HTTPConnection) -> Context:
    """The composition behind a connection."""
    context: Context = connection.app.state.context
    return context


async def authenticate(connection: HTTPConnection) -> Principal:
    """The holder of the key in the Authorization header.

    Raises:
        Unauthorized: no bearer key, or an unknown one.
    """
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthorized("no_key", "send the header Authorization: Bearer <key>")
    return await context_of(connection).ring.principal(secret.strip())


def check(principal: Principal, *scopes: Scope) -> None:
    """Refuse a key that has none of the scopes.

    Raises:
        Forbidden: with the scopes that would do.
    """
    if not principal.scopes.intersection(scopes):
        raise Forbidden("missing_scope", f"the key needs the scope {' or '.join(scopes)}", facts={"scopes": list(scopes)})


def hold(context: Context, principal: Principal) -> None:
    """Count a request of a key.

    Raises:
        TooMany: it asks too often; with the seconds until it may again.
    """
    wait = context.rates.take(principal.key)
    if wait:
        facts = {"accepted": False, "retry_after_s": ceil(wait)}
        raise TooMany("rate_limited", f"the key asks too often; again in {wait:.3f} s", facts=facts)


def _needs(*scopes: Scope, held: bool = True) -> Callable[[Request], Awaitable[Principal]]:
    """Who has one of the scopes. held: to the rate of the key; what makes exposure smaller is not."""

    async def principal(request: Request) -> Principal:
        found = await authenticate(request)
        if held:
            hold(context_of(request), found)
        check(found, *scopes)
        return found

    return principal


Reader = Annotated[Principal, Depends(_needs(Scope.READ, Scope.TRADE, Scope.ADMIN))]
Trader = Annotated[Principal, Depends(_needs(Scope.TRADE))]
Resumer = Annotated[Principal, Depends(_needs(Scope.TRADE, Scope.RISK))]
Canceler = Annotated[Principal, Depends(_needs(Scope.CANCEL, Scope.TRADE, held=False))]
LimitsReader = Annotated[Principal, Depends(_needs(Scope.READ, Scope.TRADE, Scope.RISK, Scope.ADMIN))]
RiskManager = Annotated[Principal, Depends(_needs(Scope.RISK, held=False))]
Admin = Annotated[Principal, Depends(_needs(Scope.ADMIN))]


async def get_context(request: Request) -> Context:
    """The composition behind a request. A coroutine: a plain function would be sent to a thread."""
    return context_of(request)


Ctx = Annotated[Context, Depends(get_context)]
