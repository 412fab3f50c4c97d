"""Refusals of the service, by what the caller can do about them. They know nothing of HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ServiceError(Exception):
    """A named refusal: a stable code, a sentence, the fields that are wrong, and the facts behind it."""

    def __init__(
        self, code: str, detail: str, *, errors: Sequence[tuple[str, str]] = (), facts: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.facts = dict(facts or {})


class NotFound(ServiceError):
    """There is no such thing, or it is another account's: the two look alike."""


class Unprocessable(ServiceError):
    """What was asked can never be done as it stands."""


class Conflict(ServiceError):
    """What was asked cannot be done now."""


class PreconditionFailed(ServiceError):
    """Somebody else changed the thing first."""


class PreconditionRequired(ServiceError):
    """The caller must say which version it means."""


class Unauthorized(ServiceError):
    """Nobody known asks."""


class Forbidden(ServiceError):
    """The key may not do this."""


class TooLarge(ServiceError):
    """More was sent than is read."""


class TooLate(ServiceError):
    """The request did not come in whole in time; nothing was accepted."""


class TooMany(ServiceError):
    """The key asks too often; nothing was accepted."""


class Unavailable(ServiceError):
    """The service cannot do it now; nothing was accepted."""


class Unknown(ServiceError):
    """Whether it was done is not known: ask again with the same id."""
