"""A bug of our own: a function that fails in a way that nobody foresaw, where a test says so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

PLANTED = "ZeroDivisionError: planted"


def planted(where: Any, name: str, when: Callable[..., bool]) -> AbstractContextManager[Any]:
    """A function that raises when that is so, and else is what it was."""
    right = getattr(where, name)

    def wrong(*args: Any, **rest: Any) -> Any:
        if when(*args):
            raise ZeroDivisionError("planted")
        return right(*args, **rest)

    return mock.patch.object(where, name, wrong)
