"""Principals: the scopes are words of the doors, and a principal is a value."""

from __future__ import annotations

from metaorder.domain.order import Account
from metaorder.domain.principal import Principal, Scope


def test_scopes_are_read_by_their_words() -> None:
    assert [Scope(word) for word in ("read", "trade", "cancel", "risk", "admin")] == list(Scope)


def test_a_principal_of_another_account_is_another_principal() -> None:
    scopes = frozenset({Scope.READ})
    desk, other = (Principal(Account(name), "k", scopes) for name in ("desk", "other"))
    assert desk != other
    assert desk == Principal(Account("desk"), "k", frozenset({Scope.READ}))
