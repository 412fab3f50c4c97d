"""A word of a vector file that chooses what is asked."""

from __future__ import annotations

from metaorder.domain.errors import Invalid


def one_of(field: str, word: object, known: tuple[str, ...]) -> str:
    """`word`, if it is known. Raises Invalid."""
    if not isinstance(word, str) or word not in known:
        raise Invalid(field, f"one of {', '.join(known)}", word)
    return word
