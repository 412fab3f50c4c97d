"""Errors as RFC 9457 problems: one table from refusals to statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from metaorder.core.commands import Refusal
from metaorder.ports.queries import Unreachable
from metaorder.runtime.service import Busy, CommitFailed, Fenced, NoSpace, NotWritable, Unanswered
from metaorder.usecases.errors import (
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    ServiceError,
    TooLarge,
    TooLate,
    TooMany,
    Unauthorized,
    Unavailable,
    Unknown,
    Unprocessable,
)

STATUS: Mapping[type[ServiceError], tuple[int, str]] = {
    Unauthorized: (401, "Unauthorized"),
    Forbidden: (403, "Forbidden"),
    NotFound: (404, "Not found"),
    TooLate: (408, "Request timeout"),
    Conflict: (409, "Conflict"),
    PreconditionFailed: (412, "Precondition failed"),
    TooLarge: (413, "Content too large"),
    Unprocessable: (422, "Unprocessable content"),
    PreconditionRequired: (428, "Precondition required"),
    TooMany: (429, "Too many requests"),
    Unknown: (500, "Outcome unknown"),
    Unavailable: (503, "Unavailable"),
}

REFUSALS: Mapping[str, type[ServiceError]] = {
    "not_found": NotFound,
    "validation": Unprocessable,
    "window_passed": Unprocessable,
    "window_outside_session": Unprocessable,
    "version_mismatch": PreconditionFailed,
    "quantity_below_executed": Conflict,
    "order_closed": Conflict,
    "kill_switch": Conflict,
    "missing_scope": Forbidden,
    "max_quantity": Unprocessable,
    "max_notional": Unprocessable,
    "max_open_orders": Unprocessable,
    "max_adv_share": Unprocessable,
    "price_collar": Unprocessable,
    "max_impact_bps": Unprocessable,
    "max_gross_notional": Unprocessable,
    "max_position": Unprocessable,
    "duplicate_order": Unprocessable,
    "restricted_symbol": Unprocessable,
    "symbol_not_permitted": Unprocessable,
    "market_closed": Conflict,
    "dispute_moved": Conflict,
    "too_late": Conflict,
    "market_exists": Conflict,
    "market_failed": Unknown,
}
"""What each refusal of the core is to a caller."""

STOPS = ("/cancel", "/cancel-all", "/kill")
"""Ends of addresses that only ever make exposure smaller."""

HTTP_CODES: Mapping[int, str] = {
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
}


def refused(refusal: Refusal) -> ServiceError:
    """A refusal of the core as the service's own."""
    return REFUSALS[refusal.code](refusal.code, refusal.detail, errors=refusal.errors, facts=refusal.facts)


def body_of(error: ServiceError, instance: str) -> tuple[int, dict[str, Any]]:
    """The status and the problem document of an error."""
    status, title = STATUS[type(error)]
    doc: dict[str, Any] = {
        "type": f"urn:metaorder:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": error.detail,
        "instance": instance,
        "code": error.code,
        "errors": [{"pointer": pointer, "detail": detail} for pointer, detail in error.errors],
        **error.facts,
    }
    return status, doc


def response(error: ServiceError, instance: str) -> Response:
    """An error as a response."""
    status, doc = body_of(error, instance)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if "retry_after_s" in doc:
        headers["Retry-After"] = str(doc["retry_after_s"])
    return Response(msgspec.json.encode(doc), status, headers, media_type="application/problem+json")


def standby(detail: str) -> ServiceError:
    """The refusal of a server that does not write the database: another one does."""
    return Unavailable("standby", detail, facts={"accepted": False, "retry_after_s": 1})


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""

    async def service_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)
        return response(error, request.url.path)

    async def invalid_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return response(_invalid(error), request.url.path)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 400:
            unreadable = "the body cannot be read as JSON"
            return response(Unprocessable("malformed_json", unreadable, errors=[("/", unreadable)]), request.url.path)
        return _http(error, request)

    async def not_writable(request: Request, error: Exception) -> Response:
        """Sessions stand still and the next start begins killed: a cancel or a kill need not be written to be true."""
        facts = {"accepted": False, "effective": request.url.path.endswith(STOPS)}
        return response(Unavailable("not_writable", str(error), facts=facts), request.url.path)

    async def fenced(request: Request, error: Exception) -> Response:
        return response(standby(str(error)), request.url.path)

    async def no_space(request: Request, error: Exception) -> Response:
        return response(Unavailable("disk_full", str(error), facts={"accepted": False}), request.url.path)

    async def busy(request: Request, error: Exception) -> Response:
        return response(Unavailable("busy", str(error), facts={"accepted": False}), request.url.path)

    async def unforeseen(request: Request, error: Exception) -> Response:
        """A bug: the server's log has the traceback, and whether a write was accepted is unknown."""
        return response(Unknown("internal_error", f"an error of the server: {type(error).__name__}"), request.url.path)

    async def commit_failed(request: Request, error: Exception) -> Response:
        return response(Unknown("commit_failed", str(error)), request.url.path)

    async def unanswered(request: Request, error: Exception) -> Response:
        return response(Unknown("database_away", str(error)), request.url.path)

    async def unreachable(request: Request, error: Exception) -> Response:
        kind = (
            Unavailable if request.method == "GET" else Unknown
        )  # what was written may be there although it cannot be read back
        return response(kind("database_away", str(error)), request.url.path)

    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(Unanswered, unanswered)
    app.add_exception_handler(Unreachable, unreachable)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(NotWritable, not_writable)
    app.add_exception_handler(CommitFailed, commit_failed)
    app.add_exception_handler(Fenced, fenced)
    app.add_exception_handler(Busy, busy)
    app.add_exception_handler(NoSpace, no_space)
    app.add_exception_handler(Exception, unforeseen)
    for kind in STATUS:
        app.add_exception_handler(kind, service_error)


def _invalid(error: RequestValidationError) -> ServiceError:
    """A body or a query that does not fit its schema, field by field."""
    fields: dict[str, list[str]] = {}
    for each in error.errors():
        place, *path = each["loc"]
        if place == "body":
            pointer = "/" + "/".join(str(step) for step in _steps(error.body, path, missing=each["type"] == "missing"))
        else:
            pointer = f"{place}:{'/'.join(str(step) for step in path)}"
        fields.setdefault(pointer, []).append(each["msg"])
    said = [(pointer, ", or: ".join(messages)) for pointer, messages in fields.items()]
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return Unprocessable("malformed_json", "the body is not valid JSON", errors=said)
    return Unprocessable("validation", "; ".join(f"{pointer}: {message}" for pointer, message in said), errors=said)


def _steps(body: Any, path: Sequence[int | str], *, missing: bool) -> list[int | str]:
    """The part of a path that leads somewhere in the body; behind it are names of a union's members, which no client knows."""
    steps: list[int | str] = []
    for number, step in enumerate(path):
        last = number == len(path) - 1
        if isinstance(body, dict) and (step in body or (missing and last)):
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int) and 0 <= step < len(body):
            body = body[step]
        else:
            break
        steps.append(step)
    return steps


def _http(error: HTTPException, request: Request) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    doc = {
        "type": "about:blank",
        "title": str(error.detail),
        "status": error.status_code,
        "detail": str(error.detail),
        "instance": request.url.path,
        "code": HTTP_CODES.get(error.status_code, "http_error"),
        "errors": [],
    }
    return Response(msgspec.json.encode(doc), error.status_code, headers, media_type="application/problem+json")


def _allowed(request: Request) -> list[str]:
    """The methods of an address, over all the routes that share it."""
    app: FastAPI = request.app
    shared = (route for route in app.routes if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in shared for method in route.methods or ()})
